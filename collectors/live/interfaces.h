// SPDX-License-Identifier: GPL-3.0-or-later
// listInterfaces and captureFilterError: what can be captured on, and whether a capture filter is one.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace rivereto::collectors {

struct NetworkInterface {
    std::string name; ///< "eth0"
    std::string description; ///< may be empty
    std::vector<std::string> addresses;
    bool up = false;
    bool running = false; ///< has a carrier
    bool loopback = false;
};

/// Needs no permission. Those that are up come first.
core::Result<std::vector<NetworkInterface>> listInterfaces();

/// What is wrong with a filter in the language of libpcap (pcap-filter(7)), as libpcap says it; empty: nothing. Takes no
/// notice of a filter's meaning for link types other than Ethernet.
std::string captureFilterError(const std::string& filter);

} // namespace rivereto::collectors
