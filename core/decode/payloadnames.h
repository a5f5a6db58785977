// SPDX-License-Identifier: GPL-3.0-or-later
// findName: whom a packet's payload names in the clear – TLS server name, HTTP host, DNS question.
#pragma once

#include <string>

#include "core/decode/bytes.h"
#include "core/schema/schema.h"

namespace rivereto::core {

enum class NameSearch : uint8_t {
    Nothing,
    Incomplete, ///< it may come with what follows in the stream
    Found
};

struct PayloadName {
    ColumnId column = ColumnId::ServerName; ///< ServerName, HTTPHost or DNSName
    std::string name; ///< lower case; printable ASCII
};

/// Looks at the beginning of a TCP stream or at a UDP payload: a TLS ClientHello (RFC 8446 §4.1.2) with its server name (RFC 6066 §3), an
/// HTTP/1 request with its Host header (RFC 9112 §3.2), or the question of a DNS message (RFC 1035 §4.1; also mDNS, LLMNR and over TCP).
NameSearch findName(Bytes payload, bool tcp, uint16_t srcPort, uint16_t dstPort, PayloadName& out);

} // namespace rivereto::core
