// SPDX-License-Identifier: GPL-3.0-or-later
// The filter row as its user has it: typing with completion, errors at their place, history, saved filters, other tools' filters.
#include <QApplication>
#include <QClipboard>
#include <QMenu>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>
#include <QVBoxLayout>

#include "tests/ui/fakebackend.h"
#include "ui/filter/filterrow.h"
#include "ui/filter/valuesource.h"

using namespace rivereto;
using namespace rivereto::ui;

namespace {

/// Answers when it is told to.
class FakeValues final : public ValueSource {
public:
    QStringList asked;
    void ask(const std::string& column, const std::string&) override { asked << QString::fromStdString(column); }
    void answer(const char* column, const QList<SeenValue>& values, bool all = true) { emit answered(column, values, all); }
};

SeenValue seen(const char* literal, quint64 flows, const char* detail = "")
{
    auto plain = QString::fromUtf8(literal);
    plain.remove(QLatin1Char('"'));
    return {.literal = QString::fromUtf8(literal), .plain = plain, .detail = QString::fromUtf8(detail), .flows = flows};
}

const QList<SeenValue> kProviders{seen("\"cogent\"", 3'525'728, "transit"), seen("\"telia\"", 900, "transit"), seen("\"colt\"", 0, "transit"), seen("\"peer co\"", 5)};

} // namespace

class TestFilterBox : public QObject {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void columnsAndOperators();
    void valuesOfTheStore();
    void valuesInLists();
    void valuesComeLate();
    void nothingFits();
    void namesFindNumbers();
    void ghostText();
    void validityOfTheCandidate();
    void undoBehindCompletion();
    void errorAtItsPlace();
    void typingIsNotWrongYet();
    void applyAndRevert();
    void keptWhileTyping();
    void severalLines();
    void pastedLines();
    void historyByArrows();
    void historyPopup();
    void savedFilters();
    void renamesAndDeletes();
    void pastedForeignFilter();
    void foreignFilterKept();
    void foreignFilterRefused();
    void copies();
    void controlsHaveNames();
    void widthOfNumbers();

private:
    FilterBox& box() { return m_row->box(); }
    void type(const QString& text) { QTest::keyClicks(&box().editor(), text); }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(&box().editor(), key, modifiers); }
    void paste(const QString& text)
    {
        QApplication::clipboard()->setText(text);
        box().editor().paste();
    }
    QStringList candidates() { return box().completer().candidates(); }

    std::unique_ptr<FakeBackend> m_backend;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<Profile> m_profile;
    std::unique_ptr<QWidget> m_window;
    std::unique_ptr<FakeValues> m_values;
    FilterRow* m_row = nullptr;
};

void TestFilterBox::init()
{
    m_backend = std::make_unique<FakeBackend>();
    m_theme = std::make_unique<Theme>(ThemeChoice::Light);
    m_profile = std::make_unique<Profile>(*m_backend);
    m_values = std::make_unique<FakeValues>();
    m_window = std::make_unique<QWidget>();
    m_window->resize(1200, 600);
    auto* column = new QVBoxLayout(m_window.get());
    m_row = new FilterRow(*m_profile, *m_theme);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_row);
    column->addStretch(1);
    box().setValueSource(m_values.get());
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    box().editor().setFocus();
}

void TestFilterBox::cleanup()
{
    m_window.reset();
    m_values.reset();
    m_profile.reset();
    m_theme.reset();
    m_backend.reset();
}

void TestFilterBox::columnsAndOperators()
{
    type(QStringLiteral("inifpro"));
    QCOMPARE(candidates().value(0), QStringLiteral("InIfProvider"));
    key(Qt::Key_Tab);
    QCOMPARE(box().typed(), QStringLiteral("InIfProvider "));
    QVERIFY(candidates().contains(QStringLiteral("LIKE")));
    type(QStringLiteral("NOTI"));
    key(Qt::Key_Tab);
    QCOMPARE(box().typed(), QStringLiteral("InIfProvider NOTIN ("));
    key(Qt::Key_Escape);
    QVERIFY(candidates().isEmpty());
    // Moved to on purpose, Enter inserts; otherwise it applies.
    QSignalSpy applied(&box(), &FilterBox::applied);
    box().setApplied(QStringLiteral("Proto = 17"));
    key(Qt::Key_End);
    type(QStringLiteral(" AND Sr"));
    key(Qt::Key_Down);
    key(Qt::Key_Return);
    QCOMPARE(box().typed(), QStringLiteral("Proto = 17 AND SrcNetMask "));
    QVERIFY(applied.isEmpty());
}

