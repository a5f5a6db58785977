// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/importjob.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "app/session/inputfiles.h"
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

    /// For the progress of all.
    void expect(const std::vector<std::string>& files)
    {
        for (const auto& file : files) {
            const auto size = sizeOf(file);
            m_allTotal += size;
            m_sizesKnown = m_sizesKnown && size > 0;
        }
    }

    void run(ImportedFile& out, const std::stop_token& stop)
    {
        // Reading an open database as a file would give up its locks.
        if (storage::Database::isOpen(out.file)) {
            out.damaged = fmt::format("{}: is an open database, not a capture", out.file);
            return;
        }
        const auto fingerprint = fingerprintOf(out.file);
        if (isKnown(fingerprint, out))
            return;
        const auto file = collectors::openFlowFile(out.file, {.schema = m_schema, .settings = m_options.settings});
        if (!file) {
            out.damaged = file.error().message();
            return;
        }
        out.opened = true;
        read(**file, out, stop);
        m_allRead += std::max(sizeOf(out.file), (*file)->bytesRead());
        m_pipeline.push(m_rows);
        m_pipeline.drain();
        const auto now = m_pipeline.stats();
        out.decoded = difference(now, std::exchange(m_before, now));
        out.decoded += (*file)->decoded();
        m_total += (*file)->decoded();
        out.counts = (*file)->counts();
        if ((*file)->damage())
            out.damaged = (*file)->damage()->message();
        if (fingerprint != 0 && !stop.stop_requested())
            m_read.push_back(sourceOf(out, fingerprint));
    }

    /// Files that were read to their end since the last call.
    [[nodiscard]] std::vector<core::SourceFile> takeSources()
    {
        std::vector<core::SourceFile> out(m_read.begin() + static_cast<std::ptrdiff_t>(m_taken), m_read.end());
        m_taken = m_read.size();
        return out;
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
    static uint64_t sizeOf(const std::string& path)
    {
        std::error_code error;
        const auto size = std::filesystem::file_size(path, error);
        return error ? 0 : size;
    }

    bool isKnown(uint64_t fingerprint, ImportedFile& out)
    {
        for (const std::vector<core::SourceFile>* files : {&m_options.known, &std::as_const(m_read)}) {
            const auto found = std::ranges::find(*files, fingerprint, &core::SourceFile::fingerprint);
            if (fingerprint == 0 || found == files->end())
                continue;
            out.known = *found;
            m_allRead += sizeOf(out.file);
            return true;
        }
        return false;
    }

    static core::SourceFile sourceOf(const ImportedFile& file, uint64_t fingerprint)
    {
        std::error_code error;
        const auto glance = collectors::glanceAt(file.file);
        const auto changed = std::filesystem::last_write_time(file.file, error);
        const auto ms = [](auto time) { return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count()); };
        return {.path = std::filesystem::absolute(file.file, error).string(), .kind = glance.kind ? std::string(glance.kind->name) : std::string(), .bytes = sizeOf(file.file),
                .changedMs = ms(std::chrono::file_clock::to_sys(changed)), .fingerprint = fingerprint, .readMs = ms(std::chrono::system_clock::now()), .flows = file.decoded.flows()};
    }

    [[nodiscard]] ImportProgress progressOf(const collectors::FlowFile& file, const std::string& name) const
    {
        return {.file = name, .bytesRead = file.bytesRead(), .bytesTotal = file.bytesTotal(), .allRead = m_allRead + file.bytesRead(), .allTotal = m_sizesKnown ? m_allTotal : 0,
                .flows = total().flows() + file.decoded().flows(), .seconds = secondsSince(m_start + m_paused),
                .metered = m_pipeline.stats().datagrams() == 0 && collectors::countOf(file.counts(), "metered-packets") > 0};
    }

    void read(collectors::FlowFile& file, const ImportedFile& out, const std::stop_token& stop)
    {
        auto status = collectors::FlowFile::Status::More;
        while (status == collectors::FlowFile::Status::More && !m_pipeline.error()) {
            if (m_options.pause)
                m_paused += m_options.pause->wait(stop);
            status = file.read(m_datagrams, m_rows, stop);
            m_pipeline.push(m_datagrams);
            if (m_rows.rows() >= collectors::FlowFile::kRowsWanted)
                m_pipeline.push(m_rows);
            if (m_options.progress && Clock::now() - m_shown >= kProgressEvery) {
                m_shown = Clock::now();
                m_options.progress(progressOf(file, out.file));
            }
        }
    }

    collectors::Pipeline& m_pipeline;
    const ImportOptions& m_options;
    std::shared_ptr<const core::Schema> m_schema;
    Clock::time_point m_start = Clock::now();
    Clock::time_point m_shown = m_start;
    Clock::duration m_paused{};
    uint64_t m_allRead = 0; ///< of files that are done
    uint64_t m_allTotal = 0;
    bool m_sizesKnown = true;
    std::vector<core::SourceFile> m_read;
    size_t m_taken = 0; ///< of them
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

