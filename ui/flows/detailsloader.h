// SPDX-License-Identifier: GPL-3.0-or-later
// DetailsLoader: everything that is known of one flow, and its datagram where that is at hand; off the GUI thread.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include <QObject>
#include <QThreadPool>

#include "core/decode/dissect.h"
#include "core/decode/locate.h"
#include "core/store/datagramsource.h"
#include "ui/flows/flowpages.h"

namespace rivereto::ui {

/// The datagram that a flow came in.
struct FlowDatagram {
    core::KeptDatagram datagram;
    core::DissectNode tree;
    size_t record = 0;        ///< among core::recordsOf(tree)
    core::FlowBatch decoded;  ///< one row: what the decoder alone makes of the record
    bool reverse = false;     ///< the record made several rows
    std::vector<core::LearntName> names; ///< that its exporter had told
};

/// One flow.
struct FlowDetails {
    std::shared_ptr<FlowRows> row; ///< every column
    std::shared_ptr<const FlowDatagram> datagram;
    bool searched = false; ///< there was somewhere to look for the datagram
};

/// GUI thread.
class DetailsLoader : public QObject {
    Q_OBJECT
public:
    explicit DetailsLoader(QObject* parent = nullptr);
    ~DetailsLoader() override;

    /// The row at `offset` of a listing; ends what was asked before.
    void load(const FlowsOrder& order, const FlowsListing& listing, uint64_t offset, std::shared_ptr<core::DatagramSource> source);
    void cancel();

signals:
    /// Once with the stored columns, and once more when the datagram was found or cannot be.
    void loaded(const rivereto::ui::FlowDetails& details, bool complete);
    void failed(const rivereto::core::Error& error);

private:
    QThreadPool m_pool;
    std::stop_source m_stop;
    quint64 m_generation = 0;
};

} // namespace rivereto::ui
