// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/capturesource.h"

#include <algorithm>

#include "collectors/capture/capturereader.h"
#include "collectors/demo/demo.h"
#include "core/decode/bytes.h"
#include "core/decode/dissect.h"
#include "storage/sqlite/database.h"

namespace rivereto::app {

using core::KeptDatagram;

namespace {

/// Remembered on either side of the wanted time.
constexpr uint64_t kAroundMs = 2000;
/// How far out of order a capture may be: merged and made ones are by minutes, but not by many datagrams.
constexpr uint64_t kDisorderMs = 3000;
constexpr uint64_t kDisorderDatagrams = 20'000;
/// Exporters send their templates together, or nearly so.
constexpr uint64_t kTemplatesTogetherMs = 5000;
constexpr size_t kWindowBytes = 32 << 20;
constexpr size_t kTemplateBytes = 16 << 20;
constexpr size_t kMostCandidates = 256;
/// How much is read beyond the wanted time in search of a template that came late.
constexpr uint64_t kLateDatagrams = 200'000;

KeptDatagram keep(const core::Datagram& datagram, const core::Ip& destination = {}, uint16_t port = 0)
{
    return {.origin = datagram, .destination = destination, .destinationPort = port, .payload = {datagram.payload.begin(), datagram.payload.end()}};
}

size_t costOf(const KeptDatagram& datagram) { return datagram.payload.size() + sizeof(KeptDatagram) + 64; }

/// Equal for datagrams that bring the same templates for the same session.
size_t templatesHash(const core::Datagram& datagram)
{
    const core::Bytes payload = datagram.payload;
    const bool v9 = core::load16(payload.data()) == 9;
    std::string content(reinterpret_cast<const char*>(payload.data() + (v9 ? 16 : 12)), 4); // source id, observation domain
    for (core::Bytes rest = payload.subspan(v9 ? 20 : 16); rest.size() >= 4;) {
        const size_t length = core::load16(rest.data() + 2);
        if (length < 4 || length > rest.size())
            break;
        if (core::load16(rest.data()) < 256)
            content.append(reinterpret_cast<const char*>(rest.data()), length);
        rest = rest.subspan(length);
    }
    return std::hash<core::Ip>()(datagram.source) ^ core::mix64(std::hash<std::string>()(content) + datagram.sourcePort);
}

/// Records of these protocols mean nothing without templates.
bool needsTemplates(core::Protocol protocol) { return protocol == core::Protocol::NetFlow9 || protocol == core::Protocol::Ipfix; }

} // namespace

void ReplaySource::Templates::add(const core::Datagram& datagram)
{
    const auto hash = templatesHash(datagram);
    if (const auto known = m_byContent.find(hash); known != m_byContent.end()) {
        m_datagrams.splice(m_datagrams.end(), m_datagrams, known->second);
        return;
    }
    m_datagrams.push_back(keep(datagram));
    m_byContent.emplace(hash, std::prev(m_datagrams.end()));
    m_bytes += costOf(m_datagrams.back());
    while (m_bytes > kTemplateBytes) {
        m_bytes -= costOf(m_datagrams.front());
        std::erase_if(m_byContent, [&](const auto& entry) { return entry.second == m_datagrams.begin(); });
        m_datagrams.pop_front();
    }
}

bool ReplaySource::Templates::has(const core::Ip& source) const
{
    return std::ranges::any_of(m_datagrams, [&](const KeptDatagram& one) { return one.origin.source == source; });
}

void ReplaySource::Window::add(KeptDatagram datagram)
{
    bytes += costOf(datagram);
    datagrams.push_back(std::move(datagram));
    while (bytes > kWindowBytes) {
        bytes -= costOf(datagrams.front());
        time.from = std::max(time.from, datagrams.front().origin.receivedMs + 1);
        if (core::carriesTemplates(datagrams.front().payload))
            before.push_back(std::move(datagrams.front()));
        datagrams.pop_front();
    }
}

/// Takes a replay and makes a window of it.
class ReplaySource::Filler {
public:
    explicit Filler(const core::DatagramQuestion& question) : m_question(question)
    {
        const auto at = question.timeReceivedMs;
        m_window.time = {at > kAroundMs ? at - kAroundMs : 0, at + kAroundMs};
    }

    Next take(const core::Datagram& datagram, const core::Ip& destination, uint16_t port)
    {
        const auto at = datagram.receivedMs;
        const bool templates = core::carriesTemplates(datagram.payload);
        if (at >= m_window.time.from && at < m_window.time.to) {
            m_found = m_found || (at == m_question.timeReceivedMs && datagram.source == m_question.exporter);
            m_known = m_known || (templates && datagram.source == m_question.exporter);
            m_window.add(keep(datagram, destination, port));
            return Next::More;
        }
        if (at < m_window.time.from) {
            m_beyond = 0;
            if (templates)
                m_before.add(datagram);
            return Next::More;
        }
        if (at < m_window.time.to + kDisorderMs)
            return Next::More;
        if (!m_found)
            return ++m_beyond > kDisorderDatagrams ? Next::NextFile : Next::More;
        return late(datagram, templates);
    }

