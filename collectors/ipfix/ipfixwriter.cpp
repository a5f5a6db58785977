// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/ipfix/ipfixwriter.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "collectors/ipfix/ipfixcolumns.h"
#include "core/decode/elements.h"
#include "core/decode/protocol.h"

namespace rivereto::collectors {

namespace {

using core::ColumnId;
using ipfix::appendNumber;

constexpr size_t kHeader = 16;
constexpr size_t kSetHeader = 4;
constexpr uint16_t kVersion = 10;
constexpr uint16_t kTemplateSet = 2;
constexpr uint16_t kFirstTemplate = 256;
/// Readers keep a whole message; one record more may be in it.
constexpr size_t kMessage = 16 * 1024;
constexpr size_t kTexts = 32 * 1024; ///< octets of a record for all its texts together
constexpr size_t kMaxDomains = 65536;

void setNumber16(std::string& bytes, size_t at, size_t value)
{
    bytes[at] = static_cast<char>(value >> 8);
    bytes[at + 1] = static_cast<char>(value);
}

bool hasValues(const core::FlowBatch& rows, const core::Column& column)
{
    if (!rows.has(column.id))
        return false;
    const auto view = rows.view(column.id);
    const auto* bytes = static_cast<const uint8_t*>(view.cells);
    return std::any_of(bytes, bytes + rows.rows() * core::cellSize(view.storage), [](uint8_t byte) { return byte != 0; });
}

class IpfixWriter final : public core::FlowWriter {
public:
    explicit IpfixWriter(IpfixWriterOptions options)
        : m_options(std::move(options))
        , m_columns(ipfix::writtenColumns(*m_options.schema))
        , m_present(m_columns.size())
        , m_leftOut(m_options.schema->size())
        , m_shapes(m_columns.size(), '\0')
    {
        m_options.maxTemplates = std::clamp<size_t>(m_options.maxTemplates, 1, 0xffff - kFirstTemplate + 1);
        const auto texts = std::ranges::count(m_columns, ipfix::WrittenColumn::As::Text, &ipfix::WrittenColumn::as);
        m_mostText = kTexts / static_cast<size_t>(std::max<ptrdiff_t>(texts, 1));
        m_written.assign(m_options.schema->size(), false);
        for (size_t i = 0; i < m_columns.size(); ++i) {
            m_written[core::index(m_columns[i].column)] = true;
            m_present[i] = m_columns[i].column == ColumnId::TimeReceived; // no record is empty
        }
        for (const auto column : {ColumnId::TimeExported, ColumnId::ObservationDomain})
            m_written[core::index(column)] = true;
    }

    core::Result<void> write(const core::FlowBatch& rows) override
    {
        lookAt(rows);
        core::Result<void> done;
        for (size_t row = 0; done && row < rows.rows(); ++row)
            done = add(rows, row);
        return done;
    }

    core::Result<void> finish() override { return flush(); }

    [[nodiscard]] std::vector<std::string> leftOut() const override
    {
        std::vector<std::string> out;
        for (const auto& column : m_options.schema->columns()) {
            if (m_leftOut[core::index(column.id)])
                out.emplace_back(column.name);
        }
        return out;
    }

private:
    struct Layout {
        uint16_t id = 0;
        std::string record; ///< template record
    };
    struct Domain {
        uint32_t sequence = 0;
        std::vector<bool> announced; ///< by template id - kFirstTemplate
    };

    /// Which columns the rows have, beside those that rows before had: each takes a place in all templates from now on.
    void lookAt(const core::FlowBatch& rows)
    {
        m_views.clear();
        for (size_t i = 0; i < m_columns.size(); ++i) {
            m_views.push_back(rows.view(m_columns[i].column));
            if (!m_present[i] && hasValues(rows, rows.schema()[m_columns[i].column])) {
                m_present[i] = true;
                m_layouts.clear();
                m_last = nullptr;
            }
        }
        for (const auto& column : rows.schema().columns()) {
            if (column.stored() && !m_written[core::index(column.id)] && !m_leftOut[core::index(column.id)])
                m_leftOut[core::index(column.id)] = hasValues(rows, column);
        }
        m_exported = rows.view(ColumnId::TimeExported);
        m_received = rows.view(ColumnId::TimeReceived);
        m_domains = rows.view(ColumnId::ObservationDomain);
        m_sources = rows.view(ColumnId::SamplingSource);
    }

    core::Result<void> add(const core::FlowBatch& rows, size_t row)
    {
        const auto domain = static_cast<uint32_t>(m_domains.number(row));
        const auto exported = m_exported.number(row);
        const auto seconds = static_cast<uint32_t>((exported != 0 ? exported : m_received.number(row)) / 1000);
        auto layout = layoutOf(rows, row);
        if (!layout)
            return tl::unexpected(layout.error());
        m_record.clear();
        for (size_t i = 0; i < m_columns.size(); ++i) {
            if (m_shapes[i] != 0)
                ipfix::appendCell(m_record, m_columns[i], m_shapes[i], m_views[i], row, rows.dictionary(), m_mostText);
        }
        const auto size = m_message.size() + m_record.size() + (*layout)->record.size() + 2 * kSetHeader;
        if (m_message.empty() || domain != m_domain || seconds != m_seconds || size > kMessage) {
            if (auto done = flush(); !done)
                return done;
            begin(domain, seconds);
        }
        append(**layout);
        return {};
    }

