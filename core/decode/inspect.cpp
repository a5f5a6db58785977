// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/inspect.h"

#include <algorithm>
#include <charconv>

#include "core/base/ip.h"
#include "core/decode/registry.h"
#include "core/text/escape.h"

namespace rivereto::core {

namespace {

constexpr std::string_view kKinds[] = {"datagram", "message", "set", "template", "options-template", "record", "options-record",
    "sample", "sample-record", "layer", "group", "field", "rest"};
constexpr std::string_view kHex = "0123456789abcdef";
constexpr uint16_t kFlowSample = 1, kExpandedFlowSample = 3;

bool isProblem(const DissectNode& node)
{
    return !node.note.empty() && !node.remark;
}

uint32_t wordAt(Bytes payload, size_t at)
{
    return at + 4 <= payload.size() ? load32(payload.data() + at) : 0;
}

/// Domain and sequence number, where the message's header has them.
void readHeader(DatagramSummary& out, const DissectNode& message, Bytes payload)
{
    const size_t at = message.offset;
    const auto set = [&](size_t domain, size_t sequence) {
        out.hasDomain = true;
        out.domain = wordAt(payload, domain);
        out.sequence = wordAt(payload, sequence);
    };
    switch (out.protocol) {
    case Protocol::NetFlow5:
        set(at + 20, at + 16);
        out.domain >>= 16; // engine type and id
        break;
    case Protocol::NetFlow7:
        out.sequence = wordAt(payload, at + 16);
        break;
    case Protocol::NetFlow9:
        set(at + 16, at + 12);
        break;
    case Protocol::Ipfix:
        set(at + 12, at + 8);
        break;
    case Protocol::Sflow: {
        const size_t agent = wordAt(payload, at + 4) == 2 ? 16 : 4;
        set(at + 8 + agent, at + 12 + agent);
        break;
    }
    default:
        break;
    }
}

Protocol protocolOf(const DissectNode& tree)
{
    for (const auto protocol :
        {Protocol::NetFlow1, Protocol::NetFlow5, Protocol::NetFlow7, Protocol::NetFlow9, Protocol::Ipfix, Protocol::Sflow}) {
        if (tree.name == dissectName(protocol))
            return protocol;
    }
    return Protocol::Unknown;
}

void count(DatagramSummary& out, const DissectNode& node)
{
    out.problems += isProblem(node);
    switch (node.kind) {
    case DissectKind::Message:
        ++out.messages;
        break;
    case DissectKind::Set:
        ++out.sets;
        break;
    case DissectKind::Template:
    case DissectKind::OptionsTemplate:
        ++out.templates;
        break;
    case DissectKind::Record:
        ++out.records;
        break;
    case DissectKind::OptionsRecord:
        ++out.optionsRecords;
        break;
    case DissectKind::Sample:
        ++out.sets;
        out.records += node.id == kFlowSample || node.id == kExpandedFlowSample;
        break;
    default:
        break;
    }
    for (const auto& child : node.children)
        count(out, child);
}

void walkProblems(
    const DissectNode& node, const std::string& path, const std::function<void(const DissectNode&, const std::string&)>& take)
{
    if (isProblem(node))
        take(node, path.empty() ? nodeTitle(node) : path);
    for (const auto& child : node.children)
        walkProblems(child, path.empty() ? nodeTitle(child) : path + " › " + nodeTitle(child), take);
}

uint64_t kindOf(const DissectNode& node)
{
    if (node.element)
        return mix64(uint64_t {node.enterprise} << 17 | uint64_t {node.reverse} << 16 | *node.element);
    return mix64(std::hash<std::string>()(node.name) | 1);
}

void collectFields(const DissectNode& node, std::vector<std::pair<uint64_t, const DissectNode*>>& out)
{
    if (node.element || node.kind == DissectKind::Field || node.kind == DissectKind::SampleRecord
        || node.kind == DissectKind::Layer)
        out.emplace_back(kindOf(node), &node);
    // The fields of a header are the same in every datagram.
    for (const auto& child : node.children) {
        if (node.kind != DissectKind::Message || child.kind != DissectKind::Field)
            collectFields(child, out);
    }
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view text, std::string_view part)
{
    return part.empty() || std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) {
        return lower(a) == lower(b);
    }) != text.end();
}

