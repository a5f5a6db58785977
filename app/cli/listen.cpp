// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto listen: receive flows and store them until told to stop.
#include <chrono>
#include <mutex>

#include <fmt/ranges.h>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/printresult.h"
#include "app/cli/summary.h"
#include "app/config/runtime.h"
#include "app/session/listener.h"
#include "app/session/opendatabase.h"
#include "collectors/live/interfaces.h"
#include "core/text/number.h"
#include "core/text/time.h"

namespace rivereto::app {

namespace {

using Clock = std::chrono::steady_clock;

/// Prints each flow as a line of JSON before it is stored.
class PrintingSink final : public core::FlowSink {
public:
    PrintingSink(core::FlowSink& next, const core::Schema& schema) : m_next(next), m_printer(Format::NdJson, 0), m_flows(m_printer, m_out, schema, names(schema)) { }
    core::Result<void> append(core::FlowBatch&& batch) override
    {
        {
            const std::lock_guard lock(m_mutex);
            m_flows.print(batch);
            m_out.flush();
        }
        return m_next.append(std::move(batch));
    }
    core::Result<void> flush() override { return m_next.flush(); }
    void listening(const core::Listening& listening) override { m_next.listening(listening); }
    void received(const core::Received& more) override { m_next.received(more); }
    void health(core::HealthReport&& more) override { m_next.health(std::move(more)); }
    void templates(core::TemplateNews&& news) override { m_next.templates(std::move(news)); }
    void source(core::SourceFile&& file) override { m_next.source(std::move(file)); }
    /// False when nobody reads what is printed any more.
    [[nodiscard]] bool open() const { return m_out.open(); }

private:
    static std::vector<std::string> names(const core::Schema& schema)
    {
        std::vector<std::string> out;
        for (const auto& column : schema.columns()) {
            if (column.stored())
                out.emplace_back(column.name);
        }
        return out;
    }
    core::FlowSink& m_next;
    std::mutex m_mutex;
    Output m_out;
    ResultPrinter m_printer;
    FlowPrinter m_flows;
};

std::string statusLine(const Listener& listener, uint64_t flowsBefore, double seconds)
{
    const auto now = listener.counters();
    const auto rate = seconds > 0 ? static_cast<double>(now.decoded.flows() - flowsBefore) / seconds : 0;
    const auto captured = listener.interfaces().empty() ? std::string() : fmt::format("{} packets, {} dropped  ", core::formatCount(now.packets), core::formatCount(now.packetDrops));
    return captured + fmt::format("{} datagrams  {} flows  {}  queue {}  lost: kernel {}, here {}", core::formatCount(now.datagrams),
                       core::formatCount(now.decoded.flows()), core::formatScaled(rate, "flows/s"), core::formatPercent(now.queueFill),
                       core::formatCount(now.kernelDrops), core::formatCount(now.dropped));
}

void sayListening(const Listener& listener)
{
    std::string ports;
    for (const auto port : listener.ports())
        ports += fmt::format("{}{}", ports.empty() ? "" : ", ", port);
    if (const auto names = listener.interfaces(); !names.empty())
        say(fmt::format("rivereto: capturing on {}, {} octets of each packet\n", fmt::join(names, ", "), listener.snapLength()));
    if (ports.empty())
        return;
    const auto [granted, asked] = listener.buffers();
    say(fmt::format("rivereto: listening on {}; receive buffer {} of {} asked\n", ports, core::formatBytes(granted), core::formatBytes(asked)));
}

/// `printing` may be null.
void waitForEnd(Listener& listener, const PrintingSink* printing, std::optional<uint64_t> lengthMs, std::stop_token stop, bool quiet)
{
    ProgressLine line(quiet);
    const auto start = Clock::now();
    auto shown = start;
    uint64_t flows = 0;
    const auto wanted = [&] { return !stop.stop_requested() && !listener.error() && (!printing || printing->open()); };
    while (wanted() && (!lengthMs || Clock::now() - start < std::chrono::milliseconds(*lengthMs))) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        const auto passed = std::chrono::duration<double>(Clock::now() - shown).count();
        if (passed < 1)
            continue;
        listener.note();
        line.show(statusLine(listener, flows, passed));
        flows = listener.counters().decoded.flows();
        shown = Clock::now();
    }
}

std::string summary(const ListenCounters& counters)
{
    ImportSummary sums;
    sums.total = counters.decoded;
    auto out = summaryText(sums);
    // Files and seconds mean nothing here.
    out = out.substr(out.find('\n') + 1);
    out = out.substr(0, out.rfind("seconds"));
    if (counters.packets > 0)
        out += fmt::format("{:<20} {:>14}\n{:<20} {:>14}\n", "packets", core::formatCount(counters.packets), "lost: packets", core::formatCount(counters.packetDrops));
    out += fmt::format("{:<20} {:>14}\n{:<20} {:>14}\n", "lost: kernel", core::formatCount(counters.kernelDrops), "lost: full queue", core::formatCount(counters.dropped));
    return out;
}

} // namespace

