// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/completionpopup.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "core/text/number.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

constexpr int kNarrowest = 336;
constexpr int kWidest = 620;
constexpr int kRow = 26;
constexpr int kRowsShown = 9;
constexpr int kMost = 250;
constexpr int kPad = 9;
constexpr int kGap = 24;
constexpr int kLeastText = 92;
constexpr int kMostText = 300;
constexpr int kMostDetail = 220;

QString countText(quint64 flows) { return text(core::formatCount(flows)); }

/// Candidate in fixed type, what there is to say of it, number of flows.
class CandidateDelegate : public QStyledItemDelegate {
public:
    CandidateDelegate(const Theme& theme, const QList<CompletionRow>& rows, QObject* parent) : QStyledItemDelegate(parent), m_theme(theme), m_rows(rows) { }
    int textWidth = kLeastText;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const auto& row = m_rows[index.row()];
        painter->save();
        if (option.state.testFlag(QStyle::State_Selected)) {
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(m_theme[Token::softAccent]);
            painter->drawRoundedRect(option.rect, 3, 3);
        }
        auto rect = option.rect.adjusted(kPad, 0, -kPad, 0);
        paintCandidate(*painter, {rect.left(), rect.top(), textWidth, rect.height()}, row);
        rect.setLeft(rect.left() + textWidth + kGap);
        const auto small = m_theme.font(12);
        painter->setFont(small);
        painter->setPen(m_theme[Token::secondary]);
        if (row.flows) {
            const auto count = countText(*row.flows);
            painter->drawText(rect, Qt::AlignRight | Qt::AlignVCenter, count);
            rect.setRight(rect.right() - QFontMetrics(small).horizontalAdvance(count) - 12);
        }
        painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, QFontMetrics(small).elidedText(row.detail, Qt::ElideRight, rect.width()));
        painter->restore();
    }
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {100, kRow}; }

private:
    void paintCandidate(QPainter& painter, const QRect& rect, const CompletionRow& row) const
    {
        auto font = m_theme.fixedFont(12);
        const QFontMetrics metrics(font);
        const auto shown = metrics.elidedText(row.text, Qt::ElideRight, rect.width());
        const int end = std::min(row.matchBegin + row.matchLength, static_cast<int>(shown.size()));
        const int begin = std::min(row.matchBegin, end);
        int x = rect.left();
        const auto put = [&](const QString& part, bool match) {
            font.setWeight(match ? QFont::Bold : QFont::Normal);
            painter.setFont(font);
            painter.setPen(m_theme[match ? Token::accent : Token::text]);
            painter.drawText(QRect(x, rect.top(), rect.right() - x + 40, rect.height()), Qt::AlignLeft | Qt::AlignVCenter, part);
            x += QFontMetrics(font).horizontalAdvance(part);
        };
        put(shown.left(begin), false);
        put(shown.mid(begin, end - begin), true);
        put(shown.mid(end), false);
    }

    const Theme& m_theme;
    const QList<CompletionRow>& m_rows;
};

QFrame* line()
{
    auto* out = new QFrame;
    out->setObjectName(QStringLiteral("popupLine"));
    out->setFixedHeight(1);
    return out;
}

} // namespace