void TestFilterBox::valuesOfTheStore()
{
    type(QStringLiteral("InIfProvider = "));
    QCOMPARE(m_values->asked.last(), QStringLiteral("InIfProvider"));
    m_values->answer("InIfProvider", kProviders);
    QCOMPARE(candidates(), (QStringList{QStringLiteral("\"cogent\""), QStringLiteral("\"telia\""), QStringLiteral("\"colt\""), QStringLiteral("\"peer co\"")}));
    QCOMPARE(box().completer().popup()->rows()[0].flows, std::optional<quint64>(3'525'728));
    QCOMPARE(box().completer().popup()->rows()[0].detail, QStringLiteral("transit"));
    // Those that begin with what is typed come first.
    type(QStringLiteral("\"co"));
    QCOMPARE(candidates(), (QStringList{QStringLiteral("\"cogent\""), QStringLiteral("\"colt\""), QStringLiteral("\"peer co\"")}));
    QCOMPARE(box().completer().popup()->rows()[0].matchBegin, 1);
    key(Qt::Key_Down);
    key(Qt::Key_Tab);
    QCOMPARE(box().typed(), QStringLiteral("InIfProvider = \"colt\" "));
    QVERIFY(!box().error());
    // Words for both ends ask for themselves; quantities ask for nothing.
    m_values->asked.clear();
    box().editor().replaceText({});
    type(QStringLiteral("AS = "));
    QCOMPARE(m_values->asked.last(), QStringLiteral("AS"));
    m_values->asked.clear();
    box().editor().replaceText({});
    type(QStringLiteral("Bytes > "));
    QVERIFY(m_values->asked.isEmpty());
}

void TestFilterBox::valuesInLists()
{
    type(QStringLiteral("SrcAS IN (64500, "));
    m_values->answer("SrcAS", {seen("15169", 70, "Google"), seen("2906", 60, "Netflix")});
    QCOMPARE(candidates(), (QStringList{QStringLiteral("15169"), QStringLiteral("2906")}));
    key(Qt::Key_Tab);
    QCOMPARE(box().typed(), QStringLiteral("SrcAS IN (64500, 15169"));
    type(QStringLiteral(")"));
    QVERIFY(!box().error());
}

void TestFilterBox::valuesComeLate()
{
    type(QStringLiteral("InIfProvider = \"c"));
    QVERIFY(candidates().isEmpty());
    m_values->answer("OutIfProvider", kProviders);
    QVERIFY(candidates().isEmpty());
    m_values->answer("InIfProvider", kProviders);
    QCOMPARE(candidates().value(0), QStringLiteral("\"cogent\""));
    // What the user has moved to stays when the list changes below it.
    key(Qt::Key_Down);
    QCOMPARE(box().completer().popup()->current(), QStringLiteral("\"colt\""));
    auto more = kProviders;
    more.prepend(seen("\"comcast\"", 9'000'000));
    m_values->answer("InIfProvider", more);
    QCOMPARE(candidates().value(0), QStringLiteral("\"comcast\""));
    QCOMPARE(box().completer().popup()->current(), QStringLiteral("\"colt\""));
    // Nothing opens behind the user's back.
    key(Qt::Key_Escape);
    m_values->answer("InIfProvider", kProviders);
    QVERIFY(candidates().isEmpty());
    type(QStringLiteral("o"));
    QVERIFY(!candidates().isEmpty());
    key(Qt::Key_Home);
    m_values->answer("InIfProvider", kProviders);
    QVERIFY(!candidates().contains(QStringLiteral("\"comcast\"")));
}

void TestFilterBox::nothingFits()
{
    type(QStringLiteral("SrcAddr = 203"));
    m_values->answer("SrcAddr", {seen("192.0.2.1", 5)}, false);
    QVERIFY(candidates().isEmpty());
    QVERIFY(!box().completer().isOpen());
}

void TestFilterBox::namesFindNumbers()
{
    type(QStringLiteral("SrcAS = goo"));
    m_values->answer("SrcAS", {seen("2906", 60, "Netflix"), seen("15169", 7, "Google")});
    QCOMPARE(candidates(), QStringList{QStringLiteral("15169")});
    QVERIFY(box().editor().ghost().isEmpty());
    key(Qt::Key_Tab);
    QCOMPARE(box().typed(), QStringLiteral("SrcAS = 15169 "));
}

