// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/copydatabase.h"

#include <QFile>
#include <QFileInfo>

#include "storage/sqlite/catalog.h"

namespace rivereto::app {

bool isDatabase(const QString& path) { return storage::Database::looksLikeOne(path.toStdString()); }

core::Result<void> copyDatabase(storage::SqliteStore& store, const QString& path)
{
    if (QFileInfo(path).canonicalFilePath() == QFileInfo(QString::fromStdString(store.path())).canonicalFilePath())
        return core::fail("{}: is the open database itself; choose another name", path.toStdString());
    (void)store.flush();
    const auto part = path + QStringLiteral(".part");
    QFile::remove(part);
    auto source = storage::openChecked(store.path(), storage::Database::Mode::Read);
    if (!source)
        return tl::unexpected(source.error());
    auto quoted = part;
    quoted.replace(QLatin1Char('\''), QStringLiteral("''"));
    // Made beforehand, so that nobody else can read it at any moment.
    QFile target(part);
    if (!target.open(QIODevice::WriteOnly | QIODevice::NewOnly, QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        return core::fail("{}: cannot be written: {}", path.toStdString(), target.errorString().toStdString());
    target.close();
    // It is the copy that is written; connections for reading refuse even that by themselves.
    (void)source->execute("PRAGMA query_only = 0");
    if (auto done = source->execute("VACUUM INTO '" + quoted.toStdString() + "'"); !done) {
        QFile::remove(part);
        return done;
    }
    QFile::remove(path);
    if (!QFile::rename(part, path))
        return core::fail("{}: cannot be written", path.toStdString());
    return {};
}

} // namespace rivereto::app
