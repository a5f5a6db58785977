// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/exportjob.h"

#include <algorithm>
#include <chrono>

#include "collectors/capture/packetextractor.h"
#include "collectors/ipfix/ipfixwriter.h"
#include "collectors/nfcapd/nfcapdwriter.h"
#include "core/query/flowlines.h"
#include "storage/sqlite/sqlitestore.h"

namespace rivereto::app {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using WriterResult = core::Result<std::unique_ptr<core::FlowWriter>>;
constexpr auto kProgressEvery = std::chrono::milliseconds(100);

/// CSV, JSON and NDJSON as a query prints them.
class LinesWriter final : public core::FlowWriter {
public:
    LinesWriter(const ExportTarget& target, core::FlowForm form)
        : m_schema(target.schema), m_put(target.put), m_lines(*m_schema, target.fields, form, target.utcOffsetMinutes)
    {
    }

    core::Result<void> write(const core::FlowBatch& rows) override
    {
        // In pieces, so that who reads a pipe need not wait for a whole batch.
        constexpr size_t kRows = 1024;
        auto done = begin();
        for (size_t row = 0; done && row < rows.rows(); row += kRows) {
            std::string lines;
            m_lines.append(lines, rows, row, std::min(kRows, rows.rows() - row));
            done = m_put(lines);
        }
        return done;
    }

    core::Result<void> finish() override
    {
        auto done = begin();
        return done ? m_put(m_lines.footer()) : done;
    }

private:
    core::Result<void> begin() { return std::exchange(m_begun, true) ? core::Result<void>() : m_put(m_lines.header()); }

    std::shared_ptr<const core::Schema> m_schema;
    std::function<core::Result<void>(std::string_view)> m_put;
    core::FlowLines m_lines;
    bool m_begun = false;
};

template <core::FlowForm Form>
WriterResult makeLines(const ExportTarget& target)
{
    return std::make_unique<LinesWriter>(target, Form);
}

/// A new database.
class DatabaseWriter final : public core::FlowWriter {
public:
    static WriterResult make(const ExportTarget& target)
    {
        auto store = storage::SqliteStore::open(target.path.string(), target.schema, {.write = true});
        if (!store)
            return tl::unexpected(store.error());
        return std::unique_ptr<core::FlowWriter>(new DatabaseWriter(std::move(*store)));
    }

    core::Result<void> write(const core::FlowBatch& rows) override
    {
        core::FlowBatch copy(rows.sharedSchema());
        copy.append(rows);
        return m_store->append(std::move(copy));
    }

    core::Result<void> finish() override
    {
        if (auto done = m_store->flush(); !done)
            return done;
        m_store.reset(); // everything is in the one file
        return {};
    }

private:
    explicit DatabaseWriter(std::unique_ptr<storage::SqliteStore> store) : m_store(std::move(store)) { }
    std::unique_ptr<storage::SqliteStore> m_store;
};

WriterResult makeNfcapd(const ExportTarget& target)
{
    return collectors::makeNfcapdWriter(target.path, {.replace = target.overwrite == Overwrite::Yes});
}

WriterResult makePackets(const ExportTarget& target)
{
    return std::make_unique<collectors::PacketExtractor>(collectors::ExtractOptions{.captures = target.captures, .settings = target.settings, .stop = target.stop, .put = target.put});
}

WriterResult makeIpfix(const ExportTarget& target)
{
    return collectors::makeIpfixWriter({.schema = target.schema, .put = target.put});
}

constexpr ExportFormat kFormats[] = {
    {"csv", "comma-separated lines with a header", ".csv", ExportTo::Stream, true, &makeLines<core::FlowForm::Csv>},
    {"json", "one array of objects", ".json", ExportTo::Stream, true, &makeLines<core::FlowForm::Json>},
    {"ndjson", "an object a line", ".ndjson", ExportTo::Stream, true, &makeLines<core::FlowForm::NdJson>},
    {"ipfix", "IPFIX messages (RFC 5655)", ".ipfix", ExportTo::Stream, false, &makeIpfix},
    {"nfcapd", "a file of nfdump, or a folder of such files", ".nfcapd", ExportTo::Names, false, &makeNfcapd},
    {"pcap", "the packets behind the flows, as pcapng", ".pcapng", ExportTo::Stream, false, &makePackets},
    {"rivereto", "a new database", ".rivereto", ExportTo::File, false, &DatabaseWriter::make},
};

/// Streams, files and names behind one face.
class Destination {
public:
    static core::Result<Destination> open(const ExportOrder& order, std::stop_token stop)
    {
        Destination out;
        if (order.format->to == ExportTo::Names)
            return out;
        auto file = order.format->to == ExportTo::Stream ? OutputFile::open(order.output, order.overwrite, std::move(stop)) : OutputFile::reserve(order.output, order.overwrite);
        if (!file)
            return tl::unexpected(file.error());
        out.m_file = std::move(*file);
        return out;
    }

