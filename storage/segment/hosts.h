// SPDX-License-Identifier: GPL-3.0-or-later
// Hosts: which addresses a segment may have, so that a question about one host skips most segments unread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/ip.h"

namespace rivereto::storage {

/// A Bloom filter (B. Bloom, CACM 13 (7), 1970) of the addresses of both lists, which may repeat: two hashes, five bits an
/// address, so about one in ten of the addresses that are not there seems to be. Bytes: resources/docs/format.md.
std::string hostsBlob(std::span<const core::Ip> sources, std::span<const core::Ip> destinations);

/// Whether its checksum is right.
bool isHostsBlob(std::string_view blob);

/// False: the address is in neither list. A blob that is damaged says nothing: true.
bool mayHaveHost(std::string_view blob, const core::Ip& address);

} // namespace rivereto::storage
