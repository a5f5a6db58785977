// SPDX-License-Identifier: GPL-3.0-or-later
// Registry of information elements: their names and abstract data types, and values as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/decode/bytes.h"

namespace rivereto::core {

/// RFC 7011 §6.1, RFC 6313 §4, RFC 9740; spelt as the registry spells them.
enum class ElementType : uint8_t {
    octetArray, unsigned8, unsigned16, unsigned32, unsigned64, unsigned256, signed8, signed16, signed32, signed64, float32, float64,
    boolean, macAddress, string, dateTimeSeconds, dateTimeMilliseconds, dateTimeMicroseconds, dateTimeNanoseconds, ipv4Address,
    ipv6Address, basicList, subTemplateList, subTemplateMultiList
};
std::string_view elementTypeName(ElementType type);

struct ElementInfo {
    uint32_t enterprise = 0;
    uint16_t id = 0;
    std::string_view name;
    ElementType type = ElementType::octetArray;
    bool bits = false; ///< flags: shown as a hexadecimal number
};

/// nullptr for an element that is not known. Of RFC 5103's reverse elements the forward one is to be asked for.
const ElementInfo* findElement(uint32_t enterprise, uint16_t id);
/// "Cisco", "reverse"; empty when the number is not known.
std::string_view enterpriseName(uint32_t enterprise);

/// A value in two parts: "6" means "TCP".
struct ElementText {
    std::string value;
    std::string meaning; ///< empty when the value says it all
};
/// Octets of any length as the element's type says; those that do not fit it, and of unknown elements (nullptr), as "0x0a0b".
ElementText formatElement(const ElementInfo* element, Bytes octets);
/// "0x0a0b …": at most `most` octets.
std::string formatOctets(Bytes octets, size_t most = 32);

} // namespace rivereto::core