CompletionPopup::CompletionPopup(const Theme& theme, QWidget* parent)
    : QFrame(parent), m_theme(theme), m_heading(new QLabel), m_counting(new QLabel), m_list(new QListWidget), m_mark(new QLabel), m_state(new QLabel)
{
    setObjectName(QStringLiteral("popup"));
    setAccessibleName(tr("Completions"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(4, 7, 4, 7);
    column->setSpacing(5);
    const auto row = [&](std::initializer_list<QLabel*> labels) {
        auto* out = new QHBoxLayout;
        out->setContentsMargins(kPad, 0, kPad, 0);
        out->setSpacing(4);
        for (auto* label : labels) {
            label->setProperty("role", "secondary");
            label->setFont(theme.font(11));
            out->addWidget(label);
        }
        return out;
    };
    auto* head = row({m_heading, m_counting});
    head->insertStretch(1, 1);
    auto* keys = new QLabel(tr("Tab inserts · Esc closes · Ctrl+Enter applies"));
    auto* foot = row({m_mark, m_state, keys});
    foot->insertStretch(2, 1);
    m_list->setItemDelegate(new CandidateDelegate(theme, m_rows, m_list));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setUniformItemSizes(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setAccessibleName(tr("Completions"));
    column->addLayout(head);
    column->addWidget(m_list);
    column->addWidget(line());
    column->addLayout(foot);
    connect(m_list, &QListWidget::itemClicked, this, [this](QListWidgetItem* item) { emit picked(item->text()); });
    connect(m_list, &QListWidget::currentRowChanged, this, [this] {
        if (!m_filling)
            emit currentChanged();
    });
    hide();
}

void CompletionPopup::offer(const QString& heading, const QString& counting, const QList<CompletionRow>& rows, const QPoint& place)
{
    const auto before = isVisible() && m_chosen ? current() : QString();
    m_filling = true;
    m_rows = rows.mid(0, kMost);
    m_heading->setText(heading);
    m_counting->setText(counting);
    m_list->clear();
    int current = 0;
    for (const auto& row : m_rows) {
        auto* item = new QListWidgetItem(row.text, m_list);
        if (!row.detail.isEmpty())
            item->setData(Qt::AccessibleDescriptionRole, row.detail);
        if (row.text == before)
            current = m_list->count() - 1;
    }
    m_chosen = m_chosen && current > 0;
    m_list->setCurrentRow(current);
    m_filling = false;
    measure();
    move(std::clamp(place.x(), 0, std::max(0, parentWidget()->width() - width() - 8)), place.y());
    show();
    raise();
    emit currentChanged();
}

void CompletionPopup::measure()
{
    const QFontMetrics fixed(m_theme.fixedFont(12));
    const QFontMetrics small(m_theme.font(12));
    int candidate = kLeastText;
    int detail = 0;
    int count = 0;
    for (const auto& row : m_rows) {
        candidate = std::max(candidate, std::min(fixed.horizontalAdvance(row.text) + 2, kMostText));
        detail = std::max(detail, std::min(small.horizontalAdvance(row.detail), kMostDetail));
        count = std::max(count, row.flows ? small.horizontalAdvance(countText(*row.flows)) + 12 : 0);
    }
    static_cast<CandidateDelegate*>(m_list->itemDelegate())->textWidth = candidate;
    const int shown = std::min(static_cast<int>(m_rows.size()), kRowsShown);
    const int bar = m_rows.size() > kRowsShown ? m_list->verticalScrollBar()->sizeHint().width() : 0;
    const int content = candidate + kGap + detail + count + 2 * kPad + 10 + bar;
    m_list->setFixedHeight(shown * kRow);
    setFixedWidth(std::clamp(std::max(content, layout()->minimumSize().width()), kNarrowest, kWidest));
    adjustSize();
}

void CompletionPopup::setValid(bool valid)
{
    m_mark->setVisible(valid);
    if (valid)
        m_mark->setPixmap(m_theme.pixmap(QStringLiteral("check"), Token::good, 12, devicePixelRatioF()));
    m_state->setText(valid ? tr("valid") : tr("not complete yet"));
}

void CompletionPopup::step(int by)
{
    m_chosen = true;
    m_list->setCurrentRow(std::clamp(m_list->currentRow() + by, 0, m_list->count() - 1));
}

QString CompletionPopup::current() const { return m_list->currentItem() ? m_list->currentItem()->text() : QString(); }

void CompletionPopup::hideEvent(QHideEvent* event)
{
    m_chosen = false;
    QFrame::hideEvent(event);
}

} // namespace rivereto::ui
