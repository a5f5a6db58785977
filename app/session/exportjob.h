// SPDX-License-Identifier: GPL-3.0-or-later
// exportFlows: the flows of a question into a file of one of the formats of a table.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/session/outputfile.h"
#include "core/decode/inputsettings.h"
#include "core/query/run.h"
#include "core/store/flowwriter.h"

namespace rivereto::app {

/// What a writer is made for.
struct ExportTarget {
    std::filesystem::path path;                                    ///< of the file, for those that write it themselves
    std::function<core::Result<void>(std::string_view)> put;       ///< takes the bytes of the others
    std::shared_ptr<const core::Schema> schema;                    ///< of the rows
    std::vector<std::string> fields;                               ///< columns, for formats that take a choice of them
    int utcOffsetMinutes = 0;
    std::vector<std::string> captures; ///< packet captures that the store's flows were read from
    core::InputSettings settings;      ///< that they were read with
    std::stop_token stop;
    Overwrite overwrite = Overwrite::No;                           ///< for those that name their files themselves
};

/// Who opens and names the file.
enum class ExportTo : uint8_t {
    Stream, ///< the writer gives bytes in order to ExportTarget::put; they may go to standard output
    File,   ///< the writer makes one new file, ExportTarget::path, which gets its name when it is complete
    Names   ///< the writer is given the user's name and takes care of temporary names itself
};

struct ExportFormat {
    std::string_view name;   ///< of --format
    std::string_view what;   ///< in words
    std::string_view ending; ///< of file names, with the dot
    ExportTo to;
    bool fields; ///< takes a choice of columns; the others write all they have a place for
    core::Result<std::unique_ptr<core::FlowWriter>> (*make)(const ExportTarget& target);
};

/// The table. A new format is a line in exportjob.cpp.
std::span<const ExportFormat> exportFormats();
/// "csv, json, …"
std::string exportFormatNames();
/// By name, else by the ending of `output`. The error lists what there is.
core::Result<const ExportFormat*> exportFormat(const std::optional<std::string>& name, const std::filesystem::path& output);

struct ExportProgress {
    uint64_t rows = 0;
    uint64_t bytes = 0; ///< 0: not known yet
    double seconds = 0;
};

struct ExportOrder {
    const ExportFormat* format = nullptr;
    std::filesystem::path output; ///< "-" is standard output, for formats that are streams
    Overwrite overwrite = Overwrite::No;
    core::Query query; ///< of kind flows
    std::vector<std::string> fields; ///< for formats that take them
    core::Now now;
    core::InputSettings settings; ///< that captures were read with, for formats that read them once more
    std::function<void(const ExportProgress&)> progress; ///< on the calling thread, now and then; may be empty
};

struct ExportSummary {
    uint64_t rows = 0;
    uint64_t bytes = 0; ///< 0: not one file
    double seconds = 0;
    bool closed = false; ///< whoever read the pipe wanted no more
    std::vector<std::string> leftOut; ///< columns with values for which the format has no place
    std::vector<core::DamagedPart> damaged; ///< of the store: flows that are missing
};

/// Packet captures that the flows of a store were read from.
core::Result<std::vector<std::string>> capturesOf(core::FlowStore& store);
/// What is wrong with the output, found before anything is read.
core::Result<void> checkOutput(const ExportOrder& order);
/// Blocks. After an error, core::kCancelled among them, nothing is left under the output's name. Takes constant memory.
core::Result<ExportSummary> exportFlows(core::FlowStore& store, const ExportOrder& order, const core::Control& control);

} // namespace rivereto::app
