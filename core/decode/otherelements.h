// SPDX-License-Identifier: GPL-3.0-or-later
// OtherElements: the dictionary entry that keeps decoded elements without a column of their own.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace rivereto::core {

/// One element: enterprise 0 is IANA's registry (and NetFlow v9's own numbers), `octets` as on the wire.
struct OtherElement {
    uint32_t enterprise = 0;
    uint16_t id = 0;
    std::string_view octets;
};

/// Entry: for each element enterprise (4 bytes), id (2), length (2), octets; numbers little-endian.
inline void appendOtherElement(std::string& entry, const OtherElement& element)
{
    char head[8];
    const auto length = static_cast<uint16_t>(element.octets.size());
    std::memcpy(head, &element.enterprise, 4);
    std::memcpy(head + 4, &element.id, 2);
    std::memcpy(head + 6, &length, 2);
    entry.append(head, sizeof head).append(element.octets.substr(0, length));
}

/// Elements of an entry; stops where it is damaged. The views point into `entry`.
inline std::vector<OtherElement> otherElements(std::string_view entry)
{
    std::vector<OtherElement> out;
    while (entry.size() >= 8) {
        OtherElement element;
        uint16_t length = 0;
        std::memcpy(&element.enterprise, entry.data(), 4);
        std::memcpy(&element.id, entry.data() + 4, 2);
        std::memcpy(&length, entry.data() + 6, 2);
        if (entry.size() - 8 < length)
            break;
        element.octets = entry.substr(8, length);
        entry.remove_prefix(8 + size_t {length});
        out.push_back(element);
    }
    return out;
}

} // namespace rivereto::core
