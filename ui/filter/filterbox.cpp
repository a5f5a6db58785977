// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/filterbox.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QStyle>
#include <QStyleOptionButton>

#include "ui/filter/filterhighlighter.h"
#include "ui/filter/foreignstrip.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

constexpr int kHeight = 30;
constexpr int kFrame = 2; ///< its line, or the blank that keeps a thinner one's contents in place
constexpr int kInner = kHeight - 2 * kFrame;
constexpr int kPauseMs = 600;
constexpr int kIcon = 16;

/// "Apply" and, paler, its keys.
class ApplyButton : public QPushButton {
public:
    explicit ApplyButton(const Theme& theme) : m_theme(theme), m_word(FilterBox::tr("Apply")), m_keys(QStringLiteral("Ctrl+Enter"))
    {
        setProperty("primary", true);
        setAccessibleName(m_word);
        setToolTip(FilterBox::tr("Enter or Ctrl+Enter"));
    }
    [[nodiscard]] QSize sizeHint() const override
    {
        return {QFontMetrics(strong()).horizontalAdvance(m_word) + QFontMetrics(m_theme.font(12)).horizontalAdvance(m_keys) + 2 * kPad + kGap + 2, 24};
    }
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        QStyleOptionButton option;
        initStyleOption(&option);
        style()->drawControl(QStyle::CE_PushButtonBevel, &option, &painter, this);
        auto rect = this->rect().adjusted(kPad, 0, -kPad, 0);
        auto colour = m_theme[Token::onAccent];
        painter.setPen(colour);
        painter.setFont(strong());
        painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, m_word);
        colour.setAlpha(200);
        painter.setPen(colour);
        painter.setFont(m_theme.font(12));
        painter.drawText(rect, Qt::AlignRight | Qt::AlignVCenter, m_keys);
    }

private:
    static constexpr int kPad = 8;
    static constexpr int kGap = 7;
    [[nodiscard]] QFont strong() const { return m_theme.font(12, QFont::DemiBold); }
    const Theme& m_theme;
    QString m_word;
    QString m_keys;
};

void setFlag(QWidget& widget, const char* name, bool on)
{
    if (widget.property(name).toBool() == on)
        return;
    widget.setProperty(name, on);
    widget.style()->unpolish(&widget);
    widget.style()->polish(&widget);
}

} // namespace

FilterBox::FilterBox(const Theme& theme, QWidget* parent) : QFrame(parent), m_theme(theme)
{
    setObjectName(QStringLiteral("filterFrame"));
    buildRow();
    m_completer = new FilterCompleter(*m_editor, *this, theme);
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMs);
    connect(&m_pause, &QTimer::timeout, this, &FilterBox::settle);
    connect(m_editor, &QPlainTextEdit::textChanged, this, &FilterBox::onTyped);
    connect(m_editor, &FilterEditor::pasted, this, &FilterBox::onPasted);
    connect(m_editor, &FilterEditor::menuAsked, this, &FilterBox::showMenu);
    connect(m_editor, &FilterEditor::heightChanged, this, &FilterBox::fitHeight);
    connect(m_completer, &FilterCompleter::opened, this, &FilterBox::hideMessage);
    connect(m_apply, &QPushButton::clicked, this, &FilterBox::apply);
    connect(m_clear, &QPushButton::clicked, this, &FilterBox::clear);
    connect(&theme, &Theme::changed, this, &FilterBox::restyle);
    fitHeight();
    restyle();
}

FilterBox::~FilterBox()
{
    // Strip and message belong to the window, which may have gone before.
    m_editor->removeEventFilter(this);
    delete m_strip;
    delete m_message;
}

