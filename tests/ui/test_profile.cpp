// SPDX-License-Identifier: GPL-3.0-or-later
// Saved filters, history and views: kept, in order, and never lost to a text that cannot be read.
#include <QMap>
#include <QSignalSpy>
#include <QTest>

#include "ui/models/preferences.h"
#include "ui/models/profile.h"

using namespace rivereto::ui;

namespace {

class FakePreferences final : public Preferences {
public:
    QMap<QString, QString> kept;
    int writes = 0;
    QString preference(const QString& name) const override { return kept.value(name); }
    void setPreference(const QString& name, const QString& value) override
    {
        kept[name] = value;
        ++writes;
    }
};

QStringList names(const auto& list)
{
    QStringList out;
    for (const auto& one : list)
        out << one.name;
    return out;
}

} // namespace

class TestProfile : public QObject {
    Q_OBJECT
private slots:
    void startsEmpty()
    {
        FakePreferences preferences;
        const Profile profile(preferences);
        QVERIFY(profile.filters().isEmpty() && profile.history().isEmpty() && profile.views().isEmpty());
        QCOMPARE(preferences.writes, 0);
    }

    void savedFilters()
    {
        FakePreferences preferences;
        Profile profile(preferences);
        QSignalSpy changed(&profile, &Profile::changed);
        profile.saveFilter(QStringLiteral(" Web "), QStringLiteral("Port IN (80, 443)"));
        profile.saveFilter(QStringLiteral("DNS"), QStringLiteral("Port = 53"));
        profile.saveFilter(QStringLiteral("Web"), QStringLiteral("Port = 443"));
        profile.saveFilter(QString(), QStringLiteral("Port = 1"));
        profile.saveFilter(QStringLiteral("Nothing"), QStringLiteral("  "));
        QCOMPARE(changed.size(), 3);
        QCOMPARE(profile.filters(), (QList<SavedFilter>{{QStringLiteral("DNS"), QStringLiteral("Port = 53")}, {QStringLiteral("Web"), QStringLiteral("Port = 443")}}));
        QVERIFY(!profile.renameFilter(QStringLiteral("Web"), QStringLiteral("DNS")));
        QVERIFY(!profile.renameFilter(QStringLiteral("Web"), QStringLiteral(" ")));
        QVERIFY(!profile.renameFilter(QStringLiteral("Absent"), QStringLiteral("x")));
        QVERIFY(profile.renameFilter(QStringLiteral("Web"), QStringLiteral("A web")));
        QCOMPARE(names(profile.filters()), (QStringList{QStringLiteral("A web"), QStringLiteral("DNS")}));
        profile.removeFilter(QStringLiteral("DNS"));
        profile.removeFilter(QStringLiteral("DNS"));
        QCOMPARE(Profile(preferences).filters(), profile.filters());
    }

    void history()
    {
        FakePreferences preferences;
        Profile profile(preferences);
        const QDateTime start(QDate(2026, 11, 23), QTime(12, 0), Qt::UTC);
        for (int i = 0; i < 130; ++i)
            profile.remember(QStringLiteral("SrcPort = %1").arg(i), start.addSecs(i));
        profile.remember(QStringLiteral("SrcPort = 100"), start.addSecs(1000));
        profile.remember(QStringLiteral("   "));
        profile.remember(QString(Profile::kLongestFilter + 1, QLatin1Char('x')));
        QCOMPARE(profile.history().size(), Profile::kMostPast);
        QCOMPARE(profile.history()[0], (PastFilter{QStringLiteral("SrcPort = 100"), start.addSecs(1000)}));
        QCOMPARE(profile.history()[1].filter, QStringLiteral("SrcPort = 129"));
        QCOMPARE(profile.history().last().filter, QStringLiteral("SrcPort = 30"));
        Profile again(preferences);
        QCOMPARE(again.history(), profile.history());
        again.forget(QStringLiteral("SrcPort = 129"));
        QCOMPARE(again.history()[1].filter, QStringLiteral("SrcPort = 128"));
        again.clearHistory();
        QVERIFY(Profile(preferences).history().isEmpty());
    }