    [[nodiscard]] ExportTarget target(const ExportOrder& order, std::shared_ptr<const core::Schema> schema) const
    {
        ExportTarget out{.path = m_file ? m_file->path() : order.output, .put = {}, .schema = std::move(schema), .fields = order.fields, .utcOffsetMinutes = order.now.utcOffsetMinutes,
                         .overwrite = order.overwrite};
        if (m_file)
            out.put = [file = m_file.get()](std::string_view bytes) { return file->write(bytes); };
        return out;
    }
    /// Writers that name their file know it by its temporary name.
    [[nodiscard]] core::Error named(core::Error error, const ExportOrder& order) const
    {
        const auto temporary = m_file ? m_file->path().string() : std::string();
        for (auto& text : error.args) {
            if (const auto at = temporary.empty() ? std::string::npos : text.find(temporary); at != std::string::npos)
                text.replace(at, temporary.size(), order.output.string());
        }
        return error;
    }
    core::Result<void> commit() { return m_file ? m_file->commit() : core::Result<void>(); }
    [[nodiscard]] bool closed() const { return m_file && m_file->closed(); }
    [[nodiscard]] uint64_t bytes() const { return m_file ? m_file->bytes() : 0; }

private:
    std::unique_ptr<OutputFile> m_file;
};

/// The size of a file whose writer named it itself.
uint64_t sizeOf(const fs::path& path)
{
    std::error_code none;
    const auto size = fs::is_regular_file(path, none) ? fs::file_size(path, none) : 0;
    return none ? 0 : size;
}

} // namespace

std::span<const ExportFormat> exportFormats() { return kFormats; }

std::string exportFormatNames()
{
    std::string out;
    for (const auto& format : kFormats)
        out.append(out.empty() ? "" : ", ").append(format.name);
    return out;
}

core::Result<const ExportFormat*> exportFormat(const std::optional<std::string>& name, const fs::path& output)
{
    auto ending = output.extension().string();
    std::ranges::transform(ending, ending.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const auto* found = std::ranges::find_if(kFormats, [&](const ExportFormat& format) { return name ? format.name == *name : format.ending == ending; });
    if (found != std::end(kFormats))
        return found;
    if (name)
        return core::fail("“{}” is no format: {}", *name, exportFormatNames());
    return core::fail("the ending of “{}” names no format; say --format and one of {}", output.string(), exportFormatNames());
}

core::Result<std::vector<std::string>> capturesOf(core::FlowStore& store)
{
    const auto sources = store.sources();
    if (!sources)
        return tl::unexpected(sources.error());
    std::vector<std::string> out;
    for (const auto& source : *sources) {
        if (source.kind == "capture")
            out.push_back(source.path);
    }
    return out;
}

core::Result<void> checkOutput(const ExportOrder& order)
{
    const auto& format = *order.format;
    if (order.output == "-" && format.to != ExportTo::Stream)
        return core::fail("{} needs a file; only streams of bytes go to standard output", format.name);
    std::error_code missing;
    if (format.to == ExportTo::Names && (fs::is_directory(order.output, missing) || !order.output.has_filename()))
        return {};
    return OutputFile::check(order.output, order.overwrite);
}

core::Result<ExportSummary> exportFlows(core::FlowStore& store, const ExportOrder& order, const core::Control& control)
{
    const auto start = Clock::now();
    const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    if (auto right = checkOutput(order); !right)
        return tl::unexpected(right.error());
    // Declared before the writer: a writer that is given up has closed its file before that is removed.
    auto destination = Destination::open(order, control.stop);
    if (!destination)
        return tl::unexpected(destination.error());
    auto target = destination->target(order, store.schema());
    target.settings = order.settings;
    target.stop = control.stop;
    if (auto known = capturesOf(store))
        target.captures = std::move(*known);
    else
        return tl::unexpected(known.error());
    const auto writer = order.format->make(target);
    if (!writer)
        return tl::unexpected(destination->named(writer.error(), order));

    ExportSummary out;
    core::Result<void> written;
    auto told = start;
    const auto take = [&](core::FlowBatch&& batch) {
        written = (*writer)->write(batch);
        out.rows += written ? batch.rows() : 0;
        if (order.progress && Clock::now() - told >= kProgressEvery) {
            told = Clock::now();
            order.progress({out.rows, destination->bytes(), seconds()});
        }
        return written && !control.stop.stop_requested();
    };
    const auto read = core::runFlows(store, order.query, order.format->fields ? order.fields : std::vector<std::string>(), order.now, control, take);
    if (control.stop.stop_requested())
        return core::fail(core::kCancelled);
    if (written && read)
        written = (*writer)->finish();
    if (written && read)
        written = destination->commit();
    out.closed = destination->closed();
    if (!written && !out.closed)
        return tl::unexpected(destination->named(written.error(), order));
    if (!read)
        return tl::unexpected(read.error());
    out.leftOut = (*writer)->leftOut();
    out.damaged = read->damaged;
    out.bytes = order.format->to == ExportTo::Names ? sizeOf(order.output) : destination->bytes();
    out.seconds = seconds();
    return out;
}

} // namespace rivereto::app
