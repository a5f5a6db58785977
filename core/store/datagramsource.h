// SPDX-License-Identifier: GPL-3.0-or-later
// DatagramSource: finds again the datagram that a stored flow came in, where its bytes are still at hand.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/decode/datagrambatch.h"
#include "core/decode/protocol.h"
#include "core/store/flowstore.h"

namespace rivereto::core {

/// A datagram with bytes of its own.
struct KeptDatagram {
    DatagramOrigin origin;
    Ip destination;               ///< zero: not known
    uint16_t destinationPort = 0;
    std::vector<uint8_t> payload;
    [[nodiscard]] Datagram view() const { return {origin, payload}; }
};

/// What a flow tells about the datagram it came in.
struct DatagramQuestion {
    Ip exporter;                ///< ExporterAddress
    uint64_t timeReceivedMs = 0; ///< TimeReceived
    uint64_t timeExportedMs = 0; ///< TimeExported; 0: not known
    Protocol protocol = Protocol::Unknown;
};

struct DatagramsFound {
    /// Those that it can be, in order of arrival; empty when it is not at hand.
    std::vector<KeptDatagram> candidates;
    /// Datagrams with templates of the same exporters before the first candidate, in order …
    std::vector<KeptDatagram> before;
    /// … and after it, where there are none before: data that came before its template waits for it.
    std::vector<KeptDatagram> after;
};

/// Calls may come from several threads; each may take as long as reading a file does.
class DatagramSource {
public:
    virtual ~DatagramSource() = default;
    virtual Result<DatagramsFound> find(const DatagramQuestion& question, const Control& control) = 0;

    /// Is given datagrams; false when it wants no more. The destination is zero where it is not known.
    using Take = std::function<bool(const Datagram& datagram, const Ip& destination, uint16_t destinationPort)>;
    /// Hands out all datagrams in the order of their arrival: the n-th is the same every time. Not every source can.
    virtual Result<void> readAll(const Control&, const Take&) { return fail("these datagrams cannot be listed"); }
};

} // namespace rivereto::core
