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
    bool named = false; ///< not only within a folder
    uint64_t beginsMs = UINT64_MAX; ///< that much: not known
};

bool isRegular(const fs::path& path)
{
    std::error_code error;
    return fs::is_regular_file(path, error);
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
            out.push_back({.path = entry.string()});
    }
}

/// Files, none of them looked into.
std::vector<Found> listed(const std::vector<std::string>& paths)
{
    std::vector<Found> out;
    for (const auto& path : paths) {
        std::error_code error;
        if (fs::is_directory(path, error))
            addFolder(path, out);
        else
            out.push_back({.path = path, .named = true});
    }
    return out;
}

/// False for what is in a folder and holds no traffic.
bool look(Found& file)
{
    if (!mayLookInto(file.path))
        return file.named;
    const auto glance = collectors::glanceAt(file.path);
    if (glance.beginsMs > 0)
        file.beginsMs = glance.beginsMs;
    return glance.kind || file.named;
}

/// By time, each once.
std::vector<std::string> inOrder(std::vector<Found> files)
{
    std::ranges::stable_sort(files, {}, &Found::beginsMs);
    std::vector<std::string> out;
    std::unordered_set<std::string> seen;
    for (auto& one : files) {
        std::error_code error;
        const auto canonical = one.path == "-" ? fs::path("-") : fs::weakly_canonical(one.path, error);
        if (seen.insert(error ? one.path : canonical.string()).second)
            out.push_back(std::move(one.path));
    }
    return out;
}

} // namespace

bool mayLookInto(const std::string& path)
{
    return path != "-" && isRegular(path) && !storage::Database::isOpen(path);
}

std::vector<std::string> inputFiles(const std::vector<std::string>& paths, const FileTimes& times)
{
    auto files = listed(paths);
    std::erase_if(files, [&](Found& file) { return !look(file) || !isWithin(file, times); });
    return inOrder(std::move(files));
}

std::vector<std::string> capturesAmong(const std::vector<std::string>& files)
{
    std::vector<std::string> out;
    std::ranges::copy_if(files, std::back_inserter(out), [](const std::string& file) {
        const auto* kind = mayLookInto(file) ? collectors::glanceAt(file).kind : nullptr;
        return kind && kind->name == "capture";
    });
    return out;
}

std::vector<std::string> FolderWatch::newFiles()
{
    constexpr uint64_t kQuietMs = 5000;
    const auto now = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
    std::vector<Found> out;
    for (auto& file : listed(m_paths)) {
        if (m_given.contains(file.path) || fs::path(file.path).filename().string().starts_with("nfcapd.current"))
            continue;
        std::error_code error;
        const auto changed = changedMs(file.path);
        const std::pair state(static_cast<uint64_t>(fs::file_size(file.path, error)), changed);
        auto& seen = m_seen[file.path];
        const bool same = seen.state == state;
        const bool complete = same || changed + kQuietMs < now;
        // What holds no traffic is looked into again when it has changed, not with every look at the folder.
        if (!complete || (same && seen.refused)) {
            seen = {.state = state, .refused = same && seen.refused};
        } else if (look(file)) {
            m_seen.erase(file.path);
            m_given.insert(file.path);
            out.push_back(std::move(file));
        } else {
            seen = {.state = state, .refused = true};
        }
    }
    return inOrder(std::move(out));
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
