// SPDX-License-Identifier: GPL-3.0-or-later
// IpfixWriter: writes flows as a file of IPFIX messages (RFC 5655, RFC 7011). Read this first in collectors/ipfix to write.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "core/store/flowwriter.h"

namespace rivereto::collectors {

struct IpfixWriterOptions {
    std::shared_ptr<const core::Schema> schema; ///< of the rows
    std::function<core::Result<void>(std::string_view)> put; ///< takes the bytes of the file in order; its error ends the writing
    size_t maxTemplates = 4096; ///< of a domain; then all are withdrawn. 1 … 65280
};

/// A row becomes a data record of its observation domain, in a message of its export time (TimeExported, else TimeReceived; whole
/// seconds). Every column that has an element is written as the first one of its list that needs nothing else to be understood,
/// and besides: TimeReceived as collectionTimeMilliseconds (258), SamplingRate as samplingInterval (34) where it is known, the
/// exporter as exporterIPv4Address or exporterIPv6Address (130, 131). leftOut() names the columns with values that have none.
///
/// Templates have only what rows have; they stand before their first record, once in a domain. Memory is bounded: after 65 536
/// domains those before are forgotten, and their numbers start again.
std::unique_ptr<core::FlowWriter> makeIpfixWriter(IpfixWriterOptions options);

} // namespace rivereto::collectors