std::optional<uint32_t> wholeNumber(std::string_view text)
{
    uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

void appendText(std::string& out, std::string_view name, std::string_view text)
{
    if (text.empty())
        return;
    out.append(", \"").append(name).append("\": ");
    appendJson(out, text);
}

} // namespace

DatagramSummary summarize(const DissectNode& tree, Bytes payload)
{
    DatagramSummary out {.protocol = protocolOf(tree)};
    for (const auto& child : tree.children) {
        if (child.kind == DissectKind::Message) {
            readHeader(out, child, payload);
            break;
        }
    }
    count(out, tree);
    return out;
}

void forProblems(const DissectNode& tree, const std::function<void(const DissectNode& node, const std::string& path)>& take)
{
    walkProblems(tree, {}, take);
}

std::string nodeTitle(const DissectNode& node)
{
    switch (node.kind) {
    case DissectKind::Set:
    case DissectKind::Template:
    case DissectKind::OptionsTemplate:
        return fmt::format("{} {}", node.name, node.id);
    default:
        return node.name;
    }
}

std::string_view dissectKindName(DissectKind kind)
{
    return kKinds[static_cast<size_t>(kind)];
}

void appendJson(std::string& out, const DissectNode& node, Bytes payload)
{
    out.append("{\"kind\": \"").append(dissectKindName(node.kind)).append("\", \"name\": ");
    appendJson(out, node.name);
    out.append(", \"offset\": ").append(std::to_string(node.offset)).append(", \"length\": ").append(std::to_string(node.length));
    const auto numbered = node.kind >= DissectKind::Message && node.kind <= DissectKind::SampleRecord;
    if (numbered)
        fmt::format_to(std::back_inserter(out), ", \"id\": {}", node.id);
    if (node.element)
        fmt::format_to(std::back_inserter(out), ", \"enterprise\": {}, \"element\": {}", node.enterprise, *node.element);
    appendText(out, "type", node.type);
    if (node.scope)
        out += ", \"scope\": true";
    if (node.reverse)
        out += ", \"reverse\": true";
    appendText(out, "value", node.value);
    appendText(out, "meaning", node.meaning);
    if (node.children.empty() && node.length > 0) {
        out += ", \"bytes\": \"";
        for (const auto byte : payload.subspan(node.offset, node.length)) {
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
        out += '"';
    }
    appendText(out, node.remark ? "remark" : "problem", node.note);
    if (!node.children.empty()) {
        out += ", \"children\": [";
        for (const auto& child : node.children) {
            out += &child == &node.children.front() ? "" : ", ";
            appendJson(out, child, payload);
        }
        out += ']';
    }
    out += '}';
}

DatagramShape DatagramShape::of(const DissectNode& tree)
{
    std::vector<std::pair<uint64_t, const DissectNode*>> all;
    collectFields(tree, all);
    std::ranges::stable_sort(all, {}, &std::pair<uint64_t, const DissectNode*>::first);
    DatagramShape out {.hash = 0x5eed, .fields = {}};
    uint64_t last = 0;
    for (const auto& [kind, node] : all) {
        if (!out.fields.empty() && kind == last)
            continue;
        last = kind;
        out.hash = mix64(out.hash ^ kind);
        out.fields.push_back(node);
    }
    return out;
}

bool fieldMatches(std::string_view name, std::optional<uint16_t> element, uint32_t enterprise, std::string_view what)
{
    if (const auto number = wholeNumber(what))
        return element && *element == *number;
    if (const auto colon = what.find(':'); colon != std::string_view::npos) {
        const auto wantedEnterprise = wholeNumber(what.substr(0, colon));
        const auto wantedElement = wholeNumber(what.substr(colon + 1));
        if (wantedEnterprise && wantedElement)
            return element && enterprise == *wantedEnterprise && *element == *wantedElement;
    }
    return contains(name, what) || (enterprise != 0 && contains(enterpriseName(enterprise), what));
}

} // namespace rivereto::core
