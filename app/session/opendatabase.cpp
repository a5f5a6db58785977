// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/opendatabase.h"

namespace rivereto::app {

core::Result<OpenDatabase> openDatabase(const std::string& address, const std::shared_ptr<const core::Schema>& schema,
                                        storage::StoreOptions options)
{
    if (address.find("://") != std::string::npos)
        return core::fail("{}: this version opens .rivereto files only", address);
    auto store = storage::SqliteStore::open(address, schema, options);
    if (!store)
        return tl::unexpected(store.error());
    return OpenDatabase{.folder = nullptr, .store = std::move(*store)};
}

core::Result<OpenDatabase> openTemporary(const std::shared_ptr<const core::Schema>& schema, unsigned threads)
{
    auto folder = std::make_unique<QTemporaryDir>();
    if (!folder->isValid())
        return core::fail("no temporary database can be made: {}", folder->errorString().toStdString());
    const auto path = folder->filePath(QStringLiteral("capture.rivereto")).toStdString();
    auto store = storage::SqliteStore::open(path, schema, {.write = true, .threads = threads});
    if (!store)
        return tl::unexpected(store.error());
    return OpenDatabase{.folder = std::move(folder), .store = std::move(*store)};
}

} // namespace rivereto::app
