// SPDX-License-Identifier: GPL-3.0-or-later
// CaptureSource: finds datagrams again by reading capture files once more; DemoSource: by making the demo once more.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "collectors/demo/demonetwork.h"
#include "core/store/datagramsource.h"

namespace rivereto::app {

/// Reads datagrams in order of their arrival from the beginning until those of the wanted time have passed, and remembers what
/// lay around them: neighbouring flows are found without reading again. Memory is bounded.
class ReplaySource : public core::DatagramSource {
public:
    core::Result<core::DatagramsFound> find(const core::DatagramQuestion& question, const core::Control& control) final;
    core::Result<void> readAll(const core::Control& control, const Take& take) final;

protected:
    enum class Next : uint8_t {
        More,
        NextFile, ///< nothing more of this file is wanted
        Done
    };
    using Search = std::function<Next(const core::Datagram& datagram, const core::Ip& destination, uint16_t port)>;
    /// Hands out all datagrams from the first on, as far as they are wanted.
    virtual core::Result<void> replay(const core::Control& control, const Search& take) = 0;

private:
    /// Datagrams that bring templates; of those that bring the same only the last.
    class Templates {
    public:
        void add(const core::Datagram& datagram);
        [[nodiscard]] bool has(const core::Ip& source) const;
        [[nodiscard]] std::vector<core::KeptDatagram> list() const { return {m_datagrams.begin(), m_datagrams.end()}; }

    private:
        std::list<core::KeptDatagram> m_datagrams; ///< oldest first
        std::unordered_map<size_t, std::list<core::KeptDatagram>::iterator> m_byContent;
        size_t m_bytes = 0;
    };
    /// What came at and around a time.
    struct Window {
        core::TimeRange time; ///< all that came then is in `datagrams`
        std::deque<core::KeptDatagram> datagrams;
        size_t bytes = 0;
        std::vector<core::KeptDatagram> before; ///< with templates, before the first of them
        std::vector<core::KeptDatagram> after;
        void add(core::KeptDatagram datagram);
    };
    class Filler;
    [[nodiscard]] static core::DatagramsFound pick(const Window& window, const core::DatagramQuestion& question);

    std::mutex m_mutex; ///< one search at a time
    Window m_window;
};

class CaptureSource final : public ReplaySource {
public:
    /// Files in the order they were read in.
    explicit CaptureSource(std::vector<std::string> files) : m_files(std::move(files)) { }

protected:
    core::Result<void> replay(const core::Control& control, const Search& take) override;

private:
    std::vector<std::string> m_files;
};

/// Port that a demo exporter sends from.
constexpr uint16_t demoPort(size_t exporter) { return static_cast<uint16_t>(49152 + exporter); }

class DemoSource final : public ReplaySource {
public:
    DemoSource(collectors::DemoScenario scenario, uint64_t flows) : m_scenario(std::move(scenario)), m_flows(flows) { }

protected:
    core::Result<void> replay(const core::Control& control, const Search& take) override;

private:
    collectors::DemoScenario m_scenario;
    uint64_t m_flows;
};

} // namespace rivereto::app
