// SPDX-License-Identifier: GPL-3.0-or-later
// importFiles: files of any kind into a database, for the command line and the window alike.
#pragma once

#include <algorithm>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "collectors/files/flowfile.h"
#include "app/session/pausegate.h"
#include "collectors/pipeline/pipeline.h"

namespace rivereto::app {

struct ImportedFile {
    std::string file;
    core::DecodeStats decoded;
    std::vector<collectors::FileCount> counts;
    std::optional<std::string> damaged; ///< why and where it broke, or why it cannot be read
    bool opened = false;
    /// The same file was read before, then: it was left.
    std::optional<core::SourceFile> known;
};

struct ImportSummary {
    std::vector<ImportedFile> files;
    core::DecodeStats total;
    double seconds = 0;
    bool cancelled = false;
    /// Some input was damaged or could not be read.
    [[nodiscard]] bool damaged() const;
};

struct ImportProgress {
    std::string file;
    uint64_t bytesRead = 0;
    uint64_t bytesTotal = 0; ///< 0: unknown
    uint64_t allRead = 0;    ///< of all files of the job
    uint64_t allTotal = 0;   ///< 0: unknown
    uint64_t flows = 0;
    double seconds = 0; ///< pauses left out
    bool metered = false; ///< there are flows, and none came by flow export
    /// Negative: not known.
    [[nodiscard]] double share() const { return allTotal == 0 ? -1 : static_cast<double>(allRead) / static_cast<double>(allTotal); }
    [[nodiscard]] double secondsLeft() const { return allRead == 0 || allTotal == 0 ? -1 : seconds * static_cast<double>(allTotal - std::min(allRead, allTotal)) / static_cast<double>(allRead); }
};

struct ImportOptions {
    collectors::PipelineOptions pipeline;
    core::InputSettings settings;
    std::function<void(const ImportProgress&)> progress; ///< on the calling thread, now and then; may be empty
    std::function<void(const ImportedFile&)> fileDone;   ///< on the calling thread, after each file; may be empty
    std::vector<core::SourceFile> known;                 ///< files that are not read again
    PauseGate* pause = nullptr;                          ///< not owned; may be null
};

/// Reads files (see inputFiles) one after another through one pipeline, so that templates carry over. The same file comes only once,
/// by whatever name. Used by one thread.
class Importer {
public:
    Importer(std::shared_ptr<const core::Schema> schema, core::FlowSink& sink, ImportOptions options);
    ~Importer();
    /// Blocks. False when it was stopped, or the sink failed. May be called again with more files.
    bool read(const std::vector<std::string>& files, const std::stop_token& stop);
    /// Reads what is in folders, then what comes into them (see FolderWatch), until it is stopped, the sink fails, or `more`, which is told each
    /// second how many files there were, returns false.
    void follow(const std::vector<std::string>& paths, const std::stop_token& stop, const std::function<bool(size_t files)>& more);
    /// Everything is stored. Errors: the sink failed. Nothing can be read afterwards.
    core::Result<ImportSummary> finish();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// The same for files that are all there.
core::Result<ImportSummary> importFiles(const std::vector<std::string>& files, const std::shared_ptr<const core::Schema>& schema,
                                        core::FlowSink& sink, const ImportOptions& options, std::stop_token stop);

} // namespace rivereto::app
