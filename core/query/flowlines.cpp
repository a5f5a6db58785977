// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/flowlines.h"

#include "core/text/escape.h"
#include "core/text/time.h"
#include "core/text/value.h"

namespace rivereto::core {

bool isNumeric(Type type)
{
    const auto& info = typeInfo(type);
    return info.literal == Literal::Number || info.literal == Literal::Asn || info.literal == Literal::Port || info.literal == Literal::Duration;
}

FlowLines::FlowLines(const Schema& schema, const std::vector<std::string>& fields, FlowForm form, int utcOffsetMinutes)
    : m_schema(schema), m_form(form), m_utcOffset(utcOffsetMinutes)
{
    for (const auto& field : fields) {
        if (const auto id = schema.find(field); id != ColumnId::kNone)
            m_columns.push_back(id);
    }
}

std::string FlowLines::header() const
{
    if (m_form != FlowForm::Csv)
        return m_form == FlowForm::Json ? "[" : "";
    std::string line;
    for (const auto id : m_columns)
        line.append(line.empty() ? "" : ",").append(m_schema[id].name);
    return line + "\n";
}

std::string FlowLines::footer() const { return m_form == FlowForm::Json ? "]\n" : ""; }

std::string FlowLines::cell(size_t number, const ColumnView& view, size_t row, const DictionaryView& texts) const
{
    const auto& column = m_schema[m_columns[number]];
    const auto* bytes = static_cast<const uint8_t*>(view.cells) + (view.kind == ColumnView::Kind::Constant ? 0 : row) * cellSize(view.storage);
    if (column.type == Type::Time && view.number(row) != 0)
        return formatTime(view.number(row), m_utcOffset);
    return formatCell(column, bytes, texts);
}

void FlowLines::appendRow(std::string& out, const FlowBatch& batch, const std::vector<ColumnView>& views, size_t row) const
{
    const bool json = m_form != FlowForm::Csv;
    out += json ? "{" : "";
    bool first = true;
    for (size_t i = 0; i < m_columns.size(); ++i) {
        const auto& column = m_schema[m_columns[i]];
        const auto text = cell(i, views[i], row, batch.dictionary());
        if (json && text.empty())
            continue;
        out += first ? "" : json ? ", " : ",";
        first = false;
        if (!json) {
            appendCsv(out, text);
            continue;
        }
        appendJson(out, column.name);
        out += ": ";
        if (isNumeric(column.type) && column.storage() != Storage::Dict)
            out += text;
        else
            appendJson(out, text);
    }
    out += json ? "}" : "";
}

void FlowLines::append(std::string& out, const FlowBatch& batch, size_t first, size_t count)
{
    std::vector<ColumnView> views;
    for (const auto id : m_columns)
        views.push_back(batch.view(id));
    for (size_t row = first; row < first + count; ++row) {
        if (m_form == FlowForm::Json && !m_first)
            out += ",\n ";
        m_first = false;
        appendRow(out, batch, views, row);
        if (m_form != FlowForm::Json)
            out += "\n";
    }
}

} // namespace rivereto::core
