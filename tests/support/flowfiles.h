// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a file of any kind to its end, as an import does; and compares flows cell by cell.
#pragma once

#include <functional>
#include <set>

#include <QFile>
#include <QString>

#include <sys/mman.h>
#include <unistd.h>

#include "collectors/files/filekinds.h"
#include "core/decode/decoder.h"
#include "core/text/value.h"

namespace rivereto::support {

struct ReadFile {
    core::FlowBatch flows {core::Schema::builtin()};
    core::DecodeStats stats; ///< of the decoder and of the file
    std::vector<collectors::FileCount> counts;
    std::optional<core::Error> damage;
    std::string refused; ///< why it was not opened
    [[nodiscard]] uint64_t count(std::string_view name) const
    {
        for (const auto& one : counts) {
            if (one.name == name)
                return one.count;
        }
        return 0;
    }
    [[nodiscard]] std::string damageText() const { return damage ? damage->message() : std::string(); }
};

inline ReadFile readFlowFile(const std::filesystem::path& path, const core::InputSettings& settings = {}, std::shared_ptr<const core::Schema> schema = core::Schema::builtin())
{
    ReadFile out {.flows = core::FlowBatch(schema)};
    auto file = collectors::openFlowFile(path, {.schema = schema, .settings = settings});
    if (!file) {
        out.refused = file.error().message();
        return out;
    }
    core::DecoderOptions options;
    settings.applyTo(options);
    core::Decoder decoder(schema, options);
    core::DatagramBatch datagrams;
    core::FlowBatch rows(schema);
    auto status = collectors::FlowFile::Status::More;
    while (status == collectors::FlowFile::Status::More) {
        datagrams.clear();
        rows.clear();
        status = (*file)->read(datagrams, rows, {});
        for (size_t i = 0; i < datagrams.size(); ++i)
            decoder.decode(datagrams[i], out.flows);
        out.flows.append(rows);
    }
    decoder.finish();
    out.stats = decoder.stats();
    out.stats += (*file)->decoded();
    out.counts = (*file)->counts();
    out.damage = (*file)->damage();
    return out;
}

/// The same of bytes.
inline ReadFile readFlowBytes(std::string_view bytes, const core::InputSettings& settings = {})
{
    const int fd = ::memfd_create("flows", 0);
    if (fd < 0 || ::write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        return {.refused = "no memory file can be made"};
    auto out = readFlowFile("/proc/self/fd/" + std::to_string(fd), settings);
    ::close(fd);
    return out;
}

inline std::string cellText(const core::FlowBatch& batch, const core::Column& column, size_t row)
{
    const auto view = batch.view(column.id);
    const auto* bytes = static_cast<const uint8_t*>(view.cells) + (view.kind == core::ColumnView::Kind::Constant ? 0 : row) * core::cellSize(view.storage);
    return core::formatCell(column, bytes, batch.dictionary());
}

/// Numbers of the rows by their cells: a decoder puts the records of a message together by their template.
inline std::vector<std::pair<std::string, size_t>> sortedRows(const core::FlowBatch& batch, const std::set<std::string_view>& without)
{
    std::vector<std::pair<std::string, size_t>> out;
    for (size_t row = 0; row < batch.rows(); ++row) {
        std::string key;
        for (const auto& column : batch.schema().columns()) {
            if (column.stored() && !without.contains(column.name))
                key += cellText(batch, column, row) + '\t';
        }
        out.emplace_back(std::move(key), row);
    }
    std::ranges::sort(out);
    return out;
}

/// The first cell that differs: "row 3, SrcAS: “1”, not “2”"; empty when the rows are the same but for their order and for the
/// columns in `without`.
inline std::string difference(const core::FlowBatch& got, const core::FlowBatch& wanted, const std::set<std::string_view>& without = {})
{
    if (got.rows() != wanted.rows())
        return fmt::format("{} rows, not {}", got.rows(), wanted.rows());
    const auto is = sortedRows(got, without);
    const auto should = sortedRows(wanted, without);
    for (size_t i = 0; i < is.size(); ++i) {
        for (const auto& column : wanted.schema().columns()) {
            if (is[i].first == should[i].first || !column.stored() || without.contains(column.name))
                continue;
            const auto mine = cellText(got, column, is[i].second);
            const auto theirs = cellText(wanted, column, should[i].second);
            if (mine != theirs)
                return fmt::format("row {}, {}: “{}”, not “{}”", should[i].second, column.name, mine, theirs);
        }
    }
    return {};
}

} // namespace rivereto::support