struct Importer::State {
    State(std::shared_ptr<const core::Schema> schema, core::FlowSink& s, ImportOptions o)
        : sink(s), options(std::move(o)), pipeline(schema, s, options.pipeline), reading(pipeline, options, schema)
    {
    }
    /// The sink is told what has become known since it was told last.
    void tell()
    {
        const auto known = reading.total();
        sink.received({known.records() - told.records, known.flows() - told.flows});
        told = {known.records(), known.flows()};
        for (auto& source : reading.takeSources())
            sink.source(std::move(source));
    }

    core::FlowSink& sink;
    ImportOptions options;
    collectors::Pipeline pipeline;
    FileReading reading;
    ImportSummary summary;
    core::Received told;
    Clock::time_point start = Clock::now();
};

Importer::Importer(std::shared_ptr<const core::Schema> schema, core::FlowSink& sink, ImportOptions options)
    : m_state(std::make_unique<State>(std::move(schema), sink, std::move(options)))
{
}

Importer::~Importer() = default;

bool Importer::read(const std::vector<std::string>& files, const std::stop_token& stop)
{
    auto& state = *m_state;
    state.reading.expect(files);
    for (const auto& path : files) {
        auto& file = state.summary.files.emplace_back(ImportedFile{.file = path});
        state.reading.run(file, stop);
        if (state.options.fileDone)
            state.options.fileDone(file);
        state.tell();
        state.summary.cancelled = stop.stop_requested();
        if (state.summary.cancelled || state.pipeline.error())
            return false;
    }
    return true;
}

void Importer::follow(const std::vector<std::string>& paths, const std::stop_token& stop, const std::function<bool(size_t files)>& more)
{
    constexpr auto kLook = std::chrono::seconds(1);
    constexpr auto kStep = std::chrono::milliseconds(50);
    FolderWatch watch(paths);
    for (bool on = true; on && !stop.stop_requested();) {
        const auto files = watch.newFiles();
        on = read(files, stop) && more(files.size());
        for (auto waited = kStep; on && waited <= kLook && !stop.stop_requested(); waited += kStep)
            std::this_thread::sleep_for(kStep);
    }
}

core::Result<ImportSummary> Importer::finish()
{
    auto& state = *m_state;
    state.tell();
    if (auto finished = state.pipeline.finish(); !finished)
        return tl::unexpected(finished.error());
    state.summary.total = state.reading.total();
    // Data sets that never found their template are known only at the end; they belong to the job's last file.
    if (!state.summary.files.empty())
        state.summary.files.back().decoded += state.reading.rest();
    state.summary.seconds = secondsSince(state.start);
    return std::move(state.summary);
}

core::Result<ImportSummary> importFiles(const std::vector<std::string>& files, const std::shared_ptr<const core::Schema>& schema,
                                        core::FlowSink& sink, const ImportOptions& options, std::stop_token stop)
{
    Importer importer(schema, sink, options);
    importer.read(files, stop);
    return importer.finish();
}

} // namespace rivereto::app
