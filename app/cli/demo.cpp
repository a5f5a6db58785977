// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto demo: the built-in synthetic network, to a collector or into a capture.
#include <chrono>
#include <thread>

#include <QHostAddress>
#include <QNetworkProxy>
#include <QUdpSocket>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/config/scenario.h"
#include "collectors/demo/capturewriter.h"
#include "collectors/demo/demo.h"
#include "core/text/number.h"
#include "core/text/time.h"

namespace rivereto::app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kDefaultFlows = 100'000;
constexpr uint64_t kDefaultRate = 1000;

/// The usual port of a protocol.
uint16_t portOf(core::Protocol protocol)
{
    switch (protocol) {
    case core::Protocol::Ipfix: return 4739;
    case core::Protocol::Sflow: return 6343;
    default: return 2055;
    }
}

int writeCapture(const std::string& path, const collectors::DemoScenario& scenario, uint64_t flows, std::stop_token stop)
{
    auto writer = collectors::CaptureWriter::create(path);
    if (!writer)
        return sayFailed(writer.error());
    const auto collector = core::Ip::v4(0xc000'02fe);
    collectors::runDemo(scenario, flows, [&](const collectors::DemoDatagram& datagram) {
        const auto& exporter = scenario.exporters[datagram.exporter];
        writer->write(datagram.timeMs, exporter.address, static_cast<uint16_t>(49152 + datagram.exporter), collector,
                      portOf(exporter.protocol), datagram.payload);
    }, stop);
    const auto closed = writer->close();
    return closed ? kDone : sayFailed(closed.error());
}

struct Target {
    QHostAddress address;
    quint16 port = 0;
};

std::optional<Target> parseTarget(const std::string& text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string::npos)
        return std::nullopt;
    auto host = QString::fromStdString(text.substr(0, colon));
    if (host.startsWith(u'[') && host.endsWith(u']'))
        host = host.mid(1, host.size() - 2);
    bool ok = false;
    const auto port = QString::fromStdString(text.substr(colon + 1)).toUShort(&ok);
    const QHostAddress address(host == QStringLiteral("localhost") ? QStringLiteral("127.0.0.1") : host);
    if (!ok || port == 0 || address.isNull())
        return std::nullopt;
    return Target{address, port};
}

/// A socket an exporter. On loopback each gets an address of its own, so that a collector can tell them apart.
std::vector<std::unique_ptr<QUdpSocket>> openSockets(const Target& target, size_t count)
{
    std::vector<std::unique_ptr<QUdpSocket>> out;
    for (size_t i = 0; i < count; ++i) {
        auto& socket = out.emplace_back(std::make_unique<QUdpSocket>());
        socket->setProxy(QNetworkProxy::NoProxy); // nobody need be asked for the way
        if (target.address.isLoopback() && target.address.protocol() == QAbstractSocket::IPv4Protocol)
            socket->bind(QHostAddress(0x7f00'0200U + 11 + static_cast<quint32>(i)), 0);
    }
    return out;
}

/// Sends each datagram when its time has come; `pace` false sends as fast as it goes.
int sendLive(const Target& target, const collectors::DemoScenario& scenario, uint64_t flows, bool pace, std::stop_token stop)
{
    const auto sockets = openSockets(target, scenario.exporters.size());
    const auto start = Clock::now();
    uint64_t failed = 0;
    collectors::runDemo(scenario, flows, [&](const collectors::DemoDatagram& datagram) {
        if (pace && datagram.timeMs > scenario.startMs)
            std::this_thread::sleep_until(start + std::chrono::milliseconds(datagram.timeMs - scenario.startMs));
        const auto size = static_cast<qint64>(datagram.payload.size());
        failed += sockets[datagram.exporter]->writeDatagram(reinterpret_cast<const char*>(datagram.payload.data()), size, target.address, target.port) != size;
    }, stop);
    if (failed > 0)
        return sayFailed(core::makeError("{} datagrams could not be sent to {}: {}", failed, target.address.toString().toStdString(), sockets[0]->errorString().toStdString()));
    return kDone;
}

} // namespace

int runDemoCommand(const QStringList& arguments)
{
    Arguments args(QStringLiteral("demo"), QObject::tr("Flows of a synthetic network: seven exporters, a day's curve, an attack."), QString());
    const auto option = [&](const char* name, const char* value, const QString& help) {
        args.addOption(QLatin1String(name), QLatin1String(value), help);
    };
    option("target", "ADDR:PORT", QObject::tr("Send to this collector."));
    option("write", "FILE.pcap", QObject::tr("Write a capture instead."));
    option("rate", "N", QObject::tr("Flows a second; 0 is as fast as it goes, with the scenario's times. Default 1000, sending only."));
    option("for", "T", QObject::tr("Span of time: 60s, 6h. Default 6h for a capture, without end when sending."));
    option("flows", "N", QObject::tr("Number of flows. Default 100000 for a capture."));
    option("scenario", "FILE", QObject::tr("TOML file that describes the network."));
    option("seed", "N", QObject::tr("The same seed gives the same flows. Default 1."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto flows = args.number(QStringLiteral("flows"), 0);
    const auto rate = args.number(QStringLiteral("rate"), kDefaultRate);
    const auto seed = args.number(QStringLiteral("seed"), 0);
    if (!flows || !rate || !seed)
        return kUsage;
    if (!args.operands().isEmpty())
        return args.wrongUsage("demo takes no operands");
    const auto file = args.value(QStringLiteral("write"));
    const auto to = args.value(QStringLiteral("target"));
    if (file.has_value() == to.has_value())
        return args.wrongUsage("say either --target ADDR:PORT or --write FILE.pcap");

    auto scenario = loadScenario(args.value(QStringLiteral("scenario")));
    if (!scenario)
        return sayFailed(scenario.error());
    if (args.has(QStringLiteral("seed")))
        scenario->seed = *seed;
    std::optional<uint64_t> length;
    if (const auto text = args.value(QStringLiteral("for"))) {
        const auto interval = core::parseInterval(*text);
        if (!interval)
            return args.wrongUsage(interval.error().message());
        length = *interval;
    }
    const StopOnSignal interrupt;
    if (file) {
        scenario->durationMs = length.value_or(scenario->durationMs);
        return writeCapture(*file, *scenario, *flows > 0 ? *flows : kDefaultFlows, interrupt.token());
    }
    const auto target = parseTarget(*to);
    if (!target)
        return args.wrongUsage(fmt::format("“{}” is no ADDR:PORT", *to));
    auto count = *flows;
    if (*rate == 0) {
        // As fast as it goes: the times in the datagrams are the scenario's, as in a capture.
        scenario->durationMs = length.value_or(scenario->durationMs);
        return sendLive(*target, *scenario, count > 0 ? count : kDefaultFlows, false, interrupt.token());
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    scenario->startMs = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
    constexpr uint64_t kForEver = 365ULL * 24 * 3600 * 1000;
    if (!length)
        length = count > 0 ? std::max<uint64_t>(count * 1000 / *rate, 1) : kForEver;
    if (count == 0)
        count = *rate * *length / 1000;
    scenario->durationMs = *length;
    return sendLive(*target, *scenario, count, true, interrupt.token());
}

} // namespace rivereto::app
