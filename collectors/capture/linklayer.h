// SPDX-License-Identifier: GPL-3.0-or-later
// parseLink: from a captured frame of any link type to the headers of the packet in it.
#pragma once

#include "core/decode/packet.h"

namespace rivereto::collectors {

/// Ethernet with any tags, Linux cooked v1 and v2, raw IP, BSD loopback, PPP, PPP over Ethernet, Cisco HDLC. False when there is no IP packet;
/// what the link layer says may be set. `linkType` is a LINKTYPE_… number, or the DLT_… that libpcap gives for it.
bool parseLink(int linkType, core::Bytes frame, core::PacketInfo& info);
/// Whether frames of this type are understood at all.
bool knownLink(int linkType);

} // namespace rivereto::collectors