void FilterBox::buildRow()
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(7, 0, 1, 0);
    row->setSpacing(6);
    m_icon = new QLabel;
    m_icon->setFixedHeight(kInner);
    m_editor = new FilterEditor(m_theme);
    m_editor->setPlaceholderText(tr("Filter, for example: SrcPort = 443 AND Proto = \"udp\""));
    m_editor->installEventFilter(this);
    m_highlighter = new FilterHighlighter(m_theme, m_editor->document());
    m_valid = new QLabel;
    m_valid->setFixedHeight(kInner);
    m_clear = new QPushButton;
    m_clear->setProperty("icon", true);
    m_clear->setFlat(true);
    m_clear->setAccessibleName(tr("Clear the filter"));
    m_clear->setToolTip(m_clear->accessibleName());
    m_apply = new ApplyButton(m_theme);
    row->addWidget(m_icon, 0, Qt::AlignTop);
    row->addWidget(m_editor, 1, Qt::AlignVCenter);
    row->addWidget(m_valid, 0, Qt::AlignTop);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(0, 1, 0, 0);
    buttons->setSpacing(4);
    buttons->addWidget(m_clear, 0, Qt::AlignTop);
    buttons->addWidget(m_apply, 0, Qt::AlignTop);
    row->addLayout(buttons);
}

void FilterBox::fitHeight()
{
    const int wanted = m_editor->heightWanted();
    m_editor->setFixedHeight(wanted);
    setFixedHeight(std::max(wanted + 2 * kFrame, kHeight));
    updateGeometry();
}

void FilterBox::restyle()
{
    m_icon->setPixmap(m_theme.pixmap(QStringLiteral("filter"), Token::secondary, kIcon, devicePixelRatioF()));
    m_clear->setIcon(m_theme.icon(QStringLiteral("close"), Token::secondary, 14));
    m_seen.clear();
    check();
}

void FilterBox::setSchema(std::shared_ptr<const core::Schema> schema)
{
    if (schema == m_schema)
        return;
    m_schema = std::move(schema);
    m_completer->setSchema(m_schema);
    check();
}

void FilterBox::setHistory(const QStringList& filters)
{
    m_history = filters;
    m_walked = -1;
}

void FilterBox::setApplied(const QString& filter)
{
    // Said again, as when something else of the page changes, it leaves alone what is being typed.
    if (filter == m_applied)
        return;
    m_applied = filter;
    revert();
    emit appliedChanged();
}

void FilterBox::revert()
{
    m_setting = true;
    if (typed() != m_applied)
        m_editor->replaceText(m_applied);
    m_setting = false;
    m_walked = -1;
    m_completer->close();
    closeStrip();
    check();
}

void FilterBox::applyText(const QString& filter)
{
    m_setting = true;
    m_editor->replaceText(filter);
    m_setting = false;
    check();
    apply();
    m_editor->setFocus();
}

void FilterBox::onTyped()
{
    // Highlighting changes formats and is reported as a change of text too.
    if (m_setting || typed() == m_seen)
        return;
    m_walked = -1;
    if (m_kept != typed())
        m_kept.clear();
    closeStrip();
    check();
    if (m_editor->hasFocus())
        m_completer->update(false);
}

void FilterBox::onPasted() { recognise(true); }

void FilterBox::check()
{
    m_seen = typed();
    const auto bound = core::bindFilter(m_seen.toStdString(), context());
    m_error = bound ? std::nullopt : std::optional(bound.error());
    m_errorShown = false;
    rehighlight();
    hideMessage();
    m_pause.stop();
    if (m_error)
        m_pause.start();
    syncButtons();
}

void FilterBox::rehighlight()
{
    // While one types, what is being typed is always wrong.
    const bool quietly = m_error && !m_errorShown;
    m_highlighter->show(typed(), *m_schema, m_error && m_errorShown ? m_error->span : std::nullopt, quietly ? m_editor->textCursor().position() : -1);
}

/// The user has stopped typing for a moment.
void FilterBox::settle()
{
    if (!m_completer->isOpen())
        recognise(false);
    showMessage();
}

void FilterBox::syncButtons()
{
    const bool empty = typed().isEmpty();
    m_apply->setVisible(edited());
    m_clear->setVisible(!empty && !edited());
    m_valid->setVisible(!empty && (m_error ? m_errorShown : !edited()));
    m_valid->setPixmap(m_theme.pixmap(m_error ? QStringLiteral("warning") : QStringLiteral("check"), m_error ? Token::error : Token::good, kIcon, devicePixelRatioF()));
    m_valid->setAccessibleName(m_error ? errorText(*m_error) : tr("The filter is valid"));
    m_valid->setToolTip(m_valid->accessibleName());
    m_editor->setAccessibleDescription(m_errorShown && m_error ? errorText(*m_error) : QString());
    setFlag(*this, "wrong", m_errorShown);
}

