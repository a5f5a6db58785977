// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/historypopup.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

namespace rivereto::ui {

namespace {

constexpr int kWidth = 520;
constexpr int kRow = 28;
constexpr qsizetype kRowsShown = 10;

QLocale words() { return QLocale().language() == QLocale::C ? QLocale(QLocale::English) : QLocale(); }

} // namespace

QString agoText(const QDateTime& when, const QDateTime& now)
{
    const auto minutes = when.secsTo(now) / 60;
    if (!when.isValid())
        return {};
    if (minutes < 1)
        return HistoryPopup::tr("now");
    if (minutes < 60)
        return HistoryPopup::tr("%1 min ago").arg(minutes);
    const auto then = when.toLocalTime();
    const auto days = then.date().daysTo(now.toLocalTime().date());
    if (days == 0)
        return then.toString(QStringLiteral("HH:mm"));
    if (days == 1)
        return HistoryPopup::tr("yesterday");
    return words().toString(then.date(), days < 300 ? QStringLiteral("d MMM") : QStringLiteral("d MMM yyyy"));
}

HistoryPopup::HistoryPopup(Profile& profile, const Theme& theme, std::shared_ptr<const core::Schema> schema, QWidget* parent)
    : QFrame(parent, Qt::Popup), m_profile(profile), m_search(new QLineEdit), m_list(new FilterList(theme, std::move(schema))),
      m_nothing(new QLabel), m_clear(new QPushButton(tr("Clear history")))
{
    setObjectName(QStringLiteral("popup"));
    setAttribute(Qt::WA_DeleteOnClose);
    setFixedWidth(kWidth);
    // The list keeps the height that it opens with.
    m_list->setFixedHeight(static_cast<int>(std::clamp<qsizetype>(profile.history().size(), 2, kRowsShown)) * kRow);
    m_nothing->setFixedHeight(m_list->height());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 6);
    column->setSpacing(6);
    m_search->setPlaceholderText(tr("Search the history"));
    m_search->setAccessibleName(tr("Search the history"));
    m_search->setClearButtonEnabled(true);
    m_search->installEventFilter(this);
    m_list->setAccessibleName(tr("Filters used before"));
    m_nothing->setProperty("role", "secondary");
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setWordWrap(true);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(4, 0, 4, 0);
    auto* keys = new QLabel(tr("Enter applies · Del forgets"));
    keys->setProperty("role", "secondary");
    keys->setFont(theme.font(11));
    m_clear->setProperty("link", true);
    foot->addWidget(keys, 1);
    foot->addWidget(m_clear);
    column->addWidget(m_search);
    column->addWidget(m_list, 1);
    column->addWidget(m_nothing, 1);
    column->addLayout(foot);
    connect(m_search, &QLineEdit::textChanged, this, &HistoryPopup::fill);
    connect(m_list, &FilterList::chosen, this, [this](const QString& filter) {
        emit chosen(filter);
        close();
    });
    connect(m_list, &FilterList::deleteAsked, this, [this] { m_profile.forget(m_list->currentFilter()); });
    connect(m_clear, &QPushButton::clicked, &profile, &Profile::clearHistory);
    connect(&profile, &Profile::changed, this, &HistoryPopup::fill);
    fill();
    m_search->setFocus();
}

void HistoryPopup::fill()
{
    QList<FilterList::Entry> entries;
    const auto now = QDateTime::currentDateTimeUtc();
    for (const auto& past : m_profile.history()) {
        if (past.filter.contains(m_search->text(), Qt::CaseInsensitive))
            entries.append({.filter = past.filter, .name = {}, .aside = agoText(past.lastUsed, now), .detail = words().toString(past.lastUsed.toLocalTime(), QLocale::ShortFormat)});
    }
    m_list->fill(entries);
    m_list->setVisible(!entries.isEmpty());
    m_nothing->setVisible(entries.isEmpty());
    m_nothing->setText(m_profile.history().isEmpty() ? tr("Filters that you apply are kept here.") : tr("No filter has this in it."));
    m_clear->setVisible(!m_profile.history().isEmpty());
}

/// Arrows and Enter in the search field are the list's.
bool HistoryPopup::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_search && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp || key == Qt::Key_PageDown || key == Qt::Key_Return || key == Qt::Key_Enter) {
            QCoreApplication::sendEvent(m_list, event);
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace rivereto::ui
