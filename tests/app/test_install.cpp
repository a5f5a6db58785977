// SPDX-License-Identifier: GPL-3.0-or-later
// What "cmake --install" leaves: every file in its place, right in itself, and telling the same as the program does.
#include <QDirIterator>
#include <QImage>
#include <QMimeDatabase>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QXmlStreamReader>

#include "tests/app/program.h"

using namespace rivereto;
using support::Program;
using support::readAll;

namespace {

const QString kId = QStringLiteral("org.rivereto.Rivereto");

QStringList matches(const QString& text, const QString& pattern)
{
    QStringList out;
    auto found = QRegularExpression(pattern, QRegularExpression::MultilineOption).globalMatch(text);
    while (found.hasNext())
        out << found.next().captured(1);
    return out;
}

QStringList sorted(QStringList words)
{
    words.removeDuplicates();
    words.sort();
    return words;
}

/// Names of the options that --help tells of, "--db", "-r".
QStringList optionsOf(const QString& help) { return sorted(matches(help.section(QStringLiteral("Options:"), 1), QStringLiteral("^  (--?[a-z][a-z0-9-]*)"))); }

/// What a tool says of a file; nothing is wrong where there is no such tool.
void validate(const QString& tool, const QStringList& arguments)
{
    if (QStandardPaths::findExecutable(tool).isEmpty())
        return;
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(tool, arguments);
    QVERIFY(process.waitForFinished());
    QVERIFY2(process.exitCode() == 0, process.readAll().constData());
}

} // namespace

class TestInstall : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QTemporaryDir m_general;
    Program m_program;
    QStringList m_commands;

    [[nodiscard]] QString at(const QString& path) const { return m_folder.filePath(path); }
    [[nodiscard]] QString read(const QString& path) const { return QString::fromUtf8(readAll(at(path))); }
    [[nodiscard]] QString help(const QString& command) const { return QString::fromUtf8(m_program.run({command, QStringLiteral("--help")}).out); }
    /// What bash offers for the last of `words`.
    [[nodiscard]] QStringList bash(const QStringList& words) const
    {
        const auto line = QStringLiteral("cd / && . '%1' && COMP_WORDS=(\"$@\") && COMP_CWORD=$(($# - 1)) && { _rivereto; printf '%s\\n' \"${COMPREPLY[@]}\"; }")
                              .arg(at(QStringLiteral("share/bash-completion/completions/rivereto")));
        const auto process = m_program.start(QStringList{QStringLiteral("-c"), line, QStringLiteral("bash")} + words, QStringLiteral("bash"));
        const auto ran = Program::finish(*process);
        return ran.exit == 0 ? QString::fromUtf8(ran.out).split(u'\n', Qt::SkipEmptyParts) : QStringList{QString::fromUtf8(ran.err)};
    }

