// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/completionpopup.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

constexpr int kWidth = 360;
constexpr int kRow = 26;
constexpr int kRowsShown = 9;
constexpr int kMost = 60;
constexpr int kDetailRole = Qt::UserRole;

/// Candidate in fixed type, its meaning behind.
class CandidateDelegate : public QStyledItemDelegate {
public:
    CandidateDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), m_theme(theme) { }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        painter->save();
        const bool chosen = option.state.testFlag(QStyle::State_Selected);
        if (chosen)
            painter->fillRect(option.rect, m_theme[Token::softAccent]);
        auto rect = option.rect.adjusted(8, 0, -8, 0);
        const auto word = index.data().toString();
        const auto fixed = m_theme.fixedFont(12);
        painter->setFont(fixed);
        painter->setPen(m_theme[chosen ? Token::accent : Token::text]);
        painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, word);
        rect.setLeft(std::max(rect.left() + 150, rect.left() + QFontMetrics(fixed).horizontalAdvance(word) + 12));
        const auto small = m_theme.font(12);
        painter->setFont(small);
        painter->setPen(m_theme[Token::secondary]);
        painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, QFontMetrics(small).elidedText(index.data(kDetailRole).toString(), Qt::ElideRight, rect.width()));
        painter->restore();
    }
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {100, kRow}; }

private:
    const Theme& m_theme;
};

} // namespace

CompletionPopup::CompletionPopup(const Theme& theme, QWidget* parent)
    : QFrame(parent), m_theme(theme), m_heading(new QLabel), m_list(new QListWidget), m_state(new QLabel)
{
    setObjectName(QStringLiteral("popup"));
    setFixedWidth(kWidth);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(5, 7, 5, 7);
    column->setSpacing(5);
    m_heading->setProperty("role", "caption");
    m_heading->setContentsMargins(8, 0, 8, 0);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(8, 0, 8, 0);
    auto* keys = new QLabel(tr("Tab inserts · Esc closes · Enter applies"));
    for (auto* label : {m_state, keys}) {
        label->setProperty("role", "secondary");
        label->setFont(theme.font(11));
    }
    foot->addWidget(m_state, 1);
    foot->addWidget(keys);
    m_list->setItemDelegate(new CandidateDelegate(theme, m_list));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setUniformItemSizes(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setAccessibleName(tr("Completions"));
    column->addWidget(m_heading);
    column->addWidget(m_list);
    column->addLayout(foot);
    connect(m_list, &QListWidget::itemClicked, this, [this](QListWidgetItem* item) { emit picked(item->text()); });
    hide();
}

void CompletionPopup::offer(const core::Completion& completion, const QPoint& place, bool valid)
{
    m_chosen = false;
    const bool complete = completion.candidates.size() == 1 && completion.candidates[0].text == completion.prefix;
    if (completion.candidates.empty() || complete) {
        hide();
        return;
    }
    switch (completion.kind) {
    case core::CompletionKind::Column: m_heading->setText(tr("Columns")); break;
    case core::CompletionKind::Operator: m_heading->setText(tr("Operators")); break;
    case core::CompletionKind::Value: m_heading->setText(tr("Values")); break;
    default: m_heading->setText(tr("Words")); break;
    }
    m_list->clear();
    for (const auto& candidate : completion.candidates) {
        if (m_list->count() == kMost)
            break;
        auto* item = new QListWidgetItem(text(candidate.text), m_list);
        const auto detail = std::string(candidate.detail);
        item->setData(kDetailRole, detail.empty() ? QString() : QCoreApplication::translate("columns", detail.c_str()));
    }
    m_list->setCurrentRow(0);
    m_list->setFixedHeight(std::min(m_list->count(), kRowsShown) * kRow);
    m_state->setText(valid ? tr("valid") : tr("not complete yet"));
    adjustSize();
    move(std::clamp(place.x(), 0, std::max(0, parentWidget()->width() - width() - 8)), place.y());
    show();
    raise();
}

void CompletionPopup::step(int by)
{
    m_chosen = true;
    m_list->setCurrentRow(std::clamp(m_list->currentRow() + by, 0, m_list->count() - 1));
}

QString CompletionPopup::current() const { return m_list->currentItem() ? m_list->currentItem()->text() : QString(); }

} // namespace rivereto::ui
