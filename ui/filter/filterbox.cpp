// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/filterbox.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMimeData>
#include <QScrollBar>
#include <QStyle>

#include "ui/filter/filterhighlighter.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

constexpr int kHeight = 30;
constexpr int kMessageDelayMs = 600;

/// One line: what is pasted loses its line breaks.
class LineEditor : public QPlainTextEdit {
public:
    LineEditor()
    {
        setLineWrapMode(QPlainTextEdit::NoWrap);
        setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        setTabChangesFocus(true);
        document()->setDocumentMargin(3);
    }

protected:
    bool canInsertFromMimeData(const QMimeData* source) const override { return source->hasText() && !source->hasUrls(); }
    void insertFromMimeData(const QMimeData* source) override { insertPlainText(source->text().simplified()); }
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
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

int toPosition(const QString& text, size_t byteOffset)
{
    return static_cast<int>(QString::fromUtf8(text.toUtf8().left(static_cast<qsizetype>(byteOffset))).size());
}

size_t toByteOffset(const QString& text, int position) { return static_cast<size_t>(text.left(position).toUtf8().size()); }

FilterBox::FilterBox(const Theme& theme, QWidget* parent) : QFrame(parent), m_theme(theme)
{
    setObjectName(QStringLiteral("filterFrame"));
    setFixedHeight(kHeight);
    buildRow();
    m_messageTimer.setSingleShot(true);
    m_messageTimer.setInterval(kMessageDelayMs);
    connect(&m_messageTimer, &QTimer::timeout, this, &FilterBox::showMessage);
    connect(m_editor, &QPlainTextEdit::textChanged, this, &FilterBox::onTyped);
    connect(m_apply, &QPushButton::clicked, this, &FilterBox::apply);
    connect(m_clear, &QPushButton::clicked, this, [this] {
        m_editor->clear();
        apply();
        m_editor->setFocus();
    });
    connect(&theme, &Theme::changed, this, &FilterBox::restyle);
    restyle();
    syncButtons();
}

void FilterBox::buildRow()
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(9, 1, 3, 1);
    row->setSpacing(6);
    m_icon = new QLabel;
    m_editor = new LineEditor;
    m_editor->setObjectName(QStringLiteral("filter"));
    m_editor->setAccessibleName(tr("Filter"));
    m_editor->setPlaceholderText(tr("Filter, for example: SrcPort = 443 AND Proto = \"udp\""));
    m_editor->setFont(m_theme.fixedFont(13));
    m_editor->installEventFilter(this);
    m_highlighter = new FilterHighlighter(m_theme, m_editor->document());
    m_valid = new QLabel;
    m_clear = new QPushButton;
    m_clear->setProperty("icon", true);
    m_clear->setStyleSheet(QStringLiteral("QPushButton{border:none;background:transparent;min-width:22px}"));
    m_clear->setAccessibleName(tr("Clear the filter"));
    m_clear->setToolTip(m_clear->accessibleName());
    m_apply = new QPushButton(tr("Apply"));
    m_apply->setProperty("primary", true);
    m_apply->setToolTip(tr("Enter or Ctrl+Enter"));
    row->addWidget(m_icon);
    row->addWidget(m_editor, 1);
    row->addWidget(m_valid);
    row->addWidget(m_clear);
    row->addWidget(m_apply);
}

void FilterBox::restyle()
{
    m_icon->setPixmap(m_theme.pixmap(QStringLiteral("filter"), Token::secondary, 16, devicePixelRatioF()));
    m_clear->setIcon(m_theme.icon(QStringLiteral("close"), Token::secondary, 14));
    m_highlighter->rehighlight();
    syncButtons();
}

void FilterBox::setSchema(std::shared_ptr<const core::Schema> schema)
{
    m_schema = std::move(schema);
    m_highlighter->setSchema(m_schema);
    check();
}

void FilterBox::setApplied(const QString& filter)
{
    m_applied = filter;
    m_setting = true;
    if (typed() != filter)
        m_editor->setPlainText(filter);
    m_setting = false;
    check();
    if (m_popup)
        m_popup->hide();
}

QString FilterBox::typed() const { return m_editor->toPlainText(); }

void FilterBox::onTyped()
{
    // Highlighting changes formats and is reported as a change of text too.
    if (m_setting)
        return;
    check();
    if (m_editor->hasFocus())
        complete(false);
}

void FilterBox::check()
{
    const auto bytes = typed().toStdString();
    const auto now = core::BindContext{.schema = *m_schema, .nowMs = 1, .utcOffsetMinutes = 0};
    const auto bound = core::bindFilter(bytes, now);
    m_error = bound ? std::nullopt : std::optional(bound.error());
    const QSignalBlocker quiet(m_editor);
    m_highlighter->setError(m_error ? m_error->span : std::nullopt);
    m_highlighter->rehighlight();
    if (m_message)
        m_message->hide();
    m_messageTimer.stop();
    m_errorShown = false;
    if (m_error)
        m_messageTimer.start();
    syncButtons();
}