int runListen(const QStringList& arguments)
{
    Arguments args(QStringLiteral("listen"), QObject::tr("Receives NetFlow, IPFIX and sFlow, or meters the packets of interfaces, and stores the flows."), QString());
    args.addOption(QStringLiteral("db"), QStringLiteral("X"), QObject::tr("Database to add to; made when missing."));
    args.addOption(QStringLiteral("listen"), QStringLiteral("ADDR:PORT[,KEY=VALUE…]"), QObject::tr("An input, with decoder, time, exporter, decapsulation, strict, elements or allow as in an [[input]] of the configuration; may be given several times. Default: ports 2055, 9995, 4739 and 6343."));
    args.addOption(QStringLiteral("interface"), QStringLiteral("NAME[,KEY=VALUE…]"), QObject::tr("Meter the packets of an interface (“rivereto interfaces” lists them), with decapsulation, strict, active, inactive or snaplen; may be given several times."));
    args.addOption(QStringLiteral("capture-filter"), QStringLiteral("FILTER"), QObject::tr("Which packets of the interfaces: “host 192.0.2.1 and not port 22”, as in tcpdump."));
    args.addOption(QStringLiteral("for"), QStringLiteral("T"), QObject::tr("Stop after this long: 60s, 1h."));
    args.addFlag(QStringLiteral("print"), QObject::tr("Print each flow as a line of JSON."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto threads = args.threads();
    if (!threads)
        return kUsage;
    if (!args.has(QStringLiteral("db")))
        return args.wrongUsage("--db names the database to store into");
    if (!args.operands().isEmpty())
        return args.wrongUsage("listen takes no operands");
    std::optional<uint64_t> length;
    if (const auto text = args.value(QStringLiteral("for"))) {
        const auto interval = core::parseInterval(*text);
        if (!interval)
            return args.wrongUsage(interval.error().message());
        length = *interval;
    }
    std::vector<ListenSpec> specs;
    for (const auto& text : args.values(QStringLiteral("listen"))) {
        const auto spec = parseListenSpec(text.toStdString());
        if (!spec)
            return args.wrongUsage(spec.error().message());
        specs.push_back(*spec);
    }
    const auto filter = args.value(QStringLiteral("capture-filter"), "");
    if (const auto wrong = collectors::captureFilterError(filter); !wrong.empty())
        return args.wrongUsage(fmt::format("--capture-filter “{}”: {}", filter, wrong));
    for (const auto& text : args.values(QStringLiteral("interface"))) {
        auto spec = parseInterfaceSpec(text.toStdString());
        if (!spec)
            return args.wrongUsage(spec.error().message());
        spec->filter = filter;
        specs.push_back(*spec);
    }

    const StopOnSignal interrupt;
    auto runtime = Runtime::load(args.value(QStringLiteral("config")));
    if (!runtime)
        return sayFailed(runtime.error());
    if (specs.empty())
        specs = runtime->listenSpecs();
    auto database = openDatabase(*args.value(QStringLiteral("db")), runtime->schema(), {.write = true});
    if (!database)
        return sayFailed(database.error());
    std::optional<PrintingSink> printing;
    core::FlowSink* sink = database->store.get();
    if (args.has(QStringLiteral("print")))
        sink = &printing.emplace(*database->store, *database->store->schema());
    auto listener = Listener::start(specs, database->store->schema(), *sink, runtime->pipelineOptions(*threads), database->store.get());
    if (!listener)
        return sayFailed(listener.error());
    if (!args.quiet())
        sayListening(**listener);
    waitForEnd(**listener, printing ? &*printing : nullptr, length, interrupt.token(), args.quiet());
    const auto stopped = (*listener)->stop();
    const auto counters = (*listener)->counters();
    if (!stopped)
        return sayFailed(stopped.error());
    // Flows are the data when they are printed.
    if (printing) {
        if (!args.quiet())
            say(summary(counters));
        return kDone;
    }
    Output out;
    out.write(summary(counters));
    out.flush();
    return out.ok() ? kDone : kFailed;
}

} // namespace rivereto::app