private slots:
    void initTestCase()
    {
        const auto build = QFileInfo(Program::path()).absoluteDir().filePath(QStringLiteral(".."));
        const auto install = m_program.start({QStringLiteral("--install"), build, QStringLiteral("--prefix"), m_folder.path()}, QStringLiteral("cmake"));
        COMPARE_EXIT(Program::finish(*install), 0);
        m_commands = matches(QString::fromUtf8(m_program.run({QStringLiteral("--help")}).out).section(QStringLiteral("Options:"), 0, 0), QStringLiteral("^  ([a-z]+) "));
        QVERIFY(m_commands.size() > 10);
        // Before anything asks the database of types: ours, and the general one as text, which Qt weighs against ours; it does not
        // weigh what is in a cache.
        QVERIFY(QDir(m_general.path()).mkpath(QStringLiteral("mime/packages")));
        QFile::copy(QStringLiteral("/usr/share/mime/packages/freedesktop.org.xml"), m_general.filePath(QStringLiteral("mime/packages/freedesktop.org.xml")));
        qputenv("XDG_DATA_DIRS", (at(QStringLiteral("share")) + u':' + m_general.path()).toUtf8());
        qputenv("XDG_DATA_HOME", m_general.path().toUtf8());
    }

    void everyFileIsWhereItBelongs()
    {
        QStringList expected{QStringLiteral("bin/rivereto"), QStringLiteral("lib/rivereto/rivereto-capture"), QStringLiteral("share/applications/%1.desktop").arg(kId),
            QStringLiteral("share/bash-completion/completions/rivereto"), QStringLiteral("share/doc/rivereto/LICENSE"), QStringLiteral("share/doc/rivereto/changelog"),
            QStringLiteral("share/doc/rivereto/copyright"), QStringLiteral("share/icons/hicolor/scalable/apps/%1.svg").arg(kId), QStringLiteral("share/man/man1/rivereto.1"),
            QStringLiteral("share/metainfo/%1.metainfo.xml").arg(kId), QStringLiteral("share/mime/packages/%1.xml").arg(kId), QStringLiteral("share/zsh/site-functions/_rivereto")};
        for (const int size : {16, 22, 24, 32, 48, 64, 128, 256, 512})
            expected << QStringLiteral("share/icons/hicolor/%1x%1/apps/%2.png").arg(size).arg(kId);
        for (const auto& command : std::as_const(m_commands))
            expected << QStringLiteral("share/man/man1/rivereto-%1.1").arg(command);
        QStringList installed;
        for (QDirIterator files(m_folder.path(), QDir::Files | QDir::Hidden | QDir::System, QDirIterator::Subdirectories); files.hasNext();)
            installed << QDir(m_folder.path()).relativeFilePath(files.next());
        QCOMPARE(sorted(installed), sorted(expected));
        for (const auto& file : {QStringLiteral("bin/rivereto"), QStringLiteral("lib/rivereto/rivereto-capture")})
            QVERIFY2(QFileInfo(at(file)).isExecutable(), qPrintable(file));
    }

    void theInstalledProgramRunsAndFindsItsHelper()
    {
        const auto process = m_program.start({QStringLiteral("--version")}, at(QStringLiteral("bin/rivereto")));
        const auto ran = Program::finish(*process);
        COMPARE_EXIT(ran, 0);
        // "rivereto (VERSION) …" begins the changelog of a package of this version.
        const auto version = QString::fromUtf8(ran.out).trimmed().section(u' ', 1);
        QVERIFY2(read(QStringLiteral("share/doc/rivereto/changelog")).startsWith(QStringLiteral("rivereto (%1) ").arg(version)), ran.out.constData());
        QVERIFY2(read(QStringLiteral("share/metainfo/%1.metainfo.xml").arg(kId)).contains(QStringLiteral("<release version=\"%1\"").arg(version)), ran.out.constData());

        // A helper that leaves a trace, where the real one was: it is this one that is started.
        const auto helper = at(QStringLiteral("lib/rivereto/rivereto-capture"));
        const auto real = helper + QStringLiteral(".real");
        QVERIFY(QFile::rename(helper, real));
        QVERIFY(support::writeAll(helper, "#!/bin/sh\ntouch \"$0.started\"\nexit 1\n"));
        QVERIFY(QFile::setPermissions(helper, QFile::permissions(real)));
        const auto listen = m_program.start({QStringLiteral("listen"), QStringLiteral("--interface"), QStringLiteral("lo"), QStringLiteral("--db"), at(QStringLiteral("live.rivereto")), QStringLiteral("--for"), QStringLiteral("1s")},
            at(QStringLiteral("bin/rivereto")));
        const auto listened = Program::finish(*listen);
        VERIFY_RAN(QFile::exists(helper + QStringLiteral(".started")), listened);
        QVERIFY(QFile::remove(helper + QStringLiteral(".started")) && QFile::remove(helper) && QFile::rename(real, helper));
    }

    void theDesktopEntryIsRight()
    {
        const auto path = QStringLiteral("share/applications/%1.desktop").arg(kId);
        const auto value = [text = read(path)](const QString& key) { return matches(text, QStringLiteral("^%1=(.*)$").arg(key)).value(0); };
        QCOMPARE(value(QStringLiteral("Type")), QStringLiteral("Application"));
        QCOMPARE(value(QStringLiteral("Name")), QStringLiteral("Rivereto"));
        QCOMPARE(value(QStringLiteral("Exec")), QStringLiteral("rivereto %F"));
        QCOMPARE(value(QStringLiteral("Icon")), kId);
        QCOMPARE(value(QStringLiteral("Terminal")), QStringLiteral("false"));
        for (const auto* key : {"Comment", "Categories", "Keywords", "GenericName"})
            QVERIFY2(!value(QLatin1String(key)).isEmpty(), key);
        // What it opens is what the other two files say.
        const auto types = value(QStringLiteral("MimeType")).split(u';', Qt::SkipEmptyParts);
        QCOMPARE(sorted(types), sorted(matches(read(QStringLiteral("share/metainfo/%1.metainfo.xml").arg(kId)), QStringLiteral("<mediatype>(.*)</mediatype>"))));
        const auto defined = matches(read(QStringLiteral("share/mime/packages/%1.xml").arg(kId)), QStringLiteral("<mime-type type=\"(.*)\">"));
        QVERIFY(defined.size() >= 3);
        for (const auto& type : defined)
            QVERIFY2(types.contains(type), qPrintable(type));
        QVERIFY(!defined.contains(QStringLiteral("application/vnd.tcpdump.pcap")));
        validate(QStringLiteral("desktop-file-validate"), {at(path)});
    }

    void xmlFilesAreWellFormed()
    {
        for (const auto& path : {QStringLiteral("share/metainfo/%1.metainfo.xml").arg(kId), QStringLiteral("share/mime/packages/%1.xml").arg(kId)}) {
            QXmlStreamReader reader(readAll(at(path)));
            while (!reader.atEnd())
                reader.readNext();
            QVERIFY2(!reader.hasError(), qPrintable(path + QStringLiteral(": ") + reader.errorString()));
        }
        validate(QStringLiteral("appstreamcli"), {QStringLiteral("validate"), QStringLiteral("--no-net"), at(QStringLiteral("share/metainfo/%1.metainfo.xml").arg(kId))});
    }

    void filesAreKnownByTheirContent()
    {
        const auto database = at(QStringLiteral("x"));
        COMPARE_EXIT(m_program.run({QStringLiteral("demo"), QStringLiteral("--write"), at(QStringLiteral("demo.pcap")), QStringLiteral("--flows"), QStringLiteral("100")}), 0);
        COMPARE_EXIT(m_program.run({QStringLiteral("import"), at(QStringLiteral("demo.pcap")), QStringLiteral("--db"), database}), 0);
        const auto flows = at(QStringLiteral("y"));
        COMPARE_EXIT(m_program.run({QStringLiteral("export"), QStringLiteral("--db"), database, QStringLiteral("--output"), flows, QStringLiteral("--format"), QStringLiteral("nfcapd")}), 0);
        const QMimeDatabase types;
        const auto byContent = [&](const QString& path) { return types.mimeTypeForFile(path, QMimeDatabase::MatchContent).name(); };
        QCOMPARE(byContent(database), QStringLiteral("application/vnd.rivereto"));
        QCOMPARE(byContent(flows), QStringLiteral("application/x-nfcapd"));
        const auto byName = [&](const char* name) { return types.mimeTypeForFile(QLatin1String(name), QMimeDatabase::MatchExtension).name(); };
        QCOMPARE(byName("edge.rivereto"), QStringLiteral("application/vnd.rivereto"));
        QCOMPARE(byName("nfcapd.202612010000"), QStringLiteral("application/x-nfcapd"));
        QCOMPARE(byName("edge.ipfix"), QStringLiteral("application/ipfix"));
        QCOMPARE(byName("edge.pcapng"), QStringLiteral("application/x-pcapng"));
    }

    void iconsHaveTheirSizes()
    {
        for (const int size : {16, 48, 512}) {
            const QImage image(at(QStringLiteral("share/icons/hicolor/%1x%1/apps/%2.png").arg(size).arg(kId)));
            QCOMPARE(image.size(), QSize(size, size));
            // Transparent corners, a coloured middle.
            QCOMPARE(qAlpha(image.pixel(0, 0)), 0);
            QCOMPARE(qAlpha(image.pixel(size / 2, size / 2)), 255);
        }
    }

    void manPagesTellOfEveryCommandAndOption()
    {
        const auto plain = [](QString page) { return page.replace(QStringLiteral("\\-"), QStringLiteral("-")); };
        const auto main = plain(read(QStringLiteral("share/man/man1/rivereto.1")));
        for (const auto* section : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "FILES", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "SEE ALSO"})
            QVERIFY2(main.contains(QStringLiteral("\n.SH %1\n").arg(QLatin1String(section))), section);
        for (const auto& command : std::as_const(m_commands)) {
            QVERIFY2(main.contains(QStringLiteral(".BR rivereto-%1 (1)").arg(command)) && main.contains(QStringLiteral("\n\\fB%1\\fR\n").arg(command)), qPrintable(command));
            const auto page = plain(read(QStringLiteral("share/man/man1/rivereto-%1.1").arg(command)));
            for (const auto* section : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO"})
                QVERIFY2(page.contains(QStringLiteral("\n.SH %1\n").arg(QLatin1String(section))), qPrintable(command + QLatin1String(section)));
            QCOMPARE(sorted(matches(page, QStringLiteral("^\\\\fB(--?[a-z0-9-]+)\\\\fR"))), optionsOf(help(command)));
        }
        QVERIFY(!main.contains(QStringLiteral("@")));
        if (!QStandardPaths::findExecutable(QStringLiteral("groff")).isEmpty()) {
            const auto warnings = m_program.shell(QStringLiteral("cd '%1' && groff -man -Tutf8 -ww -z *.1 2>&1").arg(at(QStringLiteral("share/man/man1"))));
            COMPARE_EXIT(warnings, 0);
            QCOMPARE(QString::fromUtf8(warnings.out), QString());
        }
    }

    void bashCompletesWhatHelpSays()
    {
        const auto common = optionsOf(QString::fromUtf8(m_program.run({QStringLiteral("--help")}).out));
        QCOMPARE(sorted(bash({QStringLiteral("rivereto"), QStringLiteral("-")})), common);
        for (const auto& command : std::as_const(m_commands)) {
            QVERIFY2(bash({QStringLiteral("rivereto"), command}).contains(command), qPrintable(command));
            QCOMPARE(sorted(bash({QStringLiteral("rivereto"), command, QStringLiteral("-")})), optionsOf(help(command)));
        }
        const auto offered = matches(read(QStringLiteral("share/bash-completion/completions/rivereto")), QStringLiteral("commands=\"(.*)\"")).value(0).split(u' ');
        QCOMPARE(sorted(offered), sorted(m_commands));
    }

    void zshCompletesWhatHelpSays()
    {
        const auto file = read(QStringLiteral("share/zsh/site-functions/_rivereto"));
        QVERIFY(file.startsWith(QStringLiteral("#compdef rivereto\n")));
        QCOMPARE(sorted(matches(file, QStringLiteral("^        '([a-z]+):"))), sorted(m_commands));
        const auto options = [](const QString& block) { return matches(block, QStringLiteral("^ +'(?:\\([^)]*\\))?\\*?(--?[a-z][a-z0-9-]*)")); };
        const auto array = [&](const QString& name) { return options(file.section(QStringLiteral("\n    %1=(\n").arg(name), 1).section(QStringLiteral("\n    )"), 0, 0)); };
        for (const auto& command : std::as_const(m_commands)) {
            const auto block = file.section(QStringLiteral("\n        %1)\n").arg(command), 1).section(QStringLiteral(";;"), 0, 0);
            auto offered = options(block) + array(QStringLiteral("common"));
            for (const auto& shared : {QStringLiteral("input"), QStringLiteral("question")})
                offered += block.contains(u'$' + shared) ? array(shared) : QStringList();
            QCOMPARE(sorted(offered), optionsOf(help(command)));
        }
    }
};

QTEST_MAIN(TestInstall)
#include "test_install.moc"
