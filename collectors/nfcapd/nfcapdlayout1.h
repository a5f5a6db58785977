// SPDX-License-Identifier: GPL-3.0-or-later
// Layout1: turns flow records of nfdump 1.6, which extension maps describe, into V3 records.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "collectors/nfcapd/nfcapdrecordbuilder.h"

namespace rivereto::collectors::nfcapd {

class Layout1 {
public:
    void clear() { m_maps.clear(); }
    /// A whole record of type ExtensionMap; false when it cannot be one.
    bool takeMap(std::span<const uint8_t> record);
    /// A whole record of type Common or Common0; false when its map never came or says more than the record holds. What
    /// stands behind an extension that is not known cannot be found and is left.
    bool convert(std::span<const uint8_t> record, RecordBuilder& out) const;

private:
    std::unordered_map<uint16_t, std::vector<uint16_t>> m_maps; ///< extensions in the order of the record's octets
};

} // namespace rivereto::collectors::nfcapd
