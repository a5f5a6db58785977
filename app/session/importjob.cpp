// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/importjob.h"

#include <algorithm>
#include <chrono>

#include "collectors/files/filekinds.h"
#include "storage/sqlite/database.h"

namespace rivereto::app {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kProgressEvery = std::chrono::milliseconds(100);

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// What `after` has beyond `before`.
core::DecodeStats difference(const core::DecodeStats& after, const core::DecodeStats& before)
{
    core::DecodeStats out;
    for (size_t i = 0; i < core::DecodeStats::kSize; ++i) {
        const auto id = static_cast<core::DecodeCount>(i);
        out.add(id, after[id] - before[id]);
    }
    return out;
}

/// Takes one file through the pipeline.
class FileReading {
public:
    FileReading(collectors::Pipeline& pipeline, const ImportOptions& options, const std::shared_ptr<const core::Schema>& schema)
        : m_pipeline(pipeline), m_options(options), m_schema(schema), m_rows(schema)
    {
    }

    void run(ImportedFile& out, const std::stop_token& stop)
    {
        // Reading an open database as a file would give up its locks.
        if (storage::Database::isOpen(out.file)) {
            out.damaged = fmt::format("{}: is an open database, not a capture", out.file);
            return;
        }
        const auto file = collectors::openFlowFile(out.file, {.schema = m_schema, .settings = m_options.settings});
        if (!file) {
            out.damaged = file.error().message();
            return;
        }
        out.opened = true;
        read(**file, out, stop);
        m_pipeline.push(m_rows);
        m_pipeline.drain();
        const auto now = m_pipeline.stats();
        out.decoded = difference(now, std::exchange(m_before, now));
        out.decoded += (*file)->decoded();
        m_total += (*file)->decoded();
        out.counts = (*file)->counts();
        if ((*file)->damage())
            out.damaged = (*file)->damage()->message();
    }

    /// Of what is known so far.
    [[nodiscard]] core::DecodeStats total() const
    {
        auto out = m_pipeline.stats();
        out += m_total;
        return out;
    }
    /// What the pipeline has counted since the last file.
    [[nodiscard]] core::DecodeStats rest() const { return difference(m_pipeline.stats(), m_before); }

private:
    void read(collectors::FlowFile& file, const ImportedFile& out, const std::stop_token& stop)
    {
        auto status = collectors::FlowFile::Status::More;
        while (status == collectors::FlowFile::Status::More && !m_pipeline.error()) {
            status = file.read(m_datagrams, m_rows, stop);
            m_pipeline.push(m_datagrams);
            if (m_rows.rows() >= collectors::FlowFile::kRowsWanted)
                m_pipeline.push(m_rows);
            if (m_options.progress && Clock::now() - m_shown >= kProgressEvery) {
                m_shown = Clock::now();
                m_options.progress({out.file, file.bytesRead(), file.bytesTotal(), total().flows() + file.decoded().flows(), secondsSince(m_start)});
            }
        }
    }

    collectors::Pipeline& m_pipeline;
    const ImportOptions& m_options;
    std::shared_ptr<const core::Schema> m_schema;
    Clock::time_point m_start = Clock::now();
    Clock::time_point m_shown = m_start;
    core::DatagramBatch m_datagrams;
    core::FlowBatch m_rows;
    core::DecodeStats m_before; ///< of the pipeline, at the end of the last file
    core::DecodeStats m_total;  ///< of the files
};

} // namespace

bool ImportSummary::damaged() const
{
    return std::ranges::any_of(files, [](const ImportedFile& file) { return file.damaged.has_value(); });
}

core::Result<ImportSummary> importFiles(const std::vector<std::string>& files, const std::shared_ptr<const core::Schema>& schema,
                                        core::FlowSink& sink, const ImportOptions& options, std::stop_token stop)
{
    const auto start = Clock::now();
    ImportSummary out;
    collectors::Pipeline pipeline(schema, sink, options.pipeline);
    FileReading reading(pipeline, options, schema);
    for (const auto& path : files) {
        reading.run(out.files.emplace_back(ImportedFile{.file = path}), stop);
        out.cancelled = stop.stop_requested();
        if (out.cancelled || pipeline.error())
            break;
    }
    const auto known = reading.total();
    sink.received({known.records(), known.flows()});
    if (auto finished = pipeline.finish(); !finished)
        return tl::unexpected(finished.error());
    out.total = reading.total();
    // Data sets that never found their template are known only at the end; they belong to the job's last file.
    if (!out.files.empty())
        out.files.back().decoded += reading.rest();
    out.seconds = secondsSince(start);
    return out;
}

} // namespace rivereto::app
