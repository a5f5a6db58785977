// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/inspectprinter.h"

#include <algorithm>

#include "core/decode/inspect.h"
#include "core/text/escape.h"
#include "core/text/number.h"
#include "core/text/time.h"

namespace rivereto::app {

namespace {

using core::DissectKind;
using core::DissectNode;
using core::TemplateHistory;

constexpr size_t kBytesInLine = 16;
constexpr uint16_t kVariable = 65535;

std::string endpoint(const core::Ip& address, uint16_t port)
{
    return fmt::format(fmt::runtime(address.isV4() ? "{}:{}" : "[{}]:{}"), address.toString(), port);
}

std::string count(uint64_t n, std::string_view one, std::string_view several)
{
    return fmt::format("{} {}", core::formatCount(n), n == 1 ? one : several);
}

/// "9:12001", "1"; empty for what is no element.
std::string elementNumber(uint32_t enterprise, uint16_t element)
{
    return enterprise == 0 ? std::to_string(element) : std::to_string(enterprise) + ':' + std::to_string(element);
}

void appendHex(std::string& out, uint32_t number, int digits)
{
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        out += "0123456789abcdef"[number >> shift & 15];
}

/// "2d 39 5b 83", cut with "…".
void appendOctets(std::string& out, core::Bytes bytes)
{
    const auto shown = bytes.first(std::min(bytes.size(), kBytesInLine));
    for (const auto& byte : shown) {
        if (&byte != shown.data())
            out += ' ';
        appendHex(out, byte, 2);
    }
    if (bytes.size() > kBytesInLine)
        out += " …";
}

std::string fieldText(const TemplateHistory::Field& field)
{
    return fmt::format("{:>10} {}{}{}  {}  {}", elementNumber(field.enterprise, field.element), field.name,
        field.scope ? " (scope)" : "", field.reverse ? " (reverse)" : "", field.type.empty() ? "unknown" : field.type,
        field.length == kVariable ? "variable length" : count(field.length, "octet", "octets"));
}

void appendFields(std::string& out, const std::vector<TemplateHistory::Field>& fields)
{
    out += "[";
    for (const auto& field : fields) {
        fmt::format_to(std::back_inserter(out),
            "{}{{\"enterprise\": {}, \"element\": {}, \"name\": ", &field == &fields.front() ? "" : ", ", field.enterprise,
            field.element);
        core::appendJson(out, field.name);
        out += ", \"type\": ";
        if (field.type.empty())
            out += "null";
        else
            core::appendJson(out, field.type);
        fmt::format_to(
            std::back_inserter(out), ", \"length\": {}", field.length == kVariable ? "null" : fmt::format("{}", field.length));
        out += field.scope ? ", \"scope\": true" : "";
        out += field.reverse ? ", \"reverse\": true}" : "}";
    }
    out += "]";
}

} // namespace

std::optional<InspectFormat> inspectFormat(std::string_view name)
{
    if (name == "text")
        return InspectFormat::Text;
    if (name == "json")
        return InspectFormat::Json;
    return name == "ndjson" ? std::optional(InspectFormat::NdJson) : std::nullopt;
}

void InspectPrinter::add(const InspectedDatagram& datagram, const DissectNode& tree)
{
    const auto summary = core::summarize(tree, datagram.datagram.payload);
    ++m_totals.datagrams;
    m_totals.records += summary.records;
    m_totals.optionsRecords += summary.optionsRecords;
    m_totals.templates += summary.templates;
    m_totals.problems += summary.problems;
    if (m_style.templates) {
        m_history.add(datagram.datagram, tree, datagram.number);
        return;
    }
    if (m_style.problems && summary.problems == 0)
        return;
    ++m_totals.shown;
    if (m_style.format == InspectFormat::Text)
        writeText(datagram, tree);
    else
        writeJson(datagram, tree, summary.problems);
}

void InspectPrinter::finish()
{
    if (m_style.templates)
        m_style.format == InspectFormat::Text ? writeTemplates() : writeTemplatesJson();
    if (m_style.format == InspectFormat::Json)
        m_out.write(m_first ? "[]\n" : "\n]\n");
}

std::string InspectPrinter::totalsText() const
{
    auto out = fmt::format("rivereto: {}, {}, {}, {}", count(m_totals.datagrams, "datagram", "datagrams"),
        count(m_totals.records, "record", "records"), count(m_totals.optionsRecords, "options record", "options records"),
        count(m_totals.templates, "template", "templates"));
    if (m_totals.problems > 0)
        out += fmt::format(", {}", count(m_totals.problems, "problem", "problems"));
    if (m_history.leftOut() > 0)
        out += fmt::format("; {} times a template did not fit into the list", core::formatCount(m_history.leftOut()));
    return out + "\n";
}

void InspectPrinter::writeText(const InspectedDatagram& datagram, const DissectNode& tree)
{
    const auto& from = datagram.datagram;
    m_line.clear();
    if (!m_style.problems && !m_first)
        m_line += '\n';
    m_first = false;
    fmt::format_to(std::back_inserter(m_line), "Datagram {}  {}  {} → {}  {}  {}", datagram.number,
        core::formatTime(from.receivedMs), endpoint(from.source, from.sourcePort),
        endpoint(datagram.destination, datagram.destinationPort), tree.name, count(from.payload.size(), "octet", "octets"));
    if (m_style.files)
        fmt::format_to(std::back_inserter(m_line), "  {}", datagram.file);
    m_line += '\n';
    m_out.write(m_line);
    if (m_style.problems) {
        writeProblems(tree);
    } else {
        if (!tree.note.empty())
            m_out.write(fmt::format("  ! {}\n", tree.note));
        for (const auto& child : tree.children)
            writeNode(child, from.payload, 1);
    }
    if (m_style.hex)
        writeHex(from.payload);
}

/// Offset, element, name, type, value, octets: columns as far as the names let them.
void InspectPrinter::writeNode(const DissectNode& node, core::Bytes payload, int depth)
{
    // Nearly all of the time goes into these lines: no format strings.
    m_line.clear();
    appendHex(m_line, node.offset, node.offset > 0xffff ? 8 : 4);
    m_line.append(static_cast<size_t>(depth) * 2, ' ');
    if (node.element)
        m_line.append(elementNumber(node.enterprise, *node.element)) += ' ';
    m_line += core::nodeTitle(node);
    m_line += node.scope ? " (scope)" : "";
    m_line += node.reverse ? " (reverse)" : "";
    if (!node.type.empty())
        m_line.append(" (").append(node.type) += ')';
    if (!node.value.empty())
        m_line.append(": ").append(node.value);
    if (!node.meaning.empty())
        m_line.append(node.value.empty() ? ": " : " – ").append(node.meaning);
    m_line += "  ";
    if (node.children.empty() && node.kind != DissectKind::Rest) {
        m_line += '[';
        appendOctets(m_line, payload.subspan(node.offset, node.length));
        m_line += ']';
    } else {
        m_line += count(node.length, "octet", "octets");
    }
    if (!node.note.empty())
        m_line.append(node.remark ? "  · " : "  ! ").append(node.note);
    m_line += '\n';
    m_out.write(m_line);
    for (const auto& child : node.children) {
        if (!m_out.open())
            return;
        writeNode(child, payload, depth + 1);
    }
}

void InspectPrinter::writeProblems(const DissectNode& tree)
{
    core::forProblems(tree, [&](const DissectNode& node, const std::string& path) {
        m_out.write(
            fmt::format("  ! {:04x}  {}: {} ({})\n", node.offset, path, node.note, count(node.length, "octet", "octets")));
    });
}

void InspectPrinter::writeHex(core::Bytes payload)
{
    for (size_t line = 0; line < payload.size(); line += kBytesInLine) {
        const auto bytes = payload.subspan(line, std::min(kBytesInLine, payload.size() - line));
        m_line.clear();
        appendHex(m_line, static_cast<uint32_t>(line), 4);
        m_line += "  ";
        appendOctets(m_line, bytes);
        m_line.append(2 + 3 * (kBytesInLine - bytes.size()), ' ');
        for (const auto byte : bytes)
            m_line += byte > 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
        m_line += '\n';
        m_out.write(m_line);
    }
}

void InspectPrinter::beginItem()
{
    m_line.clear();
    if (m_style.format == InspectFormat::Json)
        m_line = m_first ? "[\n" : ",\n";
    m_first = false;
}

void InspectPrinter::endItem()
{
    if (m_style.format == InspectFormat::NdJson)
        m_line += '\n';
    m_out.write(m_line);
}

void InspectPrinter::writeJson(const InspectedDatagram& datagram, const DissectNode& tree, uint32_t problems)
{
    const auto& from = datagram.datagram;
    beginItem();
    fmt::format_to(std::back_inserter(m_line), "{{\"datagram\": {}, \"file\": ", datagram.number);
    core::appendJson(m_line, datagram.file);
    fmt::format_to(std::back_inserter(m_line),
        ", \"time\": \"{}\", \"source\": \"{}\", \"sourcePort\": {}, \"destination\": \"{}\", \"destinationPort\": {}, "
        "\"protocol\": \"{}\", \"length\": {}, \"problems\": ",
        core::formatTime(from.receivedMs), from.source.toString(), from.sourcePort, datagram.destination.toString(),
        datagram.destinationPort, tree.name, from.payload.size());
    if (m_style.problems) {
        bool first = true;
        m_line += '[';
        core::forProblems(tree, [&](const DissectNode& node, const std::string& path) {
            fmt::format_to(std::back_inserter(m_line),
                "{}{{\"offset\": {}, \"length\": {}, \"where\": ", std::exchange(first, false) ? "" : ", ", node.offset,
                node.length);
            core::appendJson(m_line, path);
            m_line += ", \"why\": ";
            core::appendJson(m_line, node.note);
            m_line += '}';
        });
        m_line += ']';
    } else {
        fmt::format_to(std::back_inserter(m_line), "{}, \"tree\": ", problems);
        core::appendJson(m_line, tree, from.payload);
    }
    m_line += '}';
    endItem();
}

void InspectPrinter::writeTemplates()
{
    const TemplateHistory::Key* before = nullptr;
    for (const auto& [key, entry] : m_history.entries()) {
        if (!before || before->exporter != key.exporter || before->domain != key.domain || before->protocol != key.protocol)
            m_out.write(fmt::format("{}{}  {}  domain {}\n", before ? "\n" : "", key.exporter.toString(),
                core::dissectName(key.protocol), key.domain));
        before = &key;
        const bool known = entry.definitions > 0;
        m_out.write(fmt::format("  {} {}  from port {}: {}\n", entry.options ? "Options template" : "Template", key.id, key.port,
            !known ? "never came"
                   : fmt::format("{}, sent {}, {}{}", count(entry.fields.size(), "field", "fields"),
                       count(entry.definitions, "time", "times"), count(entry.records, "record", "records"),
                       entry.withdrawn ? ", withdrawn" : "")));
        for (const auto& event : entry.events) {
            m_out.write(fmt::format("    {}  {} in datagram {}{}\n", core::formatTime(event.timeMs),
                core::templateEventName(event.what), event.datagram,
                event.what == TemplateHistory::What::Missing
                    ? fmt::format(": data without it, {} in all", count(entry.missing, "set", "sets"))
                    : ""));
            for (const auto& field : event.fields)
                m_out.write("      " + fieldText(field) + '\n');
        }
        if (entry.refreshes > 0)
            m_out.write(fmt::format("    {}  refreshed {}, last in datagram {}\n", core::formatTime(entry.lastDefinedMs),
                count(entry.refreshes, "time", "times"), entry.lastDatagram));
        if (entry.eventsLeftOut > 0)
            m_out.write(fmt::format("    {} more are not listed\n", core::formatCount(entry.eventsLeftOut)));
    }
}

void InspectPrinter::writeTemplatesJson()
{
    for (const auto& [key, entry] : m_history.entries()) {
        beginItem();
        fmt::format_to(std::back_inserter(m_line),
            "{{\"exporter\": \"{}\", \"port\": {}, \"protocol\": \"{}\", \"domain\": {}, \"template\": {}, \"options\": {}, "
            "\"definitions\": {}, \"refreshes\": {}, \"records\": {}, \"missingSets\": {}, \"withdrawn\": {}, \"fields\": ",
            key.exporter.toString(), key.port, core::dissectName(key.protocol), key.domain, key.id, entry.options,
            entry.definitions, entry.refreshes, entry.records, entry.missing, entry.withdrawn);
        appendFields(m_line, entry.fields);
        m_line += ", \"events\": [";
        for (const auto& event : entry.events) {
            fmt::format_to(std::back_inserter(m_line), "{}{{\"what\": \"{}\", \"datagram\": {}, \"time\": \"{}\"",
                &event == &entry.events.front() ? "" : ", ", core::templateEventName(event.what), event.datagram,
                core::formatTime(event.timeMs));
            if (!event.fields.empty()) {
                m_line += ", \"fields\": ";
                appendFields(m_line, event.fields);
            }
            m_line += '}';
        }
        fmt::format_to(std::back_inserter(m_line), "], \"eventsLeftOut\": {}}}", entry.eventsLeftOut);
        endItem();
    }
}

} // namespace rivereto::app
