// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/exporters/exporterdetailspane.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "core/text/number.h"

namespace rivereto::ui {

namespace {

using core::FactKind;
using core::HealthCount;

constexpr int kHead = 40;
constexpr int kLeastRight = 300;
constexpr int kMostRight = 480;

QString count(int64_t n) { return text(core::formatCount(static_cast<uint64_t>(std::max<int64_t>(n, 0)))); }

/// "256, 257, 260" – at most eight of them.
QString idsOf(const core::StreamHealth& health, FactKind kind)
{
    QStringList out;
    for (const auto& [key, fact] : health.of(kind)) {
        const auto id = QString::number(key.key);
        if (fact.value > 0 && !out.contains(id))
            out << id;
    }
    const auto more = out.size() - 8;
    if (more > 0)
        return ExporterDetailsPane::tr("%1 and %2 more").arg(out.mid(0, 8).join(QStringLiteral(", "))).arg(more);
    return out.join(QStringLiteral(", "));
}

QFrame* heading(const QString& title, QLabel*& note)
{
    auto* frame = new QFrame;
    frame->setObjectName(QStringLiteral("exporterHeading"));
    frame->setFixedHeight(32);
    auto* row = new QHBoxLayout(frame);
    row->setContentsMargins(16, 0, 16, 0);
    auto* label = new QLabel(title);
    label->setStyleSheet(QStringLiteral("font-weight:600"));
    note = new QLabel;
    note->setProperty("role", "small");
    row->addWidget(label);
    row->addStretch(1);
    row->addWidget(note);
    return frame;
}

} // namespace

ExporterDetailsPane::ExporterDetailsPane(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme), m_mark(new QLabel), m_name(new QLabel), m_about(new QLabel)
{
    setObjectName(QStringLiteral("exporterDetails"));
    setAttribute(Qt::WA_StyledBackground);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(buildHead());
    auto* body = new QHBoxLayout;
    body->setSpacing(0);
    body->addWidget(buildInterfaces(), 3);
    body->addWidget(buildRight(), 2);
    rows->addLayout(body, 1);
    connect(&theme, &Theme::changed, this, &ExporterDetailsPane::syncLook);
    syncLook();
    show(nullptr, {}, {});
}

QWidget* ExporterDetailsPane::buildHead()
{
    auto* head = new QFrame;
    head->setObjectName(QStringLiteral("exporterHead"));
    head->setFixedHeight(kHead);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(16, 0, 12, 0);
    row->setSpacing(8);
    m_name->setProperty("role", "title");
    m_about->setProperty("role", "secondary");
    m_about->setMinimumWidth(40);
    m_about->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_explore = new QPushButton(tr("Explore its traffic"));
    m_flows = new QPushButton(tr("Show flows"));
    row->addWidget(m_mark);
    row->addWidget(m_name);
    row->addWidget(m_about, 1);
    row->addWidget(m_explore);
    row->addWidget(m_flows);
    for (auto* button : {m_explore, m_flows})
        connect(button, &QPushButton::clicked, this, [this, flows = button == m_flows] { emit trafficAsked("ExporterAddress = " + m_key.exporter.toString(), flows); });
    return head;
}

QWidget* ExporterDetailsPane::buildInterfaces()
{
    auto* box = new QWidget;
    auto* rows = new QVBoxLayout(box);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(heading(tr("Interfaces"), m_interfacesNote));
    m_interfaces = new QTableWidget(0, 5);
    m_interfaces->setHorizontalHeaderLabels({tr("Interface"), tr("Description"), tr("Speed"), tr("In"), tr("Out")});
    m_interfaces->setAccessibleName(tr("Interfaces"));
    m_interfaces->verticalHeader()->hide();
    m_interfaces->verticalHeader()->setDefaultSectionSize(28);
    m_interfaces->setShowGrid(false);
    m_interfaces->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_interfaces->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_interfaces->setToolTip(tr("Double-click: its traffic in Explore"));
    m_interfaces->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_interfaces->horizontalHeader()->setDefaultSectionSize(130);
    m_interfaces->setColumnWidth(2, 90);
    m_interfaces->horizontalHeader()->setMinimumSectionSize(60);
    for (int column = 0; column < 5; ++column)
        m_interfaces->horizontalHeaderItem(column)->setTextAlignment((column >= 2 ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    m_interfaces->setFrameShape(QFrame::NoFrame);
    connect(m_interfaces, &QTableWidget::cellActivated, this, [this](int row) {
        const auto index = m_interfaces->item(row, 0)->data(Qt::UserRole).toUInt();
        emit trafficAsked(fmt::format("ExporterAddress = {0} AND (InIfIndex = {1} OR OutIfIndex = {1})", m_key.exporter.toString(), index), false);
    });
    rows->addWidget(m_interfaces, 1);
    auto* title = new QLabel(tr("About this exporter"));
    title->setProperty("role", "caption");
    title->setContentsMargins(16, 8, 0, 4);
    rows->addWidget(title);
    auto* facts = new QWidget;
    m_facts = new QGridLayout(facts);
    m_facts->setContentsMargins(16, 0, 16, 12);
    m_facts->setHorizontalSpacing(16);
    m_facts->setVerticalSpacing(6);
    m_facts->setColumnStretch(1, 1);
    m_facts->setColumnStretch(3, 1);
    rows->addWidget(facts);
    return box;
}

QWidget* ExporterDetailsPane::buildRight()
{
    auto* box = new QFrame;
    box->setObjectName(QStringLiteral("exporterRight"));
    box->setMinimumWidth(kLeastRight);
    box->setMaximumWidth(kMostRight);
    box->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    auto* rows = new QVBoxLayout(box);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(heading(tr("Do the flows add up?"), m_addUpNote));
    m_addUp = new AddUpView(m_theme);
    rows->addWidget(m_addUp);
    m_warning = new QLabel;
    m_warning->setObjectName(QStringLiteral("exporterWarning"));
    m_warning->setWordWrap(true);
    rows->addWidget(m_warning);
    rows->addWidget(heading(tr("Sequence loss"), m_lossNote));
    m_loss = new LossView(m_theme);
    rows->addWidget(m_loss, 1);
    return box;
}

void ExporterDetailsPane::syncLook()
{
    setStyleSheet(QStringLiteral("#exporterDetails{background:%1}"
                                 "#exporterHead{background:%1;border-bottom:1px solid %3}"
                                 "#exporterHeading{background:%2;border-bottom:1px solid %3}"
                                 "#exporterRight{border-left:1px solid %3}"
                                 "#exporterWarning{background:%4;color:%5;font-weight:600;font-size:12px;border-radius:4px;margin:4px 16px 12px 16px;padding:8px}"
                                 "QTableWidget::item{padding:0 8px}"
                                 "QTableWidget{font-size:12px;selection-background-color:%6;selection-color:%7}"
                                 "QHeaderView::section{background:%2;color:%8;border:none;border-bottom:1px solid %3;padding:4px 8px;font-size:12px;font-weight:600}")
                      .arg(m_theme[Token::surface].name(), m_theme[Token::background].name(), m_theme[Token::border].name(), m_theme[Token::warningGround].name(), m_theme[Token::warning].name(),
                          m_theme[Token::selectedRow].name(), m_theme[Token::text].name(), m_theme[Token::secondary].name()));
}

void ExporterDetailsPane::show(const ExporterRow* row, const core::TimeRange& range, const Clock& clock)
{
    setEnabled(row != nullptr);
    if (!row || row->health.key.exporter != m_key.exporter)
        showDetails(nullptr);
    m_key = row ? row->health.key : core::StreamKey {};
    if (!row) {
        m_name->setText(tr("No exporter chosen"));
        m_about->clear();
        m_mark->clear();
        fillAbout({}, clock);
        m_loss->show({}, {}, clock);
        m_lossNote->clear();
        return;
    }
    const auto& health = row->health;
    const auto address = text(health.key.exporter.toString());
    m_name->setText(row->name.isEmpty() ? address : row->name);
    QStringList about {address, protocolText(health.key.protocol)};
    if (row->name.isEmpty())
        about.removeFirst();
    if (!row->why.isEmpty())
        about << row->why;
    m_about->setText(about.join(QStringLiteral(" · ")));
    QPixmap mark(QSize(14, 14) * devicePixelRatioF());
    mark.setDevicePixelRatio(devicePixelRatioF());
    mark.fill(Qt::transparent);
    {
        QPainter painter(&mark);
        paintState(painter, m_theme, {7, 7}, row->state);
    }
    m_mark->setPixmap(mark);
    m_mark->setAccessibleName(row->why.isEmpty() ? tr("good") : row->why);
    fillAbout(health, clock);
    m_loss->show(health, range, clock);
    int64_t lost = 0;
    for (const auto& bar : m_loss->bars())
        lost += bar.lost;
    const auto unit = core::unitName(health.key.protocol, health.rule());
    const auto units = unit == "datagrams" ? tr("%1 datagrams, 5 min a bar") : unit == "flows" ? tr("%1 flows, 5 min a bar") : tr("%1 records, 5 min a bar");
    m_lossNote->setText(lost > 0 ? units.arg(count(lost)) : QString());
}

void ExporterDetailsPane::fillAbout(const core::StreamHealth& health, const Clock& clock)
{
    while (auto* item = m_facts->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    if (health.firstMs == 0)
        return;
    QList<std::pair<QString, QString>> facts;
    const auto add = [&](const QString& name, const QString& value) {
        if (!value.isEmpty())
            facts << std::pair {name, value};
    };
    const auto positive = [](int64_t n) { return n > 0 ? count(n) : QString(); };
    const auto when = [&](uint64_t ms) { return QStringLiteral("%1, %2").arg(clock.day(ms, true), clock.time(ms, 1000)); };
    const bool sflow = health.key.protocol == core::Protocol::Sflow;
    add(health.key.protocol == core::Protocol::NetFlow9 ? tr("Source id") : health.key.protocol == core::Protocol::Ipfix ? tr("Observation domain") : sflow ? tr("Sub-agent") : tr("Engine"), QString::number(health.key.domain));
    add(tr("Datagrams"), count(health[HealthCount::Messages]));
    add(sflow ? tr("Samples per datagram") : tr("Records per datagram"), QString::number(static_cast<double>(health[HealthCount::Records]) / static_cast<double>(std::max<int64_t>(health[HealthCount::Messages], 1)), 'f', 1));
    add(tr("Flows"), count(health[HealthCount::Flows]));
    add(tr("First datagram"), when(health.firstMs));
    add(tr("Last datagram"), when(health.lastMs));
    add(tr("Sampling"), samplingText(health));
    add(tr("Templates"), idsOf(health, FactKind::Template));
    add(tr("Templates changed"), positive(health[HealthCount::TemplatesChanged]));
    add(tr("Sets without template"), idsOf(health, FactKind::UnknownSet));
    add(tr("Options records"), positive(health[HealthCount::OptionsRecords]));
    add(tr("Counter samples"), positive(health[HealthCount::CounterSamples]));
    add(tr("Dropped by the device"), positive(health[HealthCount::SampleDrops]));
    add(tr("Cannot be decoded"), positive(health[HealthCount::Malformed]));
    add(tr("Came late"), positive(health.reordered()));
    add(tr("Came twice"), positive(health[HealthCount::Duplicates]));
    add(tr("Restarts"), positive(health.restarts()));
    if (const auto delay = health.delayMs(); delay && *delay > 0)
        add(tr("From flow's end to here"), lengthText(static_cast<uint64_t>(*delay)));
    for (qsizetype i = 0; i < facts.size(); ++i) {
        const int row = static_cast<int>(i / 2), column = static_cast<int>(i % 2) * 2;
        auto* name = new QLabel(facts[i].first);
        name->setProperty("role", "small");
        auto* value = new QLabel(facts[i].second);
        value->setStyleSheet(QStringLiteral("font-size:12px"));
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        m_facts->addWidget(name, row, column);
        m_facts->addWidget(value, row, column + 1, Qt::AlignRight);
    }
}

void ExporterDetailsPane::showDetails(const ExporterDetailsPtr& details)
{
    m_interfaces->setRowCount(0);
    m_addUp->show(details);
    m_interfacesNote->clear();
    m_addUpNote->setText(details && details->counted ? tr("input, %1").arg(lengthText(details->range.length())) : QString());
    m_warning->hide();
    if (!details)
        return;
    if (details->error) {
        m_interfacesNote->setText(errorText(*details->error));
        return;
    }
    const double seconds = static_cast<double>(details->range.length()) / 1000;
    m_interfaces->setRowCount(static_cast<int>(details->interfaces.size()));
    int named = 0;
    int at = 0;
    for (const auto& one : details->interfaces) {
        named += one.name.empty() ? 0 : 1;
        const auto load = [&](double octets) {
            const double bits = seconds > 0 ? octets * 8 / seconds : 0;
            const auto rate = text(core::formatScaled(bits, "b/s"));
            return one.speed > 0 ? QStringLiteral("%1 · %2").arg(rate, text(core::formatPercent(bits / static_cast<double>(one.speed)))) : rate;
        };
        const QString cells[] = {one.name.empty() ? tr("ifIndex %1").arg(one.ifIndex) : text(one.name), text(one.description),
            one.speed > 0 ? text(core::formatScaled(static_cast<double>(one.speed), "b/s")) : QStringLiteral("–"), load(one.in.octets()), load(one.out.octets())};
        for (int column = 0; column < 5; ++column) {
            auto* item = new QTableWidgetItem(cells[column]);
            if (column >= 2)
                item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            item->setData(Qt::UserRole, one.ifIndex);
            m_interfaces->setItem(at, column, item);
        }
        ++at;
    }
    m_interfacesNote->setText(tr("%1 of %2 named").arg(named).arg(at));
    for (const auto& one : m_addUp->shown()) {
        if (const double share = *one.inShare(); share < 0.9) {
            const auto name = one.name.empty() ? tr("ifIndex %1").arg(one.ifIndex) : text(one.name);
            m_warning->setText(tr("%1: %2 of its bytes have no flow.").arg(name, text(core::formatPercent(1 - share))));
            m_warning->show();
            break;
        }
    }
}

} // namespace rivereto::ui