void TestFilterBox::ghostText()
{
    type(QStringLiteral("InIfProvider = \"co"));
    m_values->answer("InIfProvider", kProviders);
    QCOMPARE(box().editor().ghost(), QStringLiteral("gent\""));
    QVERIFY(!box().editor().grab().isNull());
    key(Qt::Key_Down);
    QCOMPARE(box().editor().ghost(), QStringLiteral("lt\""));
    key(Qt::Key_Escape);
    QVERIFY(box().editor().ghost().isEmpty());
    QCOMPARE(box().typed(), QStringLiteral("InIfProvider = \"co"));
}

void TestFilterBox::validityOfTheCandidate()
{
    const auto valid = [&] {
        for (auto* label : box().completer().popup()->findChildren<QLabel*>()) {
            if (label->text() == QStringLiteral("valid"))
                return true;
        }
        return false;
    };
    type(QStringLiteral("Proto IN (6, 1"));
    m_values->answer("Proto", {seen("17", 9), seen("1", 3)});
    QVERIFY(valid());
    box().editor().replaceText({});
    type(QStringLiteral("SrcP"));
    QVERIFY(!valid());
}

void TestFilterBox::undoBehindCompletion()
{
    type(QStringLiteral("SrcPor"));
    key(Qt::Key_Tab);
    QCOMPARE(box().typed(), QStringLiteral("SrcPort "));
    box().editor().undo();
    QCOMPARE(box().typed(), QStringLiteral("SrcPor"));
    box().editor().redo();
    QCOMPARE(box().typed(), QStringLiteral("SrcPort "));
    box().applyText(QStringLiteral("Proto = 6"));
    box().editor().undo();
    QCOMPARE(box().typed(), QStringLiteral("SrcPort "));
}

void TestFilterBox::errorAtItsPlace()
{
    type(QStringLiteral("SrcPort = 443 AND Prox = 6 "));
    QCOMPARE(box().error()->span->begin, 18U);
    auto* message = [&]() -> QLabel* {
        for (auto* label : m_window->findChildren<QLabel*>()) {
            if (label->property("role") == QStringLiteral("error"))
                return label;
        }
        return nullptr;
    }();
    QVERIFY(message == nullptr || !message->isVisible());
    QTRY_VERIFY(box().property("wrong").toBool());
    for (auto* label : m_window->findChildren<QLabel*>()) {
        if (label->property("role") == QStringLiteral("error"))
            message = label;
    }
    QVERIFY(message != nullptr && message->isVisible());
    QCOMPARE(message->text(), QStringLiteral("There is no column Prox; did you mean Proto?"));
    QVERIFY(message->x() > box().editor().mapTo(m_window.get(), QPoint()).x() + 50);
    const auto formats = box().editor().document()->firstBlock().layout()->formats();
    QVERIFY(std::ranges::any_of(formats, [](const auto& range) { return range.format.underlineStyle() == QTextCharFormat::WaveUnderline && range.start == 18; }));
    type(QStringLiteral("A"));
    QVERIFY(!message->isVisible());
}

void TestFilterBox::typingIsNotWrongYet()
{
    type(QStringLiteral("Proto = 6 AND SrcPo"));
    QVERIFY(box().error());
    QVERIFY(!box().property("wrong").toBool());
    for (const auto& range : box().editor().document()->firstBlock().layout()->formats()) {
        QVERIFY(range.format.underlineStyle() == QTextCharFormat::NoUnderline);
        QVERIFY(range.format.foreground().color() != (*m_theme)[Token::error]);
    }
}

