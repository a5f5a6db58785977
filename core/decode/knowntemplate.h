// SPDX-License-Identifier: GPL-3.0-or-later
// KnownTemplate: a template outside a decoder, so that a listener that starts again knows those of its earlier run.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "core/base/ip.h"
#include "core/decode/protocol.h"
#include "core/decode/template.h"

namespace rivereto::core {

/// Whose a template is, on whatever port and input.
struct TemplateId {
    Ip exporter; ///< source address
    uint32_t domain = 0;
    uint16_t id = 0;
    Protocol protocol = Protocol::Unknown;
    auto operator<=>(const TemplateId&) const = default;
};

struct KnownTemplate : TemplateId {
    bool options = false;
    uint64_t announcedMs = 0; ///< receive time; of repetitions one an hour is noted
    std::vector<FieldSpec> fields;
    bool operator==(const KnownTemplate&) const = default;
};

/// Most fields that a message has room for.
constexpr size_t kMostTemplateFields = 65535 / 4;

/// Whether an exporter could have announced it and a decoder taken it: what comes out of a file is not trusted.
[[nodiscard]] bool isPossible(const KnownTemplate& known);

/// What has changed; `gone` comes first: one may be in both.
struct TemplateNews {
    std::vector<TemplateId> gone;
    std::vector<KnownTemplate> defined; ///< new or with other fields
    [[nodiscard]] bool empty() const { return gone.empty() && defined.empty(); }
};

} // namespace rivereto::core
