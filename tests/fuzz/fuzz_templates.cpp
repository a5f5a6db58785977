// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzzes the table of templates: each octet of the input is a step – define, look up, withdraw – with the octets behind it.
#include <cstdint>
#include <span>

#include "core/decode/templatetable.h"

using namespace rivereto::core;

namespace {

constexpr size_t kTemplates = 12, kPerExporter = 5;

/// Reads a layout through, so that a sanitizer sees one that is gone.
uint64_t touchTemplate(const Template& layout)
{
    uint64_t sum = layout.minLength + layout.program.ops.size();
    for (const auto& field : layout.fields)
        sum += field.id + field.length;
    return sum;
}

TemplateKey readKey(Cursor& in)
{
    const uint8_t who = in.u8();
    const uint8_t what = in.u8();
    return {.source = Ip::v4(who & 7), .domain = who >> 3 & 1U, .port = static_cast<uint16_t>(who >> 4 & 3), .input = 0,
        .id = static_cast<uint16_t>(256 + (what & 15)), .protocol = what & 16 ? Protocol::Ipfix : Protocol::NetFlow9};
}

std::vector<FieldSpec> readFields(Cursor& in)
{
    std::vector<FieldSpec> out(in.u8() % 70);
    for (auto& field : out)
        field = {.id = in.u8(), .length = static_cast<uint16_t>(in.u8() % 9)};
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    static const ElementMap elements(*Schema::builtin());
    TemplateTable table({.templates = kTemplates, .perExporter = kPerExporter});
    Cursor in({data, size});
    uint64_t sum = 0;
    for (uint64_t now = 1; in.left() > 0; ++now) {
        const uint8_t step = in.u8();
        const auto at = readKey(in);
        if (step % 4 == 0) {
            const auto wanted = readFields(in);
            const auto defined = table.define(at, wanted, step & 64, now, elements, *Schema::builtin());
            const auto* found = table.find(at);
            if (defined.outcome != TemplateTable::Outcome::Refused && (!found || found->fields != wanted))
                __builtin_trap(); // what was just announced is not there
        } else if (step % 4 == 1) {
            (void)table.withdraw(at);
        } else if (step % 4 == 2 && step & 128) {
            (void)table.withdrawAll(at, step & 64);
        }
        if (const auto* found = table.find(at))
            sum += touchTemplate(*found);
        if (table.size() > kTemplates)
            __builtin_trap();
    }
    volatile uint64_t sink = sum;
    (void)sink;
    return 0;
}