void FilterBox::syncButtons()
{
    const bool empty = typed().isEmpty();
    m_clear->setVisible(!empty);
    m_apply->setVisible(edited());
    m_valid->setVisible(!empty && (!m_error || m_errorShown));
    m_valid->setPixmap(m_theme.pixmap(m_error ? QStringLiteral("warning") : QStringLiteral("check"), m_error ? Token::error : Token::good, 16, devicePixelRatioF()));
    m_valid->setAccessibleName(m_error ? errorText(*m_error) : tr("The filter is valid"));
    m_valid->setToolTip(m_valid->accessibleName());
    setFlag(*this, "wrong", m_errorShown);
}

void FilterBox::showError(const core::Error& error)
{
    m_error = error;
    m_highlighter->setError(error.span);
    const QSignalBlocker quiet(m_editor);
    m_highlighter->rehighlight();
    syncButtons();
    showMessage();
}

void FilterBox::apply()
{
    if (m_popup)
        m_popup->hide();
    if (m_error) {
        showMessage();
        return;
    }
    m_applied = typed();
    syncButtons();
    emit applied(m_applied);
}

QRect FilterBox::cursorPlace(int position) const
{
    auto cursor = m_editor->textCursor();
    cursor.setPosition(std::clamp(position, 0, static_cast<int>(typed().size())));
    const auto rect = m_editor->cursorRect(cursor);
    return {m_editor->viewport()->mapTo(window(), rect.topLeft()), rect.size()};
}

void FilterBox::showMessage()
{
    if (!m_error || !isVisible() || (m_popup && m_popup->isVisible()))
        return;
    m_errorShown = true;
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
    const int at = m_error->span ? toPosition(typed(), m_error->span->begin) : 0;
    const int x = std::clamp(cursorPlace(at).left() - 8, 0, std::max(0, window()->width() - m_message->width() - 8));
    m_message->move(x, mapTo(window(), QPoint(0, height())).y() + 2);
    m_message->show();
    m_message->raise();
}

void FilterBox::complete(bool always)
{
    const auto all = typed();
    m_completion = core::complete(all.toStdString(), toByteOffset(all, m_editor->textCursor().position()), *m_schema);
    if (!m_popup) {
        m_popup = new CompletionPopup(m_theme, window());
        connect(m_popup, &CompletionPopup::picked, this, &FilterBox::insert);
    }
    // Unasked it comes only where something has been begun.
    if (!always && (all.isEmpty() || (m_completion.prefix.empty() && m_completion.kind != core::CompletionKind::Value && m_completion.kind != core::CompletionKind::Operator))) {
        m_popup->hide();
        return;
    }
    const auto place = cursorPlace(toPosition(all, m_completion.replace.begin));
    m_popup->offer(m_completion, {place.left() - 13, mapTo(window(), QPoint(0, height())).y() + 2}, !m_error);
    if (m_popup->isVisible() && m_message)
        m_message->hide();
}

void FilterBox::insert(const QString& candidate)
{
    const auto all = typed();
    auto cursor = m_editor->textCursor();
    cursor.setPosition(toPosition(all, m_completion.replace.begin));
    cursor.setPosition(toPosition(all, m_completion.replace.end), QTextCursor::KeepAnchor);
    m_popup->hide();
    cursor.insertText(candidate + QLatin1Char(' '));
    m_editor->setTextCursor(cursor);
    m_editor->setFocus();
}

bool FilterBox::handleKey(QKeyEvent* event)
{
    const bool open = m_popup && m_popup->isVisible();
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (open && m_popup->chosen() && !event->modifiers().testFlag(Qt::ControlModifier))
            insert(m_popup->current());
        else
            apply();
        return true;
    case Qt::Key_Tab:
        if (open)
            insert(m_popup->current());
        return open;
    case Qt::Key_Down:
    case Qt::Key_Up:
        if (open)
            m_popup->step(event->key() == Qt::Key_Down ? 1 : -1);
        else if (event->key() == Qt::Key_Down)
            complete(true);
        return true;
    case Qt::Key_Escape:
        if (open)
            m_popup->hide();
        else
            setApplied(m_applied);
        return true;
    case Qt::Key_Space:
        if (!event->modifiers().testFlag(Qt::ControlModifier))
            return false;
        complete(true);
        return true;
    default: return false;
    }
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
            if (event->type() == QEvent::FocusOut && m_popup)
                m_popup->hide();
        }
    }
    return QFrame::eventFilter(watched, event);
}

void FilterBox::resizeEvent(QResizeEvent* event)
{
    QFrame::resizeEvent(event);
    if (m_popup)
        m_popup->hide();
    if (m_message)
        m_message->hide();
}

} // namespace rivereto::ui