    Window finish()
    {
        auto before = m_before.list();
        std::ranges::move(m_window.before, std::back_inserter(before));
        m_window.before = std::move(before);
        return std::move(m_window);
    }

private:
    /// Past the wanted time: only templates that had not come yet are of interest.
    Next late(const core::Datagram& datagram, bool templates)
    {
        if (!needsTemplates(m_question.protocol) || m_known || m_before.has(m_question.exporter))
            return Next::Done;
        if (templates && datagram.source == m_question.exporter) {
            m_window.after.push_back(keep(datagram));
            m_lateUntil = std::min(m_lateUntil, datagram.receivedMs + kTemplatesTogetherMs);
        }
        return datagram.receivedMs > m_lateUntil || ++m_late > kLateDatagrams ? Next::Done : Next::More;
    }

    const core::DatagramQuestion& m_question;
    Window m_window;
    Templates m_before;
    bool m_found = false;
    bool m_known = false; ///< templates of the exporter came within the window
    uint64_t m_beyond = 0; ///< datagrams past the wanted time, which was not found yet, since one before it
    uint64_t m_late = 0;
    uint64_t m_lateUntil = UINT64_MAX;
};

core::DatagramsFound ReplaySource::pick(const Window& window, const core::DatagramQuestion& question)
{
    core::DatagramsFound out;
    const auto at = [&](const KeptDatagram& one) { return one.origin.receivedMs == question.timeReceivedMs; };
    const auto own = [&](const KeptDatagram& one) { return one.origin.source == question.exporter; };
    // An exporter that is named by its messages has another address.
    const bool byAddress = std::ranges::any_of(window.datagrams, [&](const KeptDatagram& one) { return at(one) && own(one); });
    const auto wanted = [&](const KeptDatagram& one) { return !byAddress || own(one); };
    std::ranges::copy_if(window.before, std::back_inserter(out.before), wanted);
    for (const auto& one : window.datagrams) {
        if (!wanted(one))
            continue;
        if (at(one)) {
            if (out.candidates.size() < kMostCandidates)
                out.candidates.push_back(one);
        } else if (core::carriesTemplates(one.payload)) {
            (out.candidates.empty() ? out.before : out.after).push_back(one);
        }
    }
    std::ranges::copy_if(window.after, std::back_inserter(out.after), wanted);
    // What was defined anew later must not win over what was known.
    if (!out.before.empty())
        out.after.clear();
    return out;
}

core::Result<core::DatagramsFound> ReplaySource::find(const core::DatagramQuestion& question, const core::Control& control)
{
    const std::lock_guard lock(m_mutex);
    if (control.stop.stop_requested())
        return core::fail(core::kCancelled);
    const auto at = question.timeReceivedMs;
    if (at >= m_window.time.from && at < m_window.time.to) {
        auto known = pick(m_window, question);
        const bool enough = !known.before.empty() || !known.after.empty() || !needsTemplates(question.protocol);
        if (!known.candidates.empty() && enough)
            return known;
    }
    Filler filler(question);
    const auto done = replay(control, [&](const core::Datagram& datagram, const core::Ip& destination, uint16_t port) { return filler.take(datagram, destination, port); });
    if (control.stop.stop_requested())
        return core::fail(core::kCancelled);
    if (!done)
        return tl::unexpected(done.error());
    m_window = filler.finish();
    return pick(m_window, question);
}

core::Result<void> ReplaySource::readAll(const core::Control& control, const Take& take)
{
    const auto done = replay(control, [&](const core::Datagram& datagram, const core::Ip& destination, uint16_t port) { return take(datagram, destination, port) ? Next::More : Next::Done; });
    if (!done)
        return done;
    if (control.stop.stop_requested())
        return core::fail(core::kCancelled);
    return {};
}

core::Result<void> CaptureSource::replay(const core::Control& control, const Search& take)
{
    for (const auto& file : m_files) {
        if (storage::Database::isOpen(file))
            continue;
        auto reader = collectors::CaptureReader::open(file, {.keepDestinations = true});
        if (!reader)
            continue; // it was told when it was imported
        core::DatagramBatch batch;
        auto next = Next::More;
        for (auto status = collectors::CaptureReader::Status::More; status == collectors::CaptureReader::Status::More && next == Next::More;) {
            batch.clear();
            status = (*reader)->read(batch, control.stop);
            if (control.progress && (*reader)->bytesTotal() > 0)
                control.progress(static_cast<double>((*reader)->bytesRead()) / static_cast<double>((*reader)->bytesTotal()));
            const auto destinations = (*reader)->destinations();
            for (size_t i = 0; i < batch.size() && next == Next::More; ++i)
                next = take(batch[i], destinations[i].address, destinations[i].port);
        }
        if (next == Next::Done || control.stop.stop_requested())
            break;
    }
    return {};
}

core::Result<void> DemoSource::replay(const core::Control& control, const Search& take)
{
    std::stop_source enough;
    const std::stop_callback passOn(control.stop, [&] { enough.request_stop(); });
    collectors::runDemo(m_scenario, m_flows, [&](const collectors::DemoDatagram& datagram) {
        if (enough.stop_requested())
            return;
        const core::Datagram sent{{.source = m_scenario.exporters[datagram.exporter].address, .sourcePort = demoPort(datagram.exporter), .receivedMs = datagram.timeMs}, datagram.payload};
        if (take(sent, {}, 0) != Next::More)
            enough.request_stop();
    }, enough.get_token());
    return {};
}

} // namespace rivereto::app
