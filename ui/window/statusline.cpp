// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/statusline.h"

#include <QHBoxLayout>

#include "core/text/number.h"

namespace rivereto::ui {

namespace {

constexpr int kHeight = 28;

QString strong(const QString& words) { return QStringLiteral("<b>%1</b>").arg(words.toHtmlEscaped()); }
QString count(uint64_t n) { return strong(text(core::formatCount(n))); }

} // namespace

StatusLine::StatusLine(Backend& backend, Explorer& explorer, QWidget* parent)
    : QFrame(parent), m_backend(backend), m_explorer(explorer), m_left(new QLabel), m_lost(new QPushButton), m_right(new QLabel)
{
    setObjectName(QStringLiteral("statusLine"));
    setFixedHeight(kHeight);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 0, 12, 0);
    for (auto* label : {m_left, m_right}) {
        label->setTextFormat(Qt::RichText);
        label->setMinimumWidth(40);
    }
    m_left->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    row->addWidget(m_left, 1);
    row->addWidget(m_lost);
    m_lost->setObjectName(QStringLiteral("lostChip"));
    connect(m_lost, &QPushButton::clicked, this, &StatusLine::exportersAsked);
    connect(&explorer, &Explorer::extrasChanged, this, &StatusLine::sync);
    row->addWidget(m_right);
    connect(&backend, &Backend::inputChanged, this, &StatusLine::sync);
    connect(&backend, &Backend::jobChanged, this, &StatusLine::sync);
    connect(&backend, &Backend::storeChanged, this, &StatusLine::sync);
    connect(&explorer, &Explorer::answerChanged, this, &StatusLine::sync);
    sync();
}

void StatusLine::sync()
{
    const auto input = m_backend.input();
    const auto& answer = m_explorer.answer();
    QStringList left;
    if (input.listening) {
        left << tr("%1 flows/s").arg(count(static_cast<uint64_t>(input.flowsPerSecond)));
        left << tr("Queue %1").arg(strong(text(core::formatPercent(input.queueFill))));
        if (input.interfaces.isEmpty())
            left << tr("Lost %1 kernel · %2 Rivereto").arg(count(input.lostKernel), count(input.lostHere));
        else
            left << tr("%1: %2 packets, %3 lost · %4 octets of each").arg(strong(input.interfaces.join(QStringLiteral(", "))), count(input.packets), count(input.packetsLost), QString::number(input.snapLength));
    } else {
        left << tr("Not listening");
    }
    if (!m_backend.store())
        left << tr("No database open");
    else if (answer)
        left << tr("Stored %1 flows · %2").arg(count(answer->status.rows), strong(text(core::formatBytes(static_cast<double>(answer->status.bytes)))));
    const auto lost = m_backend.store() ? m_explorer.extras().lostDatagrams : 0;
    m_lost->setVisible(lost > 0);
    m_lost->setText(tr("▲ %1 datagrams lost by exporters ›").arg(text(core::formatCount(static_cast<uint64_t>(lost)))));
    m_left->setText(left.join(QStringLiteral("&nbsp;&nbsp;&nbsp;<span style='color:gray'>|</span>&nbsp;&nbsp;&nbsp;")));

    if (!answer || !answer->result) {
        m_right->setText(m_backend.store() ? QString() : tr("F1 help"));
        return;
    }
    const auto& result = *answer->result;
    const auto took = answer->milliseconds < 10 ? QString::number(answer->milliseconds, 'f', 1) : QString::number(answer->milliseconds, 'f', 0);
    m_right->setText(tr("%1 of %2 flows in range match · %3 · %4")
                         .arg(count(result.rowsMatched), text(core::formatCount(result.rowsInRange)), strong(tr("%1 ms").arg(took)), text(result.table)));
}

} // namespace rivereto::ui
