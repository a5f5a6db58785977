// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/ipfix/ipfixcolumns.h"

#include <algorithm>

#include "core/decode/elements.h"
#include "core/decode/registry.h"

namespace rivereto::collectors::ipfix {

namespace {

using core::ColumnId;
using core::Conv;
using core::ElementType;
using core::Storage;
using As = WrittenColumn::As;

constexpr uint16_t kEnterpriseBit = 0x8000; ///< element numbers are below it; NetFlow v9's own reach above
constexpr uint8_t kMostLabels = 10; ///< elements 70 – 79
constexpr uint64_t kVxlan = 1; ///< encapsulation of layer2SegmentId (RFC 7133 §6)

ElementType typeOf(const core::ElementRef& ref, ElementType otherwise)
{
    const auto* info = core::findElement(ref.enterprise, ref.id);
    return info ? info->type : otherwise;
}

/// Octets of a number (RFC 7011 §6.1); what fits into the cell needs no more (§6.2).
uint16_t lengthOf(ElementType type, Storage storage)
{
    const auto cell = static_cast<uint16_t>(core::cellSize(storage));
    switch (type) {
    case ElementType::unsigned8:
        return 1;
    case ElementType::unsigned16:
        return std::min<uint16_t>(cell, 2);
    case ElementType::unsigned32:
        return std::min<uint16_t>(cell, 4);
    case ElementType::macAddress:
        return 6;
    case ElementType::dateTimeMilliseconds:
        return 8;
    default:
        return cell;
    }
}

bool usable(const core::ElementRef& ref)
{
    return ref.id != 0 && ref.id < kEnterpriseBit;
}

Element element(const core::ElementRef& ref, uint16_t length)
{
    return {ref.id, length, ref.enterprise};
}

/// The first element of each family; false when one is missing.
bool chooseAddress(const core::Column& column, WrittenColumn& out)
{
    out.as = As::Address;
    out.optional = true;
    for (const auto& ref : column.elements) {
        if (!usable(ref))
            continue;
        const auto type = typeOf(ref, ElementType::octetArray);
        if (type == ElementType::ipv4Address && out.element.id == 0)
            out.element = element(ref, 4);
        else if (type == ElementType::ipv6Address && out.v6.id == 0)
            out.v6 = element(ref, 16);
    }
    return out.element.id != 0 && out.v6.id != 0;
}

/// Conversions that can be turned round without knowing anything else.
bool reversible(Conv conv)
{
    return conv == Conv::Default || conv == Conv::PlusOne || conv == Conv::SegmentId || conv == Conv::MplsLabel;
}

bool chooseOther(const core::Column& column, WrittenColumn& out)
{
    for (const auto& ref : column.elements) {
        if (!usable(ref) || !reversible(ref.conv))
            continue;
        out.conv = ref.conv;
        out.as = ref.conv == Conv::MplsLabel ? As::Labels : column.storage() == Storage::Dict ? As::Text : As::Number;
        if (out.as == As::Text && column.type != core::Type::String)
            continue;
        const uint16_t length = out.as == As::Labels ? 3 : out.as == As::Text ? core::element::kVariable
            : ref.conv == Conv::SegmentId            ? 8
                                                     : lengthOf(typeOf(ref, ElementType::octetArray), column.storage());
        out.element = element(ref, length);
        out.optional = out.as == As::Labels || ref.conv == Conv::PlusOne || column.type == core::Type::Time;
        return true;
    }
    return false;
}

/// Columns that come from the header when they are decoded have elements of their own here.
bool chooseHeader(const core::Column& column, WrittenColumn& out)
{
    switch (column.id) {
    case ColumnId::TimeReceived:
        out.element = {core::element::kCollectionMs, 8, 0};
        return true;
    case ColumnId::SamplingRate:
        out.element = {core::element::kSamplingInterval, 4, 0};
        out.optional = true;
        return true;
    case ColumnId::ExporterAddress:
        out.as = As::Address;
        out.element = {core::element::kExporterV4, 4, 0};
        out.v6 = {core::element::kExporterV6, 16, 0};
        out.optional = true;
        return true;
    default:
        return false;
    }
}

std::vector<uint32_t> labels(std::string_view bytes)
{
    auto out = core::listWords(bytes);
    out.resize(std::min<size_t>(out.size(), kMostLabels));
    return out;
}

void appendText(std::string& out, std::string_view text, size_t most)
{
    if (text.size() > most) {
        while (most > 0 && (static_cast<uint8_t>(text[most]) & 0xc0) == 0x80)
            --most;
        text = text.substr(0, most);
    }
    // RFC 7011 §7
    if (text.size() < 255) {
        appendNumber(out, text.size(), 1);
    } else {
        appendNumber(out, 255, 1);
        appendNumber(out, text.size(), 2);
    }
    out += text;
}

void appendAddress(std::string& out, const core::Ip& ip, bool v4)
{
    if (v4)
        return appendNumber(out, ip.v4Value(), 4);
    appendNumber(out, ip.hi, 8);
    appendNumber(out, ip.lo, 8);
}

} // namespace

std::vector<WrittenColumn> writtenColumns(const core::Schema& schema)
{
    std::vector<WrittenColumn> out;
    for (const auto& column : schema.columns()) {
        WrittenColumn written {.column = column.id};
        if (!column.stored())
            continue;
        if (chooseHeader(column, written) || (column.type == core::Type::Address ? chooseAddress(column, written) : chooseOther(column, written)))
            out.push_back(written);
    }
    return out;
}

void appendNumber(std::string& out, uint64_t value, unsigned octets)
{
    for (unsigned i = octets; i-- > 0;)
        out += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
}

uint8_t shapeOf(const WrittenColumn& column, const core::ColumnView& view, size_t row, const core::Dictionary& texts)
{
    switch (column.as) {
    case As::Address: {
        const auto ip = view.at<core::Ip>(row);
        return ip.isZero() ? 0 : ip.isV4() ? 4 : 6;
    }
    case As::Labels:
        return static_cast<uint8_t>(labels(texts.text(view.at<uint32_t>(row))).size());
    default:
        return !column.optional || view.number(row) != 0 ? 1 : 0;
    }
}

void appendElements(std::vector<Element>& out, const WrittenColumn& column, uint8_t shape)
{
    if (shape == 0)
        return;
    if (column.as == As::Address)
        return out.push_back(shape == 4 ? column.element : column.v6);
    const uint16_t count = column.as == As::Labels ? shape : 1;
    for (uint16_t i = 0; i < count; ++i) {
        auto one = column.element;
        one.id = static_cast<uint16_t>(one.id + i);
        out.push_back(one);
    }
}

void appendCell(std::string& out, const WrittenColumn& column, uint8_t shape, const core::ColumnView& view, size_t row, const core::Dictionary& texts, size_t mostText)
{
    if (shape == 0)
        return;
    switch (column.as) {
    case As::Address:
        return appendAddress(out, view.at<core::Ip>(row), shape == 4);
    case As::Text:
        return appendText(out, texts.text(view.at<uint32_t>(row)), mostText);
    case As::Labels: {
        const auto stack = labels(texts.text(view.at<uint32_t>(row)));
        for (size_t i = 0; i < stack.size(); ++i)
            appendNumber(out, uint64_t {stack[i]} << 4 | (i + 1 == stack.size() ? 1 : 0), 3); // bottom of stack (RFC 3032 §2.1)
        return;
    }
    case As::Number:
        break;
    }
    const unsigned octets = column.element.length;
    uint64_t value = view.number(row);
    if (column.conv == Conv::PlusOne)
        --value;
    else if (column.conv == Conv::SegmentId)
        value = kVxlan << 56 | (value & 0xffffff);
    if (octets < 8)
        value = std::min(value, (uint64_t {1} << (8 * octets)) - 1);
    appendNumber(out, value, octets);
}

} // namespace rivereto::collectors::ipfix