void FilterBox::showError(const core::Error& error)
{
    m_error = error;
    showMessage();
}

void FilterBox::apply()
{
    m_completer->close();
    if (m_error) {
        recognise(true);
        showMessage();
        return;
    }
    const bool other = m_applied != typed();
    m_applied = typed();
    closeStrip();
    syncButtons();
    emit applied(m_applied);
    if (other)
        emit appliedChanged();
}

void FilterBox::clear()
{
    m_editor->replaceText({});
    m_completer->close();
    apply();
    m_editor->setFocus();
}

core::Result<std::string> FilterBox::textAs(core::FilterLanguage language) const
{
    const auto cursor = m_editor->textCursor();
    // U+2029 stands between the lines of a selection.
    const auto selected = cursor.selectedText().replace(QChar(QChar::ParagraphSeparator), QLatin1Char('\n')).toStdString();
    const bool part = !selected.empty() && core::bindFilter(selected, context()).has_value();
    return core::translateFilter(part ? selected : typed().toStdString(), language, context());
}

// ---- foreign filters

void FilterBox::recognise(bool refusedToo)
{
    const auto all = typed();
    if (!m_error || all == m_kept)
        return;
    const auto found = core::recogniseFilter(all.toStdString(), context());
    if (!found || (!found->filter && !refusedToo))
        return;
    m_completer->close();
    hideMessage();
    if (!m_strip) {
        m_strip = new ForeignStrip(m_theme, window());
        connect(m_strip, &ForeignStrip::used, this, [this](const QString& translation) {
            closeStrip();
            m_editor->replaceText(translation);
            m_completer->close();
            m_editor->setFocus();
        });
        connect(m_strip, &ForeignStrip::kept, this, [this] {
            m_kept = typed();
            closeStrip();
            m_editor->setFocus();
        });
    }
    m_strip->offer(*found, *this);
    setTabOrder(m_editor, &m_strip->useButton());
    setTabOrder(&m_strip->useButton(), &m_strip->keepButton());
}

void FilterBox::closeStrip()
{
    if (m_strip)
        m_strip->hide();
}

ForeignStrip* FilterBox::offer() const { return m_strip && m_strip->isVisible() ? m_strip : nullptr; }

// ---- messages

void FilterBox::showMessage()
{
    if (!m_error || !isVisible() || m_completer->isOpen() || offer() != nullptr)
        return;
    m_errorShown = true;
    rehighlight();
    syncButtons();
    if (!m_message) {
        m_message = new QLabel(window());
        m_message->setObjectName(QStringLiteral("popup"));
        m_message->setProperty("role", "error");
        m_message->setContentsMargins(8, 5, 8, 5);
        m_message->setWordWrap(true);
    }
    m_message->setText(errorText(*m_error));
    m_message->setFixedWidth(std::min(QFontMetrics(m_theme.font(12)).horizontalAdvance(m_message->text()) + 32, 460));
    m_message->adjustSize();
    auto cursor = m_editor->textCursor();
    const int at = m_error->span ? toPosition(typed(), m_error->span->begin) : 0;
    cursor.setPosition(std::clamp(at, 0, static_cast<int>(typed().size())));
    const int left = m_editor->viewport()->mapTo(window(), m_editor->cursorRect(cursor).topLeft()).x() - 8;
    m_message->move(std::clamp(left, 0, std::max(0, window()->width() - m_message->width() - 8)), mapTo(window(), QPoint(0, height())).y() + 2);
    m_message->show();
    m_message->raise();
}

void FilterBox::hideMessage()
{
    if (m_message)
        m_message->hide();
}

// ---- keys

bool FilterBox::handleKey(QKeyEvent* event)
{
    const auto modifiers = event->modifiers() & ~Qt::KeypadModifier;
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter: return enter(modifiers);
    case Qt::Key_Tab:
        if (!m_completer->isOpen() || modifiers != Qt::NoModifier)
            return false;
        m_completer->insertCurrent();
        return true;
    case Qt::Key_Down:
    case Qt::Key_Up: return modifiers == Qt::NoModifier && upOrDown(event->key() == Qt::Key_Up);
    case Qt::Key_PageDown:
    case Qt::Key_PageUp:
        if (!m_completer->isOpen())
            return false;
        m_completer->step(event->key() == Qt::Key_PageDown ? 8 : -8);
        return true;
    case Qt::Key_Escape: return escape();
    case Qt::Key_Space:
        if (!modifiers.testFlag(Qt::ControlModifier))
            return false;
        m_completer->update(true);
        return true;
    default: return false;
    }
}