void TestFilterBox::applyAndRevert()
{
    QSignalSpy applied(&box(), &FilterBox::applied);
    type(QStringLiteral("Proto = 6"));
    QPushButton* button = nullptr;
    for (auto* one : box().findChildren<QPushButton*>()) {
        if (one->accessibleName() == QStringLiteral("Apply"))
            button = one;
    }
    QVERIFY(button != nullptr && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(applied.size(), 1);
    QVERIFY(!button->isVisible());
    type(QStringLiteral(" AND Proto = "));
    key(Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(applied.size(), 1);
    QVERIFY(box().edited());
    key(Qt::Key_Escape);
    QCOMPARE(box().typed(), QStringLiteral("Proto = 6"));
    for (auto* one : box().findChildren<QPushButton*>()) {
        if (one->accessibleName() == QStringLiteral("Clear the filter"))
            QTest::mouseClick(one, Qt::LeftButton);
    }
    QCOMPARE(applied.last()[0].toString(), QString());
    QCOMPARE(box().typed(), QString());
}

/// The page says the filter in force whenever anything changes.
void TestFilterBox::keptWhileTyping()
{
    box().setApplied(QStringLiteral("Proto = 6"));
    type(QStringLiteral(" AND SrcPort = 1"));
    box().setApplied(QStringLiteral("Proto = 6"));
    QCOMPARE(box().typed(), QStringLiteral("Proto = 6 AND SrcPort = 1"));
    box().setApplied(QStringLiteral("Proto = 17"));
    QCOMPARE(box().typed(), QStringLiteral("Proto = 17"));
}

void TestFilterBox::severalLines()
{
    const int before = m_row->height();
    QCOMPARE(before, 45);
    type(QStringLiteral("SrcPort = 80"));
    key(Qt::Key_Return, Qt::ShiftModifier);
    type(QStringLiteral("OR DstPort = 80"));
    QCOMPARE(box().typed(), QStringLiteral("SrcPort = 80\nOR DstPort = 80"));
    QTRY_VERIFY(m_row->height() > before + 10);
    QSignalSpy applied(&box(), &FilterBox::applied);
    key(Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(applied.size(), 1);
    // Errors of a later line stand there.
    key(Qt::Key_Return, Qt::ShiftModifier);
    type(QStringLiteral("OR Prox = 1"));
    key(Qt::Key_Return, Qt::ControlModifier);
    const auto formats = box().editor().document()->lastBlock().layout()->formats();
    QVERIFY(std::ranges::any_of(formats, [](const auto& range) { return range.format.underlineStyle() == QTextCharFormat::WaveUnderline && range.start == 3; }));
    for (int i = 0; i < 10; ++i)
        key(Qt::Key_Return, Qt::ShiftModifier);
    QVERIFY(box().height() < 150);
    box().setApplied(QString());
    QTRY_COMPARE(m_row->height(), before);
}

void TestFilterBox::pastedLines()
{
    paste(QStringLiteral("\r\nSrcPort = 80\r\n  OR DstPort = 80\n\n"));
    QCOMPARE(box().typed(), QStringLiteral("SrcPort = 80\n  OR DstPort = 80"));
    QVERIFY(!box().error());
}

void TestFilterBox::historyByArrows()
{
    for (const auto* filter : {"Proto = 6", "Proto = 17", "Proto = 1"})
        box().applyText(QString::fromUtf8(filter));
    box().applyText(QString());
    type(QStringLiteral("SrcPort = 1"));
    key(Qt::Key_Escape);
    box().editor().replaceText(QStringLiteral("SrcPort = 1"));
    box().completer().close();
    key(Qt::Key_Up);
    QCOMPARE(box().typed(), QStringLiteral("Proto = 1"));
    key(Qt::Key_Up);
    key(Qt::Key_Up);
    QCOMPARE(box().typed(), QStringLiteral("Proto = 6"));
    key(Qt::Key_Up);
    QCOMPARE(box().typed(), QStringLiteral("Proto = 6"));
    key(Qt::Key_Down);
    QCOMPARE(box().typed(), QStringLiteral("Proto = 17"));
    key(Qt::Key_Down);
    key(Qt::Key_Down);
    QCOMPARE(box().typed(), QStringLiteral("SrcPort = 1"));
    // And Down opens completion when there is nothing to go back to.
    key(Qt::Key_Down);
    QVERIFY(box().completer().isOpen());
}

void TestFilterBox::historyPopup()
{
    box().applyText(QStringLiteral("Proto = 6"));
    box().setApplied(QStringLiteral("SrcAS = 64500"));
    box().setApplied(QStringLiteral("Nonsense = 1"));
    box().applyText(QStringLiteral("Proto = 6"));
    QCOMPARE(m_profile->history().size(), 2);
    QPointer popup = m_row->openHistory();
    QCOMPARE(popup->list().count(), 2);
    QCOMPARE(popup->list().currentFilter(), QStringLiteral("Proto = 6"));
    QVERIFY(!popup->grab().isNull());
    QTest::keyClicks(&popup->search(), QStringLiteral("64500"));
    QCOMPARE(popup->list().count(), 1);
    QSignalSpy applied(&box(), &FilterBox::applied);
    QTest::keyClick(&popup->search(), Qt::Key_Return);
    QCOMPARE(applied.size(), 1);
    QCOMPARE(box().typed(), QStringLiteral("SrcAS = 64500"));
    QTRY_VERIFY(!popup);
    popup = m_row->openHistory();
    QTest::keyClick(&popup->list(), Qt::Key_Delete);
    QCOMPARE(m_profile->history().size(), 1);
    popup->close();
}

void TestFilterBox::savedFilters()
{
    box().applyText(QStringLiteral("Port = 53 AND Proto = 17"));
    QCOMPARE(m_row->savedAs(), QString());
    QPointer popup = m_row->openSaved();
    QVERIFY(!popup->saveButton().isEnabled());
    QTest::keyClicks(&popup->name(), QStringLiteral("DNS"));
    QVERIFY(!popup->grab().isNull());
    QTest::keyClick(&popup->name(), Qt::Key_Return);
    QTRY_VERIFY(!popup);
    QCOMPARE(m_profile->filters(), (QList<SavedFilter>{{QStringLiteral("DNS"), QStringLiteral("Port = 53 AND Proto = 17")}}));
    QCOMPARE(m_row->savedAs(), QStringLiteral("DNS"));
    QVERIFY(m_row->star().accessibleName().contains(QStringLiteral("DNS")));
    // The same in other words.
    box().applyText(QStringLiteral("port=53 and (proto = 17)"));
    QCOMPARE(m_row->savedAs(), QStringLiteral("DNS"));
    box().applyText(QString());
    QCOMPARE(m_row->savedAs(), QString());
    popup = m_row->openSaved();
    QVERIFY(!popup->name().isVisible());
    QTest::keyClick(&popup->list(), Qt::Key_Return);
    QCOMPARE(box().appliedFilter(), QStringLiteral("Port = 53 AND Proto = 17"));
}

void TestFilterBox::renamesAndDeletes()
{
    m_profile->saveFilter(QStringLiteral("a"), QStringLiteral("Proto = 6"));
    m_profile->saveFilter(QStringLiteral("b"), QStringLiteral("Proto = 17"));
    QPointer popup = m_row->openSaved();
    popup->list().setCurrentRow(0);
    QTest::keyClick(&popup->list(), Qt::Key_F2);
    QVERIFY(popup->name().isVisible());
    popup->name().setText(QStringLiteral("b"));
    QTest::keyClick(&popup->name(), Qt::Key_Return);
    QCOMPARE(m_profile->filters()[0].name, QStringLiteral("a"));
    popup->name().setText(QStringLiteral("c"));
    QTest::keyClick(&popup->name(), Qt::Key_Return);
    QCOMPARE(m_profile->filters()[1].name, QStringLiteral("c"));
    QCOMPARE(popup->list().currentName(), QStringLiteral("c"));
    QTest::mouseClick(&popup->deleteButton(), Qt::LeftButton);
    QCOMPARE(m_profile->filters().size(), 1);
    QCOMPARE(m_profile->filters()[0].name, QStringLiteral("b"));
    popup->close();
}

void TestFilterBox::pastedForeignFilter()
{
    paste(QStringLiteral("proto tcp and (port 53 or net 10.0.0.0/8)"));
    QVERIFY(box().offer() != nullptr);
    QCOMPARE(box().offer()->words(), QStringLiteral("This looks like an nfdump filter."));
    QVERIFY(!box().offer()->grab().isNull());
    // By keyboard: it comes next.
    key(Qt::Key_Tab);
    QVERIFY(box().offer()->useButton().hasFocus());
    QTest::keyClick(&box().offer()->useButton(), Qt::Key_Space);
    QCOMPARE(box().typed(), QStringLiteral("Proto = \"tcp\" AND (Port = 53 OR Addr << 10.0.0.0/8)"));
    QVERIFY(box().offer() == nullptr);
    QVERIFY(box().editor().hasFocus());
    key(Qt::Key_Return);
    QCOMPARE(box().appliedFilter(), box().typed());
    // Typed, it is offered after a moment; what is valid here never is.
    box().editor().replaceText({});
    type(QStringLiteral("ip.addr == 1.2.3.4"));
    QTRY_VERIFY(box().offer() != nullptr);
    QCOMPARE(box().offer()->words(), QStringLiteral("This looks like a Wireshark filter."));
    box().editor().replaceText({});
    paste(QStringLiteral("port = 80"));
    QVERIFY(box().offer() == nullptr);
}

void TestFilterBox::foreignFilterKept()
{
    paste(QStringLiteral("src host 1.2.3.4 and tcp port 80"));
    QVERIFY(box().offer() != nullptr);
    QTest::mouseClick(&box().offer()->keepButton(), Qt::LeftButton);
    QCOMPARE(box().typed(), QStringLiteral("src host 1.2.3.4 and tcp port 80"));
    QTest::qWait(800);
    QVERIFY(box().offer() == nullptr);
    QVERIFY(box().property("wrong").toBool());
    type(QStringLiteral("8"));
    QTRY_VERIFY(box().offer() != nullptr);
    key(Qt::Key_Escape);
    QVERIFY(box().offer() == nullptr);
    QCOMPARE(box().typed(), QStringLiteral("src host 1.2.3.4 and tcp port 808"));
}

void TestFilterBox::foreignFilterRefused()
{
    paste(QStringLiteral("ip.addr == 1.2.3.4 and frame.len > 100"));
    QVERIFY(box().offer() != nullptr);
    QCOMPARE(box().offer()->words(), QStringLiteral("This looks like a Wireshark filter. Flows have no counterpart of frame.len."));
    QVERIFY(!box().offer()->useButton().isVisible());
    QVERIFY(box().offer()->translation().isEmpty());
    QTest::mouseClick(&box().offer()->keepButton(), Qt::LeftButton);
    QVERIFY(box().offer() == nullptr);
}

void TestFilterBox::copies()
{
    box().applyText(QStringLiteral("Proto = \"tcp\" AND DstPort = 443"));
    const std::unique_ptr<QMenu> menu(box().copyAsMenu(nullptr));
    QCOMPARE(menu->actions().size(), 3);
    QStringList copied;
    for (auto* action : menu->actions()) {
        QVERIFY(action->isEnabled());
        action->trigger();
        copied << QApplication::clipboard()->text();
    }
    QCOMPARE(copied, (QStringList{QStringLiteral("tcp and dst port 443"), QStringLiteral("proto tcp and dst port 443"), QStringLiteral("tcp.dstport == 443")}));
    box().applyText(QStringLiteral("SrcAS = 65000 AND Proto = 17"));
    const std::unique_ptr<QMenu> other(box().copyAsMenu(nullptr));
    QVERIFY(!other->actions()[0]->isEnabled());
    QCOMPARE(other->actions()[0]->toolTip(), QStringLiteral("BPF cannot say SrcAS = 65000"));
    QVERIFY(other->actions()[1]->isEnabled());
    // A selection that is a filter is copied alone.
    auto cursor = box().editor().textCursor();
    cursor.setPosition(18);
    cursor.movePosition(QTextCursor::End, QTextCursor::KeepAnchor);
    box().editor().setTextCursor(cursor);
    QCOMPARE(*box().textAs(core::FilterLanguage::Bpf), std::string("udp"));
}

void TestFilterBox::controlsHaveNames()
{
    box().applyText(QStringLiteral("Proto = 6"));
    auto* history = m_row->openHistory();
    auto* saved = m_row->openSaved();
    type(QStringLiteral(" AND Sr"));
    for (auto* widget : m_window->findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || widget->objectName().startsWith(QStringLiteral("qt_")) || qobject_cast<QScrollBar*>(widget))
            continue;
        const auto* button = qobject_cast<QAbstractButton*>(widget);
        QVERIFY2(!widget->accessibleName().isEmpty() || (button != nullptr && !button->text().isEmpty()), widget->metaObject()->className());
    }
    history->close();
    saved->close();
}

void TestFilterBox::widthOfNumbers()
{
    type(QStringLiteral("SrcPort = 99999999"));
    QVERIFY(box().error());
    QCOMPARE(*box().error()->span, (core::SourceSpan{10, 18}));
    QCOMPARE(box().error()->message(), std::string("expected a number from 0 to 65535, got 99999999"));
}

QTEST_MAIN(TestFilterBox)
#include "test_filterbox.moc"