    /// Of a row, its shapes in m_shapes; made when it is new.
    core::Result<const Layout*> layoutOf(const core::FlowBatch& rows, size_t row)
    {
        bool same = m_last != nullptr;
        for (size_t i = 0; i < m_columns.size(); ++i) {
            uint8_t shape = m_present[i] ? ipfix::shapeOf(m_columns[i], m_views[i], row, rows.dictionary()) : uint8_t {0};
            // An unknown rate is written as none, not as one that somebody told.
            if (m_columns[i].column == ColumnId::SamplingRate && m_sources.number(row) == static_cast<uint64_t>(core::SamplingSource::Unknown))
                shape = 0;
            same = same && m_shapes[i] == static_cast<char>(shape);
            m_shapes[i] = static_cast<char>(shape);
        }
        if (same)
            return m_last;
        auto known = m_layouts.find(m_shapes);
        if (known == m_layouts.end()) {
            if (m_templates >= m_options.maxTemplates) {
                if (auto done = withdraw(); !done)
                    return tl::unexpected(done.error());
            }
            known = m_layouts.emplace(m_shapes, makeLayout()).first;
        }
        m_last = &known->second;
        return m_last;
    }

    Layout makeLayout()
    {
        std::vector<ipfix::Element> elements;
        for (size_t i = 0; i < m_columns.size(); ++i)
            ipfix::appendElements(elements, m_columns[i], static_cast<uint8_t>(m_shapes[i]));
        Layout out {.id = static_cast<uint16_t>(kFirstTemplate + m_templates++), .record = {}};
        appendNumber(out.record, out.id, 2);
        appendNumber(out.record, elements.size(), 2);
        for (const auto& element : elements) {
            appendNumber(out.record, element.enterprise != 0 ? element.id | 0x8000 : element.id, 2);
            appendNumber(out.record, element.length, 2);
            if (element.enterprise != 0)
                appendNumber(out.record, element.enterprise, 4);
        }
        return out;
    }

    void begin(uint32_t domain, uint32_t seconds)
    {
        if (m_states.size() >= kMaxDomains && !m_states.contains(domain))
            m_states.clear();
        m_domain = domain;
        m_seconds = seconds;
        appendNumber(m_message, kVersion, 2);
        appendNumber(m_message, 0, 2);
        appendNumber(m_message, seconds, 4);
        appendNumber(m_message, m_states[domain].sequence, 4);
        appendNumber(m_message, domain, 4);
    }

    void openSet(uint16_t id)
    {
        closeSet();
        m_set = m_message.size();
        m_setId = id;
        appendNumber(m_message, id, 2);
        appendNumber(m_message, 0, 2);
    }

    void closeSet()
    {
        if (m_setId != 0)
            setNumber16(m_message, m_set + 2, m_message.size() - m_set);
        m_setId = 0;
    }

    /// The record at hand.
    void append(const Layout& layout)
    {
        auto& announced = m_states[m_domain].announced;
        const size_t number = layout.id - kFirstTemplate;
        if (announced.size() <= number)
            announced.resize(number + 1);
        if (!announced[number]) {
            announced[number] = true;
            openSet(kTemplateSet);
            m_message += layout.record;
        }
        if (m_setId != layout.id)
            openSet(layout.id);
        m_message += m_record;
        ++m_records;
    }

    core::Result<void> flush()
    {
        if (m_message.empty())
            return {};
        closeSet();
        setNumber16(m_message, 2, m_message.size());
        m_states[m_domain].sequence += std::exchange(m_records, 0);
        auto done = m_options.put(m_message);
        m_message.clear();
        return done;
    }

    /// All templates of all domains go, so that their numbers can mean others (RFC 7011 §8.1).
    core::Result<void> withdraw()
    {
        auto done = flush();
        for (auto& [domain, state] : m_states) {
            if (!done || state.announced.empty())
                continue;
            begin(domain, m_seconds);
            openSet(kTemplateSet);
            appendNumber(m_message, kTemplateSet, 2);
            appendNumber(m_message, 0, 2);
            state.announced.clear();
            done = flush();
        }
        m_layouts.clear();
        m_last = nullptr;
        m_templates = 0;
        return done;
    }

    IpfixWriterOptions m_options;
    std::vector<ipfix::WrittenColumn> m_columns;
    std::vector<bool> m_present; ///< of m_columns: some row had a value
    std::vector<bool> m_written; ///< by column id: it has a place
    std::vector<bool> m_leftOut; ///< by column id: it has none, and had values
    size_t m_mostText = 0;

    // The rows at hand.
    std::vector<core::ColumnView> m_views; ///< of m_columns
    core::ColumnView m_exported;
    core::ColumnView m_received;
    core::ColumnView m_domains;
    core::ColumnView m_sources;
    std::string m_shapes; ///< of m_columns in the row at hand
    std::string m_record;

    std::unordered_map<std::string, Layout> m_layouts; ///< by shapes
    const Layout* m_last = nullptr; ///< of m_shapes
    size_t m_templates = 0; ///< numbers given

    std::unordered_map<uint32_t, Domain> m_states;
    std::string m_message; ///< empty: none begun
    uint32_t m_domain = 0;
    uint32_t m_seconds = 0;
    size_t m_set = 0; ///< where the open set begins
    uint16_t m_setId = 0; ///< 0: none is open
    uint32_t m_records = 0; ///< of the message
};

} // namespace

std::unique_ptr<core::FlowWriter> makeIpfixWriter(IpfixWriterOptions options)
{
    return std::make_unique<IpfixWriter>(std::move(options));
}

} // namespace rivereto::collectors
