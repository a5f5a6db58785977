// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/csv/csvlayout.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

namespace rivereto::collectors {

namespace {

using core::ColumnId;
using Role = CsvField::Role;

constexpr std::string_view kDuration = "Duration";
constexpr std::string_view kLabel = "Label";

/// Names that others give a field, plain, the most telling first: nfdump's of both its CSV layouts, those of IPFIX, Zeek, Argus,
/// SiLK and of data sets.
struct Usual {
    std::string_view column;
    std::string_view names;
};
constexpr Usual kUsual[] {
    {"TimeReceived", "tr received receivedtime collectiontimemilliseconds flowtime timestamp time datetime date"},
    {"TimeFlowStart", "ts firstseen datefirstseen tfs start starttime flowstart flowstartmilliseconds flowstarttime first firstswitched timestart stime begin begintime startdate"},
    {"TimeFlowEnd", "te lastseen datelastseen end endtime flowend flowendmilliseconds flowendtime last lastswitched timeend etime ltime stoptime enddate"},
    {kDuration, "td duration dur flowduration"},
    {"SamplingRate", "samplingrate samplinginterval sampling samplerate"},
    {"ExporterAddress", "ra routerip exporter exporterip exporteraddr sampleraddress agent agentaddress agentip device deviceip router"},
    {"ObservationDomain", "obsdomainid observationdomainid sourceid odid"},
    {"SrcAddr", "sa srcip sip source sourceip sourceaddress sourceaddr src srcaddress srcipaddr srcipaddress saddr sourceipv4address sourceipv6address ipv4srcaddr ipv6srcaddr sourceipaddress ipsrc idorigh"},
    {"DstAddr", "da dstip dip destination destinationip destinationaddress destaddr dst dest dstaddress dstipaddr dstipaddress daddr destip destinationipv4address destinationipv6address ipv4dstaddr ipv6dstaddr destinationipaddress ipdst idresph"},
    {"SrcNetMask", "smk srcmask sourcemask srcprefixlength"},
    {"DstNetMask", "dmk dstmask destinationmask dstprefixlength"},
    {"SrcAS", "sas srcasn sourceas sourceasn bgpsourceasnumber"},
    {"DstAS", "das dstasn destinationas destinationasn destas bgpdestinationasnumber"},
    {"SrcCountry", "srcgeo sourcecountry"},
    {"DstCountry", "dstgeo destinationcountry destcountry"},
    {"NextHop", "nh nextip nexthop ipnexthop ipnexthopipv4address nhb bgpnextip bgpnexthop"},
    {"InIfIndex", "in input inif inputsnmp inputif iniface ingressinterface inputinterface"},
    {"OutIfIndex", "out output outif outputsnmp outputif outiface egressinterface outputinterface"},
    {"InIfName", "inifname inputname"},
    {"OutIfName", "outifname outputname"},
    {"EType", "ethertype ethernettype ipversion"},
    {"Proto", "pr protocol prot ipprotocol protocolidentifier ipproto protocolname"},
    {"SrcPort", "sp sourceport sport srcpt l4srcport sourcetransportport tcpsrcport idorigp"},
    {"DstPort", "dp destinationport destport dport dstpt l4dstport destinationtransportport tcpdstport idrespp"},
    {"Bytes", "ibyt inbytes byte byt octets octet doctets octetdeltacount octettotalcount totalbytes totbytes bytecount numbytes obyt outbytes"},
    {"Packets", "ipkt inpackets packet pkts pkt inpkts dpkts packetdeltacount packettotalcount totalpackets totpkts packetcount numpackets opkt outpackets"},
    {"ForwardingStatus", "fwd fwdstatus"},
    {"FlowDirection", "dir direction"},
    {"FlowEndReason", "endreason"},
    {"BiflowDirection", "bidirection"},
    {"SrcAddrNAT", "srcxip xsrcaddr natsrcaddr postnatsourceipv4address"},
    {"DstAddrNAT", "dstxip xdstaddr natdstaddr postnatdestinationipv4address"},
    {"SrcPortNAT", "srcxport xsrcport natsrcport postnaptsourcetransportport"},
    {"DstPortNAT", "dstxport xdstport natdstport postnaptdestinationtransportport"},
    {"SrcVlan", "svln sourcevlan srcvlanid vlan vlanid"},
    {"DstVlan", "dvln destinationvlan dstvlanid"},
    {"SrcMAC", "ismc insrcmac sourcemac smac sourcemacaddress osmc outsrcmac"},
    {"DstMAC", "idmc indstmac destinationmac dmac destinationmacaddress odmc outdstmac"},
    {"IPTTL", "minttl ttl"},
    {"IPTos", "stos tos srctos ipclassofservice"},
    {"TCPFlags", "flg flags flag tcpcontrolbits"},
    {"ICMPv4Type", "icmptype"},
    {"ICMPv4Code", "icmpcode"},
    {kLabel, "mpls1 mplslabel1 mpls2 mplslabel2 mpls3 mplslabel3 mpls4 mplslabel4 mpls5 mplslabel5 mpls6 mplslabel6 mpls7 mplslabel7 mpls8 mplslabel8 mpls9 mplslabel9 mpls10 mplslabel10"},
    {"IngressVRFID", "ivrf vrf"},
    {"EgressVRFID", "evrf"},
    {"Application", "app appname applicationname nbarname"},
    {"UserName", "nseluser user"},
    {"ServerName", "sniname sni"},
};

struct Meaning {
    Role role = Role::Column;
    ColumnId column = ColumnId::kNone;
    unsigned rank = 0;
};

/// What the name of a header can mean. A column's own name comes first.
std::unordered_map<std::string, Meaning> meanings(const core::Schema& schema)
{
    std::unordered_map<std::string, Meaning> out;
    for (const auto& column : schema.columns()) {
        if (column.stored())
            out.emplace(plainName(column.name), Meaning {.column = column.id});
    }
    for (const auto& usual : kUsual) {
        const auto role = usual.column == kDuration ? Role::Duration : usual.column == kLabel ? Role::Label : Role::Column;
        Meaning meaning {.role = role, .column = role == Role::Column ? schema.find(usual.column) : ColumnId::kNone, .rank = 0};
        for (auto rest = usual.names; !rest.empty();) {
            ++meaning.rank;
            const auto end = std::min(rest.find(' '), rest.size());
            out.emplace(rest.substr(0, end), meaning);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return out;
}

std::string listed(std::span<const std::string> header)
{
    constexpr size_t kMost = 60;
    std::string out;
    for (size_t i = 0; i < std::min(header.size(), kMost); ++i)
        out += fmt::format("{}“{}”", out.empty() ? "" : ", ", header[i]);
    return out + (header.size() > kMost ? " …" : "");
}

/// The field that a mapping names; nothing when the header has no such.
std::optional<size_t> fieldNamed(const std::string& name, std::span<const std::string> header)
{
    if (name.starts_with('#')) {
        size_t number = 0;
        const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
        const bool is = error == std::errc() && end == name.data() + name.size() && number >= 1 && number <= header.size();
        return is ? std::optional(number - 1) : std::nullopt;
    }
    const auto it = std::ranges::find(header, plainName(name), &plainName);
    return it == header.end() ? std::nullopt : std::optional(static_cast<size_t>(it - header.begin()));
}

core::Result<std::vector<CsvField>> mappedFields(std::span<const std::string> header, const CsvMapping& mapping, const core::Schema& schema)
{
    std::vector<CsvField> out;
    for (const auto& entry : mapping.columns) {
        const bool duration = plainName(entry.column) == plainName(kDuration);
        const auto id = duration ? ColumnId::kNone : schema.find(entry.column);
        if (!duration && (id == ColumnId::kNone || !schema[id].stored()))
            return core::fail("“{}” is no column that a file can fill; “rivereto schema” lists them", entry.column);
        const auto field = fieldNamed(entry.header, header);
        if (!field)
            return core::fail("no field is called “{}”; there are {}", entry.header, listed(header));
        out.push_back({.role = duration ? Role::Duration : Role::Column, .field = *field, .column = duration ? nullptr : &schema[id]});
    }
    return out;
}

bool same(const CsvField& mapped, Role role, const core::Column* column)
{
    return mapped.role == role && mapped.column == column;
}

} // namespace

bool CsvLayout::has(ColumnId column) const
{
    return std::ranges::any_of(fields, [&](const CsvField& field) { return field.column && field.column->id == column; });
}

char delimiterOf(std::string_view line)
{
    constexpr std::string_view marks = "\t;|,";
    std::array<size_t, marks.size()> counts {};
    bool quoted = false;
    for (const char c : line) {
        quoted = c == '"' ? !quoted : quoted;
        if (const auto at = marks.find(c); at != std::string_view::npos && !quoted)
            ++counts[at];
    }
    const auto most = std::ranges::max_element(counts);
    return *most == 0 ? '\0' : marks[static_cast<size_t>(most - counts.begin())];
}

core::Result<CsvLayout> csvLayout(std::span<const std::string> header, const CsvMapping& mapping, const core::Schema& schema)
{
    auto mapped = mappedFields(header, mapping, schema);
    if (!mapped)
        return tl::unexpected(mapped.error());
    CsvLayout out {.fields = *mapped, .width = header.size(), .own = mapped->empty()};
    const auto known = meanings(schema);
    for (size_t i = 0; i < header.size(); ++i) {
        const auto it = known.find(plainName(header[i]));
        const bool any = it != known.end();
        out.own = out.own && any && it->second.rank == 0;
        const auto* column = any && it->second.role == Role::Column ? &schema[it->second.column] : nullptr;
        if (!any || std::ranges::any_of(*mapped, [&](const CsvField& field) { return field.field == i || same(field, it->second.role, column); }))
            continue;
        out.fields.push_back({it->second.role, i, column, it->second.rank});
    }
    std::ranges::stable_sort(out.fields, [](const CsvField& a, const CsvField& b) {
        const auto key = [](const CsvField& f) { return std::tuple(f.role, f.column ? core::index(f.column->id) : 0, f.rank); };
        return key(a) < key(b);
    });
    constexpr std::string_view how = "say which is which with --input csv=SrcAddr=NAME+Bytes=NAME+TimeReceived=NAME (or #3 for the third)";
    if (!out.has(ColumnId::SrcAddr) && !out.has(ColumnId::DstAddr) && !out.has(ColumnId::Bytes))
        return core::fail("none of its fields is known as an address or a number of bytes: {}; {}", listed(header), how);
    if (!out.has(ColumnId::TimeReceived) && !out.has(ColumnId::TimeFlowStart) && !out.has(ColumnId::TimeFlowEnd))
        return core::fail("none of its fields is known as a time: {}; {}", listed(header), how);
    return out;
}

} // namespace rivereto::collectors
