// SPDX-License-Identifier: GPL-3.0-or-later
// SflowDecoder: sFlow version 5 datagrams (sflow.org, sflow_version_5.txt).
#pragma once

#include <vector>

#include "core/decode/decoder.h"
#include "core/decode/packet.h"
#include "core/decode/recordwriter.h"

namespace rivereto::core {

class SflowDecoder {
public:
    SflowDecoder(const DecoderOptions& options, RecordWriter& writer, DecodeStats& stats)
        : m_options(options)
        , m_writer(writer)
        , m_stats(stats)
    {
    }
    /// One datagram: a row for each flow sample.
    void decode(Bytes payload, MessageContext& message, MessageInfo& info, FlowBatch& out);

private:
    /// What a flow sample says beside the packet's headers.
    struct Sample {
        uint64_t rate = 1;
        SamplingSource source = SamplingSource::Unknown;
        uint64_t bytes = 0;
        uint32_t in = 0;
        uint32_t out = 0;
        uint32_t srcAs = 0;
        uint32_t dstAs = 0;
        uint32_t path = 0; ///< ids in the batch's dictionary
        uint32_t communities = 0;
        uint32_t user = 0;
        Ip nextHop;
        Ip bgpNextHop;
        Ip srcNat;
        Ip dstNat;
        uint16_t srcPortNat = 0;
        uint16_t dstPortNat = 0;
        uint16_t srcVlan = 0;
        uint16_t dstVlan = 0;
        uint8_t srcMask = 0;
        uint8_t dstMask = 0;
        uint16_t discard = 0; ///< DropReason as stored; 0 = the packet went on
        bool noTunnel = false; ///< a packet that was asked to be in a tunnel and is not
        bool packet = false; ///< some record tells about the packet
    };

    void sample(uint32_t format, Bytes body);
    void flowSample(Bytes body, bool expanded);
    void counterSample(Bytes body, bool expanded);
    void setRate(Sample& sample, uint32_t rate) const;
    bool record(uint32_t format, Bytes body, Sample& sample, PacketInfo& packet);
    bool rawHeader(Bytes body, Sample& sample, PacketInfo& packet);
    static bool ethernet(Cursor in, Sample& sample, PacketInfo& packet);
    static bool ipRecord(Cursor in, Sample& sample, PacketInfo& packet, size_t addressLength);
    static bool router(Cursor in, Sample& sample);
    bool gateway(Cursor in, Sample& sample);
    static bool mpls(Cursor in, Sample& sample, PacketInfo& packet);
    bool user(Cursor in, Sample& sample);
    void writeRows(FlowBatch& out, size_t first) const;

    const DecoderOptions& m_options;
    RecordWriter& m_writer;
    DecodeStats& m_stats;
    FlowBatch* m_out = nullptr;
    std::vector<Sample> m_samples; ///< scratch: rows of the datagram at hand
    std::vector<PacketInfo> m_packets;
    std::vector<uint32_t> m_words;
};

} // namespace rivereto::core