    void views()
    {
        FakePreferences preferences;
        Profile profile(preferences);
        profile.saveView(QStringLiteral("Top"), QStringLiteral("rivereto:explore?x"));
        profile.saveView(QStringLiteral("All"), QStringLiteral("rivereto:explore?y"));
        QVERIFY(profile.renameView(QStringLiteral("Top"), QStringLiteral("Talkers")));
        profile.removeView(QStringLiteral("All"));
        QCOMPARE(Profile(preferences).views(), (QList<SavedView>{{QStringLiteral("Talkers"), QStringLiteral("rivereto:explore?x")}}));
    }

    /// Texts with quotes, line breaks and any character come back.
    void anyText()
    {
        FakePreferences preferences;
        Profile profile(preferences);
        const auto filter = QStringLiteral("ExporterName = \"a\\\"b\"\n  OR ExporterName = 'é😀' -- ende");
        profile.saveFilter(QStringLiteral("Ü \"1\""), filter);
        QCOMPARE(Profile(preferences).filters()[0], (SavedFilter{QStringLiteral("Ü \"1\""), filter}));
    }

    void unreadable_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("filters");
        QTest::newRow("no JSON") << "{\"filters\": [" << 0;
        QTest::newRow("no object") << "[1, 2]" << 0;
        QTest::newRow("no list") << R"({"filters": "x"})" << 0;
        QTest::newRow("one of them") << R"({"filters": [{"name": "a", "filter": "Port = 1"}, {"name": "b"}, 7]})" << 1;
        QTest::newRow("no date") << R"({"history": [{"filter": "Port = 1", "used": "yesterday"}]})" << 0;
    }
    void unreadable()
    {
        QFETCH(QString, text);
        QFETCH(int, filters);
        FakePreferences preferences;
        preferences.kept[QStringLiteral("profile")] = text;
        Profile profile(preferences);
        QCOMPARE(profile.filters().size(), filters);
        profile.saveFilter(QStringLiteral("new"), QStringLiteral("Port = 2"));
        QCOMPARE(preferences.kept[QStringLiteral("profile.unreadable")], text);
        QCOMPARE(Profile(preferences).filters().size(), filters + 1);
        // A second one does not replace the first.
        preferences.kept[QStringLiteral("profile")] = QStringLiteral("nonsense");
        const Profile other(preferences);
        QCOMPARE(preferences.kept[QStringLiteral("profile.unreadable")], text);
        QCOMPARE(preferences.kept[QStringLiteral("profile.unreadable.2")], QStringLiteral("nonsense"));
    }

    void keepsWhatALaterVersionWrote()
    {
        FakePreferences preferences;
        preferences.kept[QStringLiteral("profile")] = QStringLiteral(R"({"colours": ["red"]})");
        Profile(preferences).saveFilter(QStringLiteral("a"), QStringLiteral("Port = 1"));
        QVERIFY(preferences.kept[QStringLiteral("profile")].contains(QStringLiteral("\"colours\":[\"red\"]")));
        QVERIFY(!preferences.kept.contains(QStringLiteral("profile.unreadable")));
    }

    /// Two windows write to the same preferences.
    void twoOfThem()
    {
        FakePreferences preferences;
        Profile one(preferences);
        Profile two(preferences);
        one.saveFilter(QStringLiteral("a"), QStringLiteral("Port = 1"));
        two.saveFilter(QStringLiteral("b"), QStringLiteral("Port = 2"));
        one.remember(QStringLiteral("Port = 3"));
        QCOMPARE(names(one.filters()), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
        QCOMPARE(Profile(preferences).filters(), one.filters());
        QCOMPARE(Profile(preferences).history().size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestProfile)
#include "test_profile.moc"
