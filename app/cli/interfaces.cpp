// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto interfaces: what can be captured on.
#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "collectors/live/interfaces.h"
#include "core/text/escape.h"

namespace rivereto::app {

namespace {

std::string addressesOf(const collectors::NetworkInterface& interface)
{
    std::string out;
    for (const auto& address : interface.addresses)
        out.append(out.empty() ? "" : " ").append(address);
    return out;
}

std::string_view stateOf(const collectors::NetworkInterface& interface)
{
    return !interface.up ? "down" : interface.running ? "up" : "no carrier";
}

std::string json(const std::vector<collectors::NetworkInterface>& interfaces)
{
    std::string out = "[";
    for (const auto& one : interfaces) {
        out += &one == &interfaces.front() ? "\n  {\"name\": " : ",\n  {\"name\": ";
        core::appendJson(out, one.name);
        out += ", \"description\": ";
        core::appendJson(out, one.description);
        out += ", \"state\": ";
        core::appendJson(out, stateOf(one));
        out += ", \"addresses\": [";
        for (const auto& address : one.addresses) {
            out += &address == &one.addresses.front() ? "" : ", ";
            core::appendJson(out, address);
        }
        out += "]}";
    }
    return out + "\n]\n";
}

} // namespace

int runInterfaces(const QStringList& arguments)
{
    Arguments args(QStringLiteral("interfaces"), QObject::tr("Lists what “rivereto listen --interface” can capture on."), QString());
    args.addOption(QStringLiteral("format"), QStringLiteral("text|json"), QObject::tr("Form of the list."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto format = args.value(QStringLiteral("format"), "text");
    if (format != "text" && format != "json")
        return args.wrongUsage(fmt::format("“{}” is no format: text or json", format));
    const auto interfaces = collectors::listInterfaces();
    if (!interfaces)
        return sayFailed(interfaces.error());
    Output out;
    if (format == "json") {
        out.write(json(*interfaces));
    } else {
        for (const auto& one : *interfaces)
            out.write(fmt::format("{:<18} {:<11} {}{}{}\n", one.name, stateOf(one), addressesOf(one), one.description.empty() || one.addresses.empty() ? "" : "  ", one.description));
    }
    out.flush();
    return out.ok() ? kDone : kFailed;
}

} // namespace rivereto::app
