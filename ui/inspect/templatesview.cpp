// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/templatesview.h"

#include <algorithm>

#include <QHeaderView>

#include "core/decode/inspect.h"
#include "core/text/number.h"

namespace rivereto::ui {

using core::TemplateHistory;

namespace {

enum Column : int { What, Type, Length, Sent, Records, Last, kColumns };
constexpr int kEntryRole = Qt::UserRole; ///< number of the template, where its fields are not filled in yet
constexpr int kDatagramRole = Qt::UserRole + 1;
constexpr uint16_t kVariable = 65535;
constexpr int kMostOpened = 50; ///< templates that have a field that is searched for

QString count(uint64_t n)
{
    return text(core::formatCount(n));
}

QString elementNumber(const TemplateHistory::Field& field)
{
    return field.enterprise == 0 ? QString::number(field.element)
                                 : QStringLiteral("%1:%2").arg(field.enterprise).arg(field.element);
}

ptrdiff_t changesOf(const TemplateHistory::Entry& entry)
{
    return std::ranges::count(entry.events, TemplateHistory::What::Changed, &TemplateHistory::Event::what);
}

bool hasProblem(const TemplateHistory::Entry& entry)
{
    return entry.definitions == 0 || entry.missing > 0 || changesOf(entry) > 0;
}

} // namespace

TemplatesView::TemplatesView(const Theme& theme, QWidget* parent)
    : QTreeWidget(parent)
    , m_theme(theme)
{
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Templates"));
    setColumnCount(kColumns);
    setHeaderLabels({tr("Template, field"), tr("Type"), tr("Octets"), tr("Sent"), tr("Records"), tr("Last")});
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    header()->setStretchLastSection(true);
    const int widths[] = {380, 150, 90, 80, 100, 100};
    for (int i = 0; i < kColumns; ++i)
        setColumnWidth(i, widths[i]);
    for (const int i : {Length, Sent, Records})
        headerItem()->setTextAlignment(i, Qt::AlignRight | Qt::AlignVCenter);
    connect(this, &QTreeWidget::itemExpanded, this, &TemplatesView::fill);
    connect(this, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
        if (const auto number = item->data(0, kDatagramRole); number.isValid())
            emit datagramAsked(number.toULongLong() - 1);
    });
    connect(&theme, &Theme::changed, this, &TemplatesView::refill);
}

void TemplatesView::setHistory(std::shared_ptr<const TemplateHistory> history)
{
    m_history = std::move(history);
    refill();
}

void TemplatesView::narrow(const Narrowing& narrowing)
{
    if (narrowing == m_narrowing)
        return;
    m_narrowing = narrowing;
    refill();
}

bool TemplatesView::isShown(const TemplateHistory::Key& key, const TemplateHistory::Entry& entry) const
{
    if ((m_narrowing.exporter && key.exporter != *m_narrowing.exporter)
        || (m_narrowing.protocol && key.protocol != *m_narrowing.protocol))
        return false;
    if (m_narrowing.onlyProblems && !hasProblem(entry))
        return false;
    const auto words = m_narrowing.field.trimmed();
    if (words.isEmpty() || (words.contains(u'.') && text(key.exporter.toString()).contains(words)))
        return true;
    const auto wanted = words.toStdString();
    return std::ranges::any_of(entry.fields, [&](const TemplateHistory::Field& field) {
        return core::fieldMatches(field.name, field.element, field.enterprise, wanted);
    });
}

void TemplatesView::setClock(Clock clock)
{
    m_clock = clock;
    refill();
}

void TemplatesView::refill()
{
    clear();
    m_entries.clear();
    m_shown = 0;
    if (!m_history)
        return;
    QTreeWidgetItem* group = nullptr;
    const TemplateHistory::Key* before = nullptr;
    for (const auto& one : m_history->entries()) {
        const auto& [key, entry] = one;
        if (!isShown(key, entry))
            continue;
        ++m_shown;
        if (!before || before->exporter != key.exporter || before->domain != key.domain || before->protocol != key.protocol) {
            group = new QTreeWidgetItem(this,
                {tr("%1 · %2 · domain %3")
                        .arg(text(key.exporter.toString()), text(core::dissectName(key.protocol)))
                        .arg(key.domain)});
            group->setFont(0, m_theme.font(12, QFont::DemiBold));
            group->setFirstColumnSpanned(true);
            group->setExpanded(true);
        }
        before = &key;
        auto title = entry.options ? tr("Options template %1").arg(key.id) : tr("Template %1").arg(key.id);
        if (entry.definitions == 0)
            title = entry.missing == 1
                ? tr("Template %1 – never came; a set waits for it").arg(key.id)
                : tr("Template %1 – never came; %2 sets wait for it").arg(QString::number(key.id), count(entry.missing));
        else if (entry.withdrawn)
            title = tr("%1 – withdrawn").arg(title);
        const auto changes = changesOf(entry);
        if (changes > 0)
            title = changes == 1
                ? tr("%1 – changed once").arg(title)
                : tr("%1 – changed %2 times").arg(title, count(static_cast<uint64_t>(changes) + entry.eventsLeftOut));
        auto* item = new QTreeWidgetItem(group,
            {title, tr("%1 fields").arg(entry.fields.size()), {}, count(entry.definitions), count(entry.records),
                entry.definitions > 0 ? m_clock.time(entry.lastDefinedMs, 1000) : QString()});
        for (const int column : {Length, Sent, Records})
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        if (hasProblem(entry))
            item->setIcon(0, m_theme.icon(QStringLiteral("warning"), Token::warningMark, 14));
        item->setToolTip(0, tr("Sent from port %1").arg(key.port));
        item->setData(0, kEntryRole, static_cast<qulonglong>(m_entries.size()));
        item->setChildIndicatorPolicy(QTreeWidgetItem::ShowIndicator);
        m_entries.push_back(&one);
        if (!m_narrowing.field.trimmed().isEmpty() && m_shown < kMostOpened)
            item->setExpanded(true);
    }
}

