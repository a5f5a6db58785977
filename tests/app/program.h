// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the program under test as a person would: arguments, standard input, exit code, both outputs.
#pragma once

#include <functional>
#include <optional>

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/types.h>
#include <unistd.h>

namespace rivereto::support {

struct Ran {
    int exit = -1; ///< -1: crashed, did not start, or did not end in time
    QByteArray out;
    QByteArray err;
    /// The lines of standard output.
    [[nodiscard]] QList<QByteArray> lines() const
    {
        auto lines = out.split('\n');
        if (!lines.isEmpty() && lines.last().isEmpty())
            lines.removeLast();
        return lines;
    }
    [[nodiscard]] QJsonDocument json() const
    {
        QJsonParseError error;
        const auto document = QJsonDocument::fromJson(out, &error);
        if (error.error != QJsonParseError::NoError)
            qWarning("%s at %d", qPrintable(error.errorString()), error.offset);
        return document;
    }
};

/// The program, with a home of its own so that no configuration of the person who tests gets in.
class Program {
public:
    Program() : m_environment(QProcessEnvironment::systemEnvironment())
    {
        set("XDG_CONFIG_HOME", m_home.path());
        set("HOME", m_home.path());
        set("TZ", "UTC");
        m_home.setAutoRemove(true);
    }
    static QString path() { return qEnvironmentVariable("RIVERETO_BINARY"); }
    void set(const char* name, const QString& value) { m_environment.insert(QLatin1String(name), value); }
    void unset(const char* name) { m_environment.remove(QLatin1String(name)); }
    /// Other than root, so that permissions mean something; nothing when the tests are not run by root.
    void setUser(uid_t user)
    {
        if (::geteuid() == 0)
            m_user = user;
    }
    /// Where it is started.
    void setFolder(const QString& folder) { m_folder = folder; }
    [[nodiscard]] QString home() const { return m_home.path(); }

    /// Started and not waited for.
    std::unique_ptr<QProcess> start(const QStringList& arguments, const QString& program = path()) const
    {
        auto process = std::make_unique<QProcess>();
        process->setProcessEnvironment(m_environment);
        if (!m_folder.isEmpty())
            process->setWorkingDirectory(m_folder);
        if (m_user) {
            process->setChildProcessModifier([user = *m_user] {
                if (::setgid(user) != 0 || ::setuid(user) != 0)
                    ::_exit(99);
            });
        }
        process->start(program, arguments);
        return process;
    }
    static Ran finish(QProcess& process, int timeoutMs = 60'000)
    {
        Ran out;
        if (!process.waitForFinished(timeoutMs)) {
            qWarning("not ended after %d ms: %s", timeoutMs, qPrintable(process.arguments().join(u' ')));
            process.kill();
            process.waitForFinished(5000);
        } else if (process.exitStatus() == QProcess::NormalExit) {
            out.exit = process.exitCode();
        }
        out.out = process.readAllStandardOutput();
        out.err = process.readAllStandardError();
        if (out.exit == -1 || qEnvironmentVariableIsSet("RIVERETO_SHOW_RUNS"))
            qWarning("%s → %d\n%s", qPrintable(process.arguments().join(u' ')), out.exit, out.err.constData());
        return out;
    }
    Ran run(const QStringList& arguments, const QByteArray& input = {}) const
    {
        const auto process = start(arguments);
        process->write(input);
        process->closeWriteChannel();
        return finish(*process);
    }
    /// A line of sh; "$RIVERETO_BINARY" is the program.
    Ran shell(const QString& line) const
    {
        const auto process = start({QStringLiteral("-c"), line}, QStringLiteral("/bin/sh"));
        process->closeWriteChannel();
        return finish(*process);
    }

private:
    QTemporaryDir m_home;
    QProcessEnvironment m_environment;
    QString m_folder;
    std::optional<uid_t> m_user;
};

/// CSV as RFC 4180 has it: rows of fields.
inline QList<QStringList> parseCsv(const QByteArray& bytes)
{
    QList<QStringList> rows;
    QStringList row;
    QByteArray field;
    bool quoted = false;
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        if (quoted && c == '"' && i + 1 < bytes.size() && bytes[i + 1] == '"') {
            field += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == ',' || c == '\n')) {
            row << QString::fromUtf8(field);
            field.clear();
            if (c == '\n')
                rows << std::exchange(row, {});
        } else {
            field += c;
        }
    }
    return rows;
}

inline QByteArray readAll(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline bool writeAll(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

/// QVERIFY that shows what the program said.
#define VERIFY_RAN(condition, ran) QVERIFY2(condition, ((ran).err + "\n" + (ran).out.left(2000)).constData())
/// Takes the run itself; evaluates it once.
#define COMPARE_EXIT(ran, code)                                                                                                    \
    do {                                                                                                                           \
        const auto& theRun = ran;                                                                                                  \
        QVERIFY2(theRun.exit == (code), (QByteArray("exit ") + QByteArray::number(theRun.exit) + ": " + theRun.err + "\n" + theRun.out.left(2000)).constData()); \
    } while (false)

} // namespace rivereto::support
