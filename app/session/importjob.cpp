// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/importjob.h"

#include <algorithm>
#include <chrono>

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

} // namespace

bool ImportSummary::damaged() const
{
    return std::ranges::any_of(files, [](const ImportedFile& file) { return file.damaged.has_value(); });
}

core::Result<ImportSummary> importCaptures(const std::vector<std::string>& files, const std::shared_ptr<const core::Schema>& schema,
                                           core::FlowSink& sink, collectors::PipelineOptions options, std::stop_token stop,
                                           const std::function<void(const ImportProgress&)>& progress)
{
    const auto start = Clock::now();
    auto shown = start;
    ImportSummary out;
    collectors::Pipeline pipeline(schema, sink, std::move(options));
    core::DecodeStats before;
    for (const auto& path : files) {
        auto& file = out.files.emplace_back(ImportedFile{.file = path});
        // Reading an open database as a file would give up its locks.
        if (storage::Database::isOpen(path)) {
            file.damaged = fmt::format("{}: is an open database, not a capture", path);
            continue;
        }
        auto reader = collectors::CaptureReader::open(path);
        if (!reader) {
            file.damaged = reader.error().message();
            continue;
        }
        file.opened = true;
        core::DatagramBatch batch;
        auto status = collectors::CaptureReader::Status::More;
        while (status == collectors::CaptureReader::Status::More && !pipeline.error()) {
            status = (*reader)->read(batch, stop);
            pipeline.push(batch);
            if (progress && Clock::now() - shown >= kProgressEvery) {
                shown = Clock::now();
                progress({path, (*reader)->bytesRead(), (*reader)->bytesTotal(), pipeline.stats().flows(), secondsSince(start)});
            }
        }
        pipeline.drain();
        file.capture = (*reader)->stats();
        const auto now = pipeline.stats();
        file.decoded = difference(now, std::exchange(before, now));
        if ((*reader)->damage())
            file.damaged = (*reader)->damage()->message();
        if (stop.stop_requested()) {
            out.cancelled = true;
            break;
        }
    }
    sink.received({pipeline.stats().records(), pipeline.stats().flows()});
    if (auto finished = pipeline.finish(); !finished)
        return tl::unexpected(finished.error());
    out.total = pipeline.stats();
    // Data sets that never found their template are known only at the end; they belong to the job's last file.
    if (!out.files.empty())
        out.files.back().decoded += difference(out.total, before);
    out.seconds = secondsSince(start);
    return out;
}

} // namespace rivereto::app
