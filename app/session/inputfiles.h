// SPDX-License-Identifier: GPL-3.0-or-later
// inputFiles: what is to be read when people name files and folders; fingerprintOf: by what a file is known again.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace rivereto::app {

/// Times that files must have to do with; ms, half open. Files that say no time have to do with all.
struct FileTimes {
    uint64_t from = 0;
    uint64_t to = UINT64_MAX;
};

/// Files as they are named, and those within folders that hold traffic (hidden ones are passed over), each once, by the time that their
/// traffic begins at; what says no time comes last, as it was named. "-" and pipes are not touched. Blocks: looks into each file.
/// A file is taken to end with its last change.
std::vector<std::string> inputFiles(const std::vector<std::string>& paths, const FileTimes& times = {});

/// Whether this is a regular file that may be opened: looking into an open database would give up its locks.
bool mayLookInto(const std::string& path);
/// Those whose packets can be read again. Blocks: looks into each file.
std::vector<std::string> capturesAmong(const std::vector<std::string>& files);

/// New files of folders (and of any other paths), as they become complete.
class FolderWatch {
public:
    explicit FolderWatch(std::vector<std::string> paths) : m_paths(std::move(paths)) { }
    /// Files that are there and were not given before: those that have not changed since the last look, or for a while. nfcapd's
    /// current file is never among them.
    std::vector<std::string> newFiles();

private:
    std::vector<std::string> m_paths;
    std::unordered_set<std::string> m_given;
    struct Seen {
        std::pair<uint64_t, uint64_t> state; ///< size and time
        bool refused = false;                ///< it held no traffic then
    };
    std::unordered_map<std::string, Seen> m_seen; ///< files that were not given
};

/// Of size, beginning, middle and end; 0 for what is no regular file or cannot be read.
uint64_t fingerprintOf(const std::string& path);

} // namespace rivereto::app
