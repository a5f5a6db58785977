// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/listener.h"

#include <algorithm>
#include <chrono>
#include <charconv>

namespace rivereto::app {

namespace {

/// How long rows may wait in a worker before they go to the store: well within the second that is promised.
constexpr std::chrono::milliseconds kHold{100};
/// Older templates are not believed any more: much can have been changed at an exporter since.
constexpr std::chrono::milliseconds kTemplatesLast = std::chrono::hours(7 * 24);

} // namespace

core::Result<ListenSpec> parseListenSpec(const std::string& text)
{
    ListenSpec out;
    const auto comma = text.find(',');
    auto place = text.substr(0, comma);
    const auto colon = place.rfind(':');
    const auto digits = place.substr(colon == std::string::npos ? 0 : colon + 1);
    out.address = colon == std::string::npos ? "" : place.substr(0, colon);
    if (out.address.size() > 1 && out.address.front() == '[' && out.address.back() == ']')
        out.address = out.address.substr(1, out.address.size() - 2);
    if (out.address == "*")
        out.address.clear();
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
        return core::fail("“{}” is no ADDR:PORT", place);
    if (comma != std::string::npos) {
        if (auto changed = core::changeInputs(out.settings, std::string_view(text).substr(comma + 1)); !changed)
            return tl::unexpected(changed.error());
    }
    return out;
}

std::vector<ListenSpec> defaultListenSpecs()
{
    std::vector<ListenSpec> out;
    for (const uint16_t port : {2055, 9995, 4739, 6343})
        out.push_back({.port = port});
    return out;
}

namespace {

uint64_t wallClockMs()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

/// None where they cannot be read: exporters will announce them.
std::vector<core::KnownTemplate> templatesOf(core::FlowStore* store)
{
    if (!store)
        return {};
    auto known = store->templates();
    if (!known)
        return {};
    const auto since = wallClockMs() - static_cast<uint64_t>(kTemplatesLast.count());
    std::erase_if(*known, [&](const core::KnownTemplate& one) { return one.announcedMs < since; });
    return std::move(*known);
}

} // namespace

core::Result<std::unique_ptr<Listener>> Listener::start(const std::vector<ListenSpec>& specs, std::shared_ptr<const core::Schema> schema,
                                                        core::FlowSink& sink, collectors::PipelineOptions options, core::FlowStore* known)
{
    options.hold = kHold;
    options.keepTemplates = true;
    options.restore = templatesOf(known);
    auto out = std::make_unique<Listener>();
    for (size_t i = 0; i < specs.size(); ++i) {
        auto receiver = collectors::UdpReceiver::open({.address = specs[i].address, .port = specs[i].port, .input = static_cast<uint16_t>(i)});
        if (!receiver)
            return tl::unexpected(receiver.error());
        out->m_receivers.push_back(std::move(*receiver));
    }
    std::vector<std::pair<ListenSpec, collectors::Pipeline*>> made;
    for (size_t i = 0; i < specs.size(); ++i) {
        auto likeness = specs[i];
        likeness.address.clear();
        likeness.port = 0;
        auto found = std::ranges::find(made, likeness, &std::pair<ListenSpec, collectors::Pipeline*>::first);
        if (found == made.end()) {
            auto own = options;
            likeness.settings.applyTo(own.decoder);
            out->m_pipelines.push_back(std::make_unique<collectors::Pipeline>(schema, sink, std::move(own)));
            found = made.insert(made.end(), {likeness, out->m_pipelines.back().get()});
        }
        out->m_receivers[i]->start([pipeline = found->second](core::DatagramBatch& batch) { pipeline->offer(batch); });
    }
    out->m_sink = &sink;
    out->m_since = wallClockMs();
    out->note();
    return out;
}

Listener::~Listener() { (void)stop(); }

void Listener::note()
{
    if (!m_sink)
        return;
    const auto now = counters();
    m_sink->listening({.since = m_since, .now = wallClockMs(), .kernelLost = now.kernelDrops, .dropped = now.dropped});
    const core::Received received{now.decoded.records(), now.decoded.flows()};
    m_sink->received({received.records - m_told.records, received.flows - m_told.flows});
    m_told = received;
}

core::Result<void> Listener::stop()
{
    for (auto& receiver : m_receivers)
        receiver->stop();
    // What is still on its way counts, too.
    for (auto& pipeline : m_pipelines)
        pipeline->drain();
    note();
    m_sink = nullptr;
    core::Result<void> out;
    for (auto& pipeline : m_pipelines) {
        if (auto finished = pipeline->finish(); !finished)
            out = finished;
    }
    return out;
}

ListenCounters Listener::counters() const
{
    ListenCounters out;
    for (const auto& receiver : m_receivers) {
        out.datagrams += receiver->datagrams();
        out.kernelDrops += receiver->kernelDrops();
    }
    for (const auto& pipeline : m_pipelines) {
        out.decoded += pipeline->stats();
        out.dropped += pipeline->dropped();
        out.queueFill = std::max(out.queueFill, pipeline->fill());
    }
    return out;
}

std::vector<uint16_t> Listener::ports() const
{
    std::vector<uint16_t> out;
    for (const auto& receiver : m_receivers)
        out.push_back(receiver->port());
    return out;
}

std::pair<int, int> Listener::buffers() const
{
    std::pair<int, int> out{INT32_MAX, collectors::UdpInput{}.bufferBytes};
    for (const auto& receiver : m_receivers)
        out.first = std::min(out.first, receiver->bufferGranted());
    return out;
}

std::optional<core::Error> Listener::error() const
{
    for (const auto& pipeline : m_pipelines) {
        if (auto error = pipeline->error())
            return error;
    }
    return std::nullopt;
}

} // namespace rivereto::app
