// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/listener.h"

#include <algorithm>
#include <chrono>
#include <charconv>
#include <climits>
#include <filesystem>

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

core::Result<ListenSpec> parseInterfaceSpec(const std::string& text)
{
    ListenSpec out;
    const auto comma = text.find(',');
    out.interface = text.substr(0, comma);
    if (out.interface.empty())
        return core::fail("“{}” names no interface", text);
    std::string_view rest = comma == std::string::npos ? std::string_view() : std::string_view(text).substr(comma + 1);
    while (!rest.empty()) {
        const auto one = rest.substr(0, rest.find(','));
        rest = rest.substr(std::min(rest.size(), one.size() + 1));
        if (!one.starts_with("snaplen=")) {
            if (auto changed = core::changeInputs(out.settings, one); !changed)
                return tl::unexpected(changed.error());
            continue;
        }
        const auto digits = one.substr(8);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.snapLength);
        if (error != std::errc() || end != digits.data() + digits.size() || out.snapLength < 64 || out.snapLength > 262144)
            return core::fail("“{}” is no snap length: octets, 64 to 262144", digits);
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

/// Beside the program, or where it is installed.
std::string captureHelper()
{
    namespace fs = std::filesystem;
    std::error_code error;
    const auto own = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const auto& folder : {own, own.parent_path() / "lib" / "rivereto", own.parent_path() / "libexec" / "rivereto"}) {
        if (fs::exists(folder / "rivereto-capture", error))
            return (folder / "rivereto-capture").string();
    }
    return (own / "rivereto-capture").string();
}

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
        if (auto opened = out->openInput(specs[i], static_cast<uint16_t>(i), schema); !opened)
            return tl::unexpected(opened.error());
    }
    // Those that decode alike share a pipeline.
    std::vector<std::pair<core::InputSettings, collectors::Pipeline*>> made;
    const auto pipelineFor = [&](const core::InputSettings& settings) -> collectors::Pipeline& {
        const auto found = std::ranges::find(made, settings, &std::pair<core::InputSettings, collectors::Pipeline*>::first);
        if (found != made.end())
            return *found->second;
        auto own = options;
        settings.applyTo(own.decoder);
        out->m_pipelines.push_back(std::make_unique<collectors::Pipeline>(schema, sink, std::move(own)));
        made.emplace_back(settings, out->m_pipelines.back().get());
        return *out->m_pipelines.back();
    };
    size_t receiver = 0;
    size_t capture = 0;
    for (const auto& spec : specs) {
        auto& pipeline = pipelineFor(spec.settings);
        if (spec.interface.empty())
            out->m_receivers[receiver++]->start([&pipeline](core::DatagramBatch& batch) { pipeline.offer(batch); });
        else
            out->m_captures[capture++]->start(pipeline);
    }
    out->m_sink = &sink;
    out->m_since = wallClockMs();
    out->note();
    return out;
}

core::Result<void> Listener::openInput(const ListenSpec& spec, uint16_t number, const std::shared_ptr<const core::Schema>& schema)
{
    if (spec.interface.empty()) {
        auto receiver = collectors::UdpReceiver::open({.address = spec.address, .port = spec.port, .input = number});
        if (!receiver)
            return tl::unexpected(receiver.error());
        m_receivers.push_back(std::move(*receiver));
        return {};
    }
    auto capture = collectors::LiveCapture::open({.interface = spec.interface, .filter = spec.filter, .snapLength = spec.snapLength, .settings = spec.settings, .helper = captureHelper(), .input = number}, schema);
    if (!capture)
        return tl::unexpected(capture.error());
    m_captures.push_back(std::move(*capture));
    m_specs.push_back(spec);
    return {};
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
    for (auto& capture : m_captures)
        capture->stop();
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
    for (const auto& capture : m_captures) {
        const auto now = capture->counters();
        out.decoded += now.decoded;
        out.packets += now.packets;
        out.packetDrops += now.kernelDrops + now.interfaceDrops;
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

std::vector<std::string> Listener::interfaces() const
{
    std::vector<std::string> out;
    for (const auto& spec : m_specs)
        out.push_back(spec.interface);
    return out;
}

unsigned Listener::snapLength() const
{
    unsigned out = UINT_MAX;
    for (const auto& spec : m_specs)
        out = std::min(out, spec.snapLength);
    return out;
}

std::optional<core::Error> Listener::error() const
{
    for (const auto& pipeline : m_pipelines) {
        if (auto error = pipeline->error())
            return error;
    }
    for (const auto& capture : m_captures) {
        if (auto error = capture->error())
            return error;
    }
    return std::nullopt;
}

} // namespace rivereto::app
