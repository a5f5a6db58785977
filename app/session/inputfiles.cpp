// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/inputfiles.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <unordered_set>

#include "collectors/files/filekinds.h"
#include "core/base/ip.h"
#include "storage/sqlite/database.h"

namespace rivereto::app {

namespace {

namespace fs = std::filesystem;

struct Found {
    std::string path;
    uint64_t beginsMs = UINT64_MAX; ///< that much: not known
};

bool isRegular(const fs::path& path)
{
    std::error_code error;
    return fs::is_regular_file(path, error);
}

/// Looking into an open database would give up its locks.
bool mayLookInto(const std::string& path)
{
    return path != "-" && isRegular(path) && !storage::Database::isOpen(path);
}

uint64_t changedMs(const std::string& path)
{
    std::error_code error;
    const auto time = fs::last_write_time(path, error);
    const auto since = std::chrono::file_clock::to_sys(time).time_since_epoch();
    return error ? UINT64_MAX : static_cast<uint64_t>(std::max<int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count(), 0));
}

bool isWithin(const Found& found, const FileTimes& times)
{
    if (found.beginsMs == UINT64_MAX)
        return true;
    return found.beginsMs < times.to && std::max(found.beginsMs, changedMs(found.path)) >= times.from;
}

void addFile(const std::string& path, bool named, std::vector<Found>& out)
{
    Found found{.path = path};
    if (mayLookInto(path)) {
        const auto glance = collectors::glanceAt(path);
        if (!glance.kind && !named)
            return;
        if (glance.beginsMs > 0)
            found.beginsMs = glance.beginsMs;
    } else if (!named) {
        return;
    }
    out.push_back(std::move(found));
}

void addFolder(const fs::path& folder, std::vector<Found>& out)
{
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator it(folder, error); !error && it != fs::directory_iterator(); it.increment(error))
        entries.push_back(it->path());
    std::ranges::sort(entries);
    for (const auto& entry : entries) {
        if (entry.filename().string().starts_with('.'))
            continue;
        // A link to a folder may lead back to it.
        if (fs::is_directory(fs::symlink_status(entry, error)))
            addFolder(entry, out);
        else
            addFile(entry.string(), false, out);
    }
}

} // namespace

std::vector<std::string> inputFiles(const std::vector<std::string>& paths, const FileTimes& times)
{
    std::vector<Found> found;
    for (const auto& path : paths) {
        std::error_code error;
        if (fs::is_directory(path, error))
            addFolder(path, found);
        else
            addFile(path, true, found);
    }
    std::ranges::stable_sort(found, {}, &Found::beginsMs);
    std::vector<std::string> out;
    std::unordered_set<std::string> seen;
    for (auto& one : found) {
        if (!isWithin(one, times))
            continue;
        std::error_code error;
        const auto canonical = one.path == "-" ? fs::path("-") : fs::weakly_canonical(one.path, error);
        if (seen.insert(error ? one.path : canonical.string()).second)
            out.push_back(std::move(one.path));
    }
    return out;
}

std::vector<std::string> FolderWatch::newFiles()
{
    constexpr uint64_t kQuietMs = 5000;
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    std::vector<std::string> out;
    for (auto& path : inputFiles(m_paths)) {
        if (m_given.contains(path) || fs::path(path).filename().string().starts_with("nfcapd.current"))
            continue;
        std::error_code error;
        const auto changed = changedMs(path);
        const std::pair state(static_cast<uint64_t>(fs::file_size(path, error)), static_cast<int64_t>(changed));
        const auto seen = m_seen.find(path);
        const bool quiet = changed + kQuietMs < static_cast<uint64_t>(now);
        if (quiet || (seen != m_seen.end() && seen->second == state)) {
            m_seen.erase(path);
            m_given.insert(path);
            out.push_back(std::move(path));
        } else {
            m_seen[path] = state;
        }
    }
    return out;
}

uint64_t fingerprintOf(const std::string& path)
{
    constexpr size_t kPart = 64 * 1024;
    if (!mayLookInto(path))
        return 0;
    std::error_code error;
    const auto size = fs::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file)
        return 0;
    uint64_t sum = core::mix64(size + 1);
    std::string part(kPart, '\0');
    for (const uint64_t at : {uint64_t{0}, size / 2, size - std::min<uint64_t>(size, kPart)}) {
        file.clear();
        file.seekg(static_cast<std::streamoff>(at));
        file.read(part.data(), kPart);
        for (size_t i = 0; i < static_cast<size_t>(file.gcount()); ++i)
            sum = (sum ^ static_cast<uint8_t>(part[i])) * 0x100000001b3ULL;
        sum = core::mix64(sum);
    }
    return std::max<uint64_t>(sum, 1);
}

} // namespace rivereto::app
