// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/filterrow.h"

#include <algorithm>

#include <QScreen>

namespace rivereto::ui {

namespace {

constexpr int kMargin = 7;

} // namespace

FilterRow::FilterRow(Profile& profile, const Theme& theme, QWidget* parent)
    : QFrame(parent), m_profile(profile), m_theme(theme), m_row(new QHBoxLayout(this)), m_star(new QPushButton), m_box(new FilterBox(theme)),
      m_historyButton(new PartsButton(theme))
{
    setObjectName(QStringLiteral("filterRow"));
    m_row->setContentsMargins(12, kMargin, 12, kMargin + 1);
    m_row->setSpacing(8);
    m_star->setObjectName(QStringLiteral("star"));
    m_star->setProperty("icon", true);
    m_star->setFixedSize(28, 28);
    m_historyButton->setObjectName(QStringLiteral("history"));
    m_historyButton->setParts({}, Token::secondary, tr("History"), {}, true);
    m_historyButton->setToolTip(tr("Filters used before"));
    m_row->addWidget(m_star, 0, Qt::AlignTop);
    m_row->addWidget(m_box, 1);
    m_row->addWidget(m_historyButton, 0, Qt::AlignTop);
    connect(m_star, &QPushButton::clicked, this, &FilterRow::openSaved);
    connect(m_historyButton, &QPushButton::clicked, this, &FilterRow::openHistory);
    connect(m_box, &FilterBox::appliedChanged, this, &FilterRow::remember);
    connect(&profile, &Profile::changed, this, &FilterRow::syncProfile);
    connect(&theme, &Theme::changed, this, &FilterRow::syncStar);
    syncProfile();
}

void FilterRow::remember()
{
    if (!m_box->error())
        m_profile.remember(m_box->appliedFilter());
    syncStar();
}

void FilterRow::syncProfile()
{
    QStringList past;
    for (const auto& one : m_profile.history())
        past << one.filter;
    m_box->setHistory(past);
    syncStar();
}

QString FilterRow::savedAs() const
{
    // Two that are written differently and mean the same are the same.
    const auto normal = [&](const QString& filter) {
        const auto parsed = core::parseFilter(filter.toStdString());
        return parsed ? core::toText(*parsed, m_box->schema()) : filter.toStdString();
    };
    const auto& applied = m_box->appliedFilter();
    if (applied.isEmpty())
        return {};
    const auto wanted = normal(applied);
    const auto it = std::ranges::find_if(m_profile.filters(), [&](const auto& saved) { return normal(saved.filter) == wanted; });
    return it == m_profile.filters().end() ? QString() : it->name;
}

void FilterRow::syncStar()
{
    const auto name = savedAs();
    m_star->setIcon(m_theme.icon(name.isEmpty() ? QStringLiteral("star") : QStringLiteral("star-full"), name.isEmpty() ? Token::text : Token::accent, 16));
    m_star->setToolTip(name.isEmpty() ? tr("Save this filter, and saved filters") : tr("Saved as “%1”").arg(name));
    m_star->setAccessibleName(name.isEmpty() ? tr("Saved filters") : tr("Saved filters; this one is “%1”").arg(name));
}

void FilterRow::place(QWidget& popup, const QWidget& below, bool alignRight) const
{
    popup.adjustSize();
    auto at = below.mapToGlobal(QPoint(alignRight ? below.width() - popup.width() : 0, below.height() + 2));
    const auto screen = below.screen()->availableGeometry();
    at.setX(std::clamp(at.x(), screen.left() + 4, std::max(screen.left() + 4, screen.right() - popup.width() - 4)));
    popup.move(at);
    popup.show();
}

HistoryPopup* FilterRow::openHistory()
{
    auto* popup = new HistoryPopup(m_profile, m_theme, m_box->sharedSchema(), this);
    connect(popup, &HistoryPopup::chosen, m_box, &FilterBox::applyText);
    place(*popup, *m_historyButton, true);
    return popup;
}

SavedPopup* FilterRow::openSaved()
{
    auto* popup = new SavedPopup(m_profile, m_box->appliedFilter(), savedAs(), m_theme, m_box->sharedSchema(), this);
    connect(popup, &SavedPopup::chosen, m_box, &FilterBox::applyText);
    place(*popup, *m_star, false);
    return popup;
}

} // namespace rivereto::ui
