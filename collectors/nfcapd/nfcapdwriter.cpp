// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/nfcapd/nfcapdwriter.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <deque>
#include <map>
#include <optional>

#include "collectors/nfcapd/nfcapdoutput.h"
#include "collectors/nfcapd/nfcapdrows.h"

namespace rivereto::collectors {

namespace {

using nfcapd::NfcapdOutput;
using nfcapd::RowEncoder;

/// Files that keep a block in memory; rows of a time that is not among them open its file again.
constexpr size_t kMostOpen = 4;

/// As nfcapd names a file: local time of its beginning.
std::string nameOf(uint64_t seconds)
{
    const auto time = static_cast<std::time_t>(seconds);
    std::tm local {};
    std::array<char, 64> text {};
    if (::localtime_r(&time, &local) == nullptr || std::strftime(text.data(), text.size(), "nfcapd.%Y%m%d%H%M", &local) == 0)
        return "nfcapd.000001010000";
    return text.data();
}

class NfcapdWriter final : public core::FlowWriter {
public:
    NfcapdWriter(std::filesystem::path path, bool folder, bool made, const NfcapdWriterOptions& options)
        : m_path(std::move(path))
        , m_folder(folder)
        , m_madeFolder(made)
        , m_options(options)
    {
    }
    ~NfcapdWriter() override
    {
        m_files.clear();
        std::error_code ignored;
        if (m_madeFolder && !m_finished)
            std::filesystem::remove(m_path, ignored); // only when nothing is in it
    }

    core::Result<void> begin() { return m_folder ? core::Result<void> {} : choose({}, m_path); }

    core::Result<void> write(const core::FlowBatch& rows) override
    {
        if (m_error)
            return tl::unexpected(*m_error);
        return kept(writeRows(rows));
    }

    core::Result<void> finish() override
    {
        if (m_error)
            return tl::unexpected(*m_error);
        return kept(finishFiles());
    }

private:
    /// The first error is final; what was begun is removed then.
    core::Result<void> kept(core::Result<void> result)
    {
        if (!result) {
            m_error = result.error();
            m_open.clear();
            m_current = nullptr;
            m_files.clear();
        }
        return result;
    }

    core::Result<void> writeRows(const core::FlowBatch& rows)
    {
        m_encoder.begin(rows);
        for (size_t row = 0; row < rows.rows(); ++row) {
            if (m_folder) {
                if (auto chosen = chooseByTime(m_encoder.received(row) / 1000); !chosen)
                    return chosen;
            }
            const auto flow = m_encoder.encode(row);
            if (auto added = m_current->add(flow.record); !added)
                return added;
            m_current->stat().add(flow.protocol, flow.counters, flow.firstMs, flow.lastMs);
        }
        return {};
    }

    core::Result<void> finishFiles()
    {
        for (auto& [name, file] : m_files) {
            if (auto done = file->complete(); !done)
                return done;
        }
        for (auto& [name, file] : m_files) {
            if (auto done = file->commit(); !done)
                return done;
        }
        m_finished = true;
        return {};
    }

    core::Result<void> chooseByTime(uint64_t seconds)
    {
        if (m_current && seconds >= m_from && seconds - m_from < m_options.rotateSeconds)
            return {};
        m_from = seconds - seconds % m_options.rotateSeconds;
        const auto name = nameOf(m_from);
        return choose(name, m_path / name);
    }

    core::Result<void> choose(const std::string& name, const std::filesystem::path& path)
    {
        auto& file = m_files[name];
        if (!file) {
            if (std::error_code ignored; m_folder && !m_options.replace && std::filesystem::exists(path, ignored))
                return core::fail("“{}” exists already; choose another folder, or remove it", path.string());
            file = std::make_unique<NfcapdOutput>(path, m_options.compression, m_options.ident);
            if (auto created = file->create(); !created)
                return created;
        }
        m_current = file.get();
        std::erase(m_open, m_current);
        m_open.push_back(m_current);
        if (m_open.size() <= kMostOpen)
            return {};
        auto* oldest = m_open.front();
        m_open.pop_front();
        return oldest->suspend();
    }

    std::filesystem::path m_path;
    bool m_folder;
    bool m_madeFolder; ///< by us
    NfcapdWriterOptions m_options;
    RowEncoder m_encoder;
    /// By name, because the hour that comes twice in autumn has the same names twice.
    std::map<std::string, std::unique_ptr<NfcapdOutput>> m_files;
    NfcapdOutput* m_current = nullptr;
    std::deque<NfcapdOutput*> m_open; ///< longest not used first
    uint64_t m_from = 0; ///< seconds; of m_current
    bool m_finished = false;
    std::optional<core::Error> m_error;
};

} // namespace

core::Result<std::unique_ptr<core::FlowWriter>> makeNfcapdWriter(const std::filesystem::path& output, const NfcapdWriterOptions& options)
{
    namespace fs = std::filesystem;
    if (output.empty() || output == "-")
        return core::fail("nfcapd files cannot be written to standard output; name a file or a folder");
    if (options.rotateSeconds == 0)
        return core::fail("an nfcapd file must span at least a second");
    std::error_code error;
    const bool folder = !output.has_filename() || fs::is_directory(output, error);
    bool made = false;
    // The file that a symbolic link names is what is meant, not the link.
    auto path = fs::weakly_canonical(output, error);
    if (error)
        path = output;
    if (folder) {
        made = fs::create_directories(path, error);
        if (error)
            return core::fail("cannot make the folder “{}”: {}", output.string(), error.message());
    } else if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
        return core::fail("“{}” is neither a file nor a folder, so no nfcapd file can take its place", output.string());
    }
    auto writer = std::make_unique<NfcapdWriter>(path, folder, made, options);
    if (auto begun = writer->begin(); !begun)
        return tl::unexpected(begun.error());
    return writer;
}

} // namespace rivereto::collectors
