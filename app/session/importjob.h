// SPDX-License-Identifier: GPL-3.0-or-later
// importFiles: files of any kind into a database, for the command line and the window alike.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "collectors/files/flowfile.h"
#include "collectors/pipeline/pipeline.h"

namespace rivereto::app {

struct ImportedFile {
    std::string file;
    core::DecodeStats decoded;
    std::vector<collectors::FileCount> counts;
    std::optional<std::string> damaged; ///< why and where it broke, or why it cannot be read
    bool opened = false;
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
    uint64_t flows = 0;
    double seconds = 0;
};

struct ImportOptions {
    collectors::PipelineOptions pipeline;
    core::InputSettings settings;
    std::function<void(const ImportProgress&)> progress; ///< on the calling thread, now and then; may be empty
};

/// Reads the files one after another through one pipeline, so that templates carry over. Blocks. Errors: the sink failed.
core::Result<ImportSummary> importFiles(const std::vector<std::string>& files, const std::shared_ptr<const core::Schema>& schema,
                                        core::FlowSink& sink, const ImportOptions& options, std::stop_token stop);

} // namespace rivereto::app
