// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/readyviews.h"

#include <QCoreApplication>

namespace rivereto::ui {

namespace {

QString tr(const char* words) { return QCoreApplication::translate("ReadyViews", words); }

ReadyView view(const QString& name, const QString& about, std::vector<std::string> dimensions, bool paired = false, ChartKind chart = ChartKind::Stacked)
{
    constexpr unsigned kPairs = 50;
    return {name, about, [dimensions = std::move(dimensions), paired, chart](ViewState& state) {
                const auto filter = state.query.filter;
                state.page = StatePage::Explore;
                state.chart = chart;
                state.logarithmic = false;
                state.query = ViewState{}.query;
                state.query.filter = filter;
                state.query.dimensions = dimensions;
                state.query.bidirectional = paired;
                if (paired)
                    state.query.limit = kPairs;
            }};
}

} // namespace

std::vector<ReadyView> readyViews()
{
    return {
        view(tr("Conversations by address"), tr("Pairs of addresses, both directions on one row"), {"Conversation"}, true),
        view(tr("Conversations by address and service"), tr("Pairs of addresses with protocol and both ports"), {"Conversation", "Proto", "SrcPort", "DstPort"}, true),
        {},
        view(tr("Endpoints by address"), tr("Addresses, whichever end they are at"), {"Addr"}),
        view(tr("Endpoints by AS"), tr("Autonomous systems, whichever end they are at"), {"AS"}),
        view(tr("Endpoints by country"), tr("Countries, whichever end they are at"), {"Country"}),
        view(tr("Endpoints by port"), tr("Ports with their protocol, whichever end they are at"), {"Proto", "Port"}),
        {},
        view(tr("Services"), tr("Protocol and destination port"), {"Proto", "DstPort"}),
        view(tr("Interfaces"), tr("What comes in where"), {"ExporterName", "InIfName"}),
        view(tr("Where traffic goes"), tr("Source AS, input interface and destination AS as a Sankey diagram"), {"SrcAS", "InIfName", "DstAS"}, false, ChartKind::Sankey),
    };
}

} // namespace rivereto::ui