bool FilterBox::enter(Qt::KeyboardModifiers modifiers)
{
    if (modifiers == Qt::ShiftModifier) {
        m_completer->close();
        m_editor->textCursor().insertBlock();
        m_editor->ensureCursorVisible();
    } else if (m_completer->chosen() && !modifiers.testFlag(Qt::ControlModifier)) {
        m_completer->insertCurrent();
    } else {
        apply();
    }
    return true;
}

bool FilterBox::escape()
{
    if (m_completer->isOpen()) {
        m_completer->close();
    } else if (offer() != nullptr) {
        m_kept = typed();
        closeStrip();
    } else {
        revert();
    }
    return true;
}

bool FilterBox::upOrDown(bool up)
{
    if (m_completer->isOpen()) {
        m_completer->step(up ? -1 : 1);
        return true;
    }
    if (m_editor->severalLines() && m_walked < 0)
        return false;
    if (up || m_walked >= 0)
        walk(up ? 1 : -1);
    else
        m_completer->update(true);
    return true;
}

/// What is typed already stands in the history's place, if it is there.
void FilterBox::walk(int by)
{
    if (m_walked < 0)
        m_beforeWalk = typed();
    int next = m_walked + by;
    while (by > 0 && next < m_history.size() && m_history[next] == typed())
        ++next;
    if (next >= m_history.size() || next < -1)
        return;
    m_setting = true;
    m_editor->replaceText(next < 0 ? m_beforeWalk : m_history[next]);
    m_setting = false;
    m_walked = next;
    check();
}

bool FilterBox::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_editor) {
        if (event->type() == QEvent::KeyPress && handleKey(static_cast<QKeyEvent*>(event)))
            return true;
        if (event->type() == QEvent::ShortcutOverride) {
            // Enter and Escape are the editor's while it has the keyboard.
            const int key = static_cast<QKeyEvent*>(event)->key();
            if (key == Qt::Key_Escape || key == Qt::Key_Return || key == Qt::Key_Enter)
                event->accept();
        }
        if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
            setFlag(*this, "focused", event->type() == QEvent::FocusIn);
            if (event->type() == QEvent::FocusOut)
                m_completer->close();
        }
    }
    return QFrame::eventFilter(watched, event);
}

// ---- menu

QMenu* FilterBox::copyAsMenu(QWidget* parent)
{
    auto* menu = new QMenu(tr("Copy as"), parent);
    menu->setToolTipsVisible(true);
    for (const auto language : {core::FilterLanguage::Bpf, core::FilterLanguage::Nfdump, core::FilterLanguage::Wireshark}) {
        auto* action = menu->addAction(tr("Copy as %1").arg(languageLabel(language)));
        const auto written = textAs(language);
        action->setEnabled(written.has_value());
        action->setToolTip(written ? text(*written) : errorText(written.error()));
        if (written)
            connect(action, &QAction::triggered, this, [copy = text(*written)] { QApplication::clipboard()->setText(copy); });
    }
    return menu;
}

void FilterBox::showMenu(const QPoint& place)
{
    m_completer->close();
    auto* menu = m_editor->createStandardContextMenu();
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setToolTipsVisible(true);
    menu->addSeparator();
    auto* copies = copyAsMenu(menu);
    // Three entries need no menu of their own.
    for (auto* action : copies->actions())
        menu->addAction(action);
    menu->popup(place);
}

void FilterBox::resizeEvent(QResizeEvent* event)
{
    QFrame::resizeEvent(event);
    hideMessage();
    if (event->oldSize().width() != event->size().width()) {
        m_completer->close();
        closeStrip();
    }
}

void FilterBox::moveEvent(QMoveEvent* event)
{
    QFrame::moveEvent(event);
    m_completer->close();
}

} // namespace rivereto::ui