/// Fields and history come when they are looked at.
void TemplatesView::fill(QTreeWidgetItem* item)
{
    const auto number = item->data(0, kEntryRole);
    if (!number.isValid())
        return;
    item->setData(0, kEntryRole, QVariant());
    const auto& entry = m_entries[number.toULongLong()]->second;
    addFields(item, entry.fields);
    for (const auto& event : entry.events)
        addEvent(item, event, entry);
    if (entry.refreshes > 0) {
        auto* refreshed = new QTreeWidgetItem(item,
            {entry.refreshes == 1
                    ? tr("Refreshed once, in datagram %1").arg(count(entry.lastDatagram))
                    : tr("Refreshed %1 times, last in datagram %2").arg(count(entry.refreshes), count(entry.lastDatagram)),
                {}, {}, {}, {}, m_clock.time(entry.lastDefinedMs, 1000)});
        refreshed->setData(0, kDatagramRole, static_cast<qulonglong>(entry.lastDatagram));
        refreshed->setToolTip(0, tr("Enter shows the datagram"));
        refreshed->setForeground(0, m_theme[Token::accent]);
    }
    if (entry.eventsLeftOut > 0)
        new QTreeWidgetItem(item, {tr("%1 more changes are not listed").arg(count(entry.eventsLeftOut))});
}

void TemplatesView::addFields(QTreeWidgetItem* to, const std::vector<TemplateHistory::Field>& fields)
{
    const auto wanted = m_narrowing.field.trimmed().toStdString();
    for (const auto& field : fields) {
        auto name = QStringLiteral("%1  %2").arg(elementNumber(field), text(field.name));
        name += field.scope ? tr(" (scope)") : QString();
        name += field.reverse ? tr(" (reverse)") : QString();
        auto* item = new QTreeWidgetItem(to,
            {name, field.type.empty() ? tr("unknown") : text(field.type),
                field.length == kVariable ? tr("variable") : count(field.length)});
        item->setForeground(Type, m_theme[Token::secondary]);
        item->setTextAlignment(Length, Qt::AlignRight | Qt::AlignVCenter);
        if (!wanted.empty() && core::fieldMatches(field.name, field.element, field.enterprise, wanted))
            item->setFont(0, m_theme.font(12, QFont::DemiBold));
    }
}

void TemplatesView::addEvent(QTreeWidgetItem* to, const TemplateHistory::Event& event, const TemplateHistory::Entry& entry)
{
    const auto words = [&] {
        const auto datagram = count(event.datagram);
        switch (event.what) {
        case TemplateHistory::What::Defined:
            return tr("Defined in datagram %1").arg(datagram);
        case TemplateHistory::What::Changed:
            return tr("Changed in datagram %1").arg(datagram);
        case TemplateHistory::What::Withdrawn:
            return tr("Withdrawn in datagram %1").arg(datagram);
        case TemplateHistory::What::Missing:
            return entry.missing == 1
                ? tr("Data without it in datagram %1").arg(datagram)
                : tr("Data without it from datagram %1 on, %2 sets in all").arg(datagram, count(entry.missing));
        }
        return QString();
    };
    auto* item = new QTreeWidgetItem(to, {words(), {}, {}, {}, {}, m_clock.time(event.timeMs, 1000)});
    item->setData(0, kDatagramRole, static_cast<qulonglong>(event.datagram));
    item->setToolTip(0, tr("Enter shows the datagram"));
    item->setForeground(0, m_theme[Token::accent]);
    // What the current definition says stands above already.
    if (event.fields != entry.fields)
        addFields(item, event.fields);
}

} // namespace rivereto::ui
