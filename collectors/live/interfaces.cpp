// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/live/interfaces.h"

#include <algorithm>
#include <memory>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pcap/pcap.h>

namespace rivereto::collectors {

namespace {

std::string addressOf(const sockaddr* address)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (address && address->sa_family == AF_INET)
        inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
    else if (address && address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text, sizeof text);
    return text;
}

} // namespace

core::Result<std::vector<NetworkInterface>> listInterfaces()
{
    pcap_if_t* all = nullptr;
    char reason[PCAP_ERRBUF_SIZE] = "";
    if (pcap_findalldevs(&all, reason) != 0)
        return core::fail("the interfaces of this machine cannot be listed: {}", reason);
    const std::unique_ptr<pcap_if_t, decltype(&pcap_freealldevs)> owner(all, &pcap_freealldevs);
    std::vector<NetworkInterface> out;
    for (const auto* one = all; one; one = one->next) {
        NetworkInterface interface {.name = one->name, .description = one->description ? one->description : "", .up = (one->flags & PCAP_IF_UP) != 0, .running = (one->flags & PCAP_IF_RUNNING) != 0, .loopback = (one->flags & PCAP_IF_LOOPBACK) != 0};
        for (const auto* address = one->addresses; address; address = address->next) {
            if (auto text = addressOf(address->addr); !text.empty())
                interface.addresses.push_back(std::move(text));
        }
        out.push_back(std::move(interface));
    }
    std::ranges::stable_sort(out, std::greater(), [](const NetworkInterface& one) { return one.up && one.running; });
    return out;
}

std::string captureFilterError(const std::string& filter)
{
    const std::unique_ptr<pcap_t, decltype(&pcap_close)> dead(pcap_open_dead(DLT_EN10MB, 262144), &pcap_close);
    bpf_program program {};
    if (!dead || pcap_compile(dead.get(), &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
        return dead ? pcap_geterr(dead.get()) : "no memory";
    pcap_freecode(&program);
    return {};
}

} // namespace rivereto::collectors
