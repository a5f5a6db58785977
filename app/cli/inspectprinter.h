// SPDX-License-Identifier: GPL-3.0-or-later
// InspectPrinter: what rivereto inspect writes, datagram by datagram.
#pragma once

#include <optional>
#include <string>

#include "app/cli/output.h"
#include "core/decode/bytes.h"
#include "core/decode/dissect.h"
#include "core/decode/templatehistory.h"

namespace rivereto::app {

enum class InspectFormat : uint8_t { Text, Json, NdJson };
std::optional<InspectFormat> inspectFormat(std::string_view name);

struct InspectStyle {
    InspectFormat format = InspectFormat::Text;
    bool templates = false; ///< their history instead of datagrams
    bool problems = false; ///< only problems
    bool hex = false;
    bool files = false; ///< there are several: name them
};

/// A datagram, by whom it came and how it is called.
struct InspectedDatagram {
    uint64_t number = 0;
    const std::string& file;
    const core::Datagram& datagram;
    core::Ip destination;
    uint16_t destinationPort = 0;
};

/// Keeps nothing but totals and templates.
class InspectPrinter {
public:
    InspectPrinter(Output& out, InspectStyle style)
        : m_out(out)
        , m_style(style)
    {
    }

    struct Totals {
        uint64_t datagrams = 0; ///< seen
        uint64_t shown = 0;
        uint64_t records = 0;
        uint64_t optionsRecords = 0;
        uint64_t templates = 0;
        uint64_t problems = 0;
    };
    void add(const InspectedDatagram& datagram, const core::DissectNode& tree);
    /// Whether all records are to be taken apart; else an outline does.
    [[nodiscard]] bool wantsRecords() const { return !m_style.templates; }
    /// What comes after the last datagram.
    void finish();
    [[nodiscard]] const Totals& totals() const { return m_totals; }
    /// A line for standard error.
    [[nodiscard]] std::string totalsText() const;

private:
    void writeText(const InspectedDatagram& datagram, const core::DissectNode& tree);
    void writeNode(const core::DissectNode& node, core::Bytes payload, int depth);
    void writeProblems(const core::DissectNode& tree);
    void writeHex(core::Bytes payload);
    void writeJson(const InspectedDatagram& datagram, const core::DissectNode& tree, uint32_t problems);
    void writeTemplates();
    void writeTemplatesJson();
    /// What stands before and after one object of the list.
    void beginItem();
    void endItem();

    Output& m_out;
    InspectStyle m_style;
    Totals m_totals;
    core::TemplateHistory m_history;
    std::string m_line;
    bool m_first = true;
};

} // namespace rivereto::app
