// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config/scenario.h"

#include <toml++/toml.h>

#include "core/text/time.h"

namespace rivereto::app {

namespace {

/// Where a key stands, for messages.
std::string placeOf(const std::string& path, const toml::node& node) { return fmt::format("{}:{}", path, node.source().begin.line); }

core::Result<core::Protocol> parseProtocol(const std::string& name)
{
    for (const auto protocol : {core::Protocol::NetFlow5, core::Protocol::NetFlow9, core::Protocol::Ipfix, core::Protocol::Sflow}) {
        if (name == core::protocolName(protocol))
            return protocol;
    }
    return core::fail("“{}” is no protocol of the demo: netflow5, netflow9, ipfix or sflow", name);
}

core::Result<collectors::DemoExporterSpec> readExporter(const std::string& path, const toml::node& node)
{
    const auto* table = node.as_table();
    if (!table)
        return core::fail("{}: an exporter is a table", placeOf(path, node));
    collectors::DemoExporterSpec out;
    for (const auto& [key, value] : *table) {
        const auto place = placeOf(path, value);
        if (key == "name" && value.is_string()) {
            out.name = *value.value<std::string>();
        } else if (key == "address" && value.is_string()) {
            const auto ip = core::Ip::parse(*value.value<std::string>());
            if (!ip || !ip->isV4())
                return core::fail("{}: address takes an IPv4 address", place);
            out.address = *ip;
        } else if (key == "protocol" && value.is_string()) {
            const auto protocol = parseProtocol(*value.value<std::string>());
            if (!protocol)
                return core::fail("{}: {}", place, protocol.error().message());
            out.protocol = *protocol;
        } else if (key == "sampling" && value.is_integer() && *value.value<int64_t>() >= 1) {
            out.samplingRate = static_cast<uint32_t>(*value.value<int64_t>());
        } else if (key == "share" && value.is_integer() && *value.value<int64_t>() >= 1) {
            out.share = static_cast<unsigned>(*value.value<int64_t>());
        } else {
            return core::fail("{}: {} is no key of an exporter, or has a wrong value; there are name, address, protocol, sampling, share", place, std::string(key.str()));
        }
    }
    if (out.protocol == core::Protocol::Unknown || out.address.isZero())
        return core::fail("{}: an exporter needs address and protocol", placeOf(path, node));
    return out;
}

core::Result<void> readKey(const std::string& path, std::string_view key, const toml::node& value, collectors::DemoScenario& out)
{
    const auto place = placeOf(path, value);
    const auto share = [&](double& target) -> core::Result<void> {
        const auto number = value.value<double>();
        if (!number || *number > 1)
            return core::fail("{}: {} takes a part of 1", place, key);
        target = *number;
        return {};
    };
    if (key == "v6-share")
        return share(out.v6Share);
    if (key == "attack-at")
        return share(out.spikeAt);
    if (key == "attack-length")
        return share(out.spikeLength);
    if (key == "attack-share")
        return share(out.spikeShare);
    if (key == "seed" && value.is_integer()) {
        out.seed = static_cast<uint64_t>(*value.value<int64_t>());
    } else if (key == "clients" && value.is_integer() && *value.value<int64_t>() >= 1) {
        out.clients = static_cast<uint32_t>(*value.value<int64_t>());
    } else if ((key == "start" || key == "duration") && value.is_string()) {
        const auto text = *value.value<std::string>();
        const auto time = key == "start" ? core::parseTime(text, 0) : core::parseInterval(text);
        if (!time)
            return core::fail("{}: {}", place, time.error().message());
        (key == "start" ? out.startMs : out.durationMs) = *time;
    } else if (key == "exporter" && value.is_array() && !value.as_array()->empty()) {
        out.exporters.clear();
        for (const auto& node : *value.as_array()) {
            auto exporter = readExporter(path, node);
            if (!exporter)
                return tl::unexpected(exporter.error());
            out.exporters.push_back(std::move(*exporter));
        }
    } else {
        return core::fail("{}: {} is no key of a scenario, or has a wrong value; there are seed, start, duration, clients, v6-share, attack-at, attack-length, attack-share, [[exporter]]", place, key);
    }
    return {};
}

} // namespace

core::Result<collectors::DemoScenario> loadScenario(const std::optional<std::string>& path)
{
    collectors::DemoScenario out;
    if (!path)
        return out;
    toml::table table;
    try {
        table = toml::parse_file(*path);
    } catch (const toml::parse_error& error) {
        return core::fail("{}:{}: {}", *path, error.source().begin.line, error.description());
    }
    for (const auto& [key, value] : table) {
        if (auto read = readKey(*path, key.str(), value, out); !read)
            return tl::unexpected(read.error());
    }
    return out;
}

} // namespace rivereto::app
