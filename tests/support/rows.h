// SPDX-License-Identifier: GPL-3.0-or-later
// Reading single cells of a FlowBatch in tests, by column name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/batch/flowbatch.h"

namespace rivereto::support {

/// A number of any width; 0 where the column is absent.
inline uint64_t number(const core::FlowBatch& batch, std::string_view column, size_t row = 0)
{
    return batch.view(batch.schema().find(column)).number(row);
}
/// An address as text; empty for none.
inline std::string address(const core::FlowBatch& batch, std::string_view column, size_t row = 0)
{
    const auto ip = batch.view(batch.schema().find(column)).at<core::Ip>(row);
    return ip.isZero() ? std::string() : ip.toString();
}
inline std::string text(const core::FlowBatch& batch, std::string_view column, size_t row = 0)
{
    return std::string(batch.dictionary().text(static_cast<uint32_t>(number(batch, column, row))));
}
/// A list as "1,2,3".
inline std::string list(const core::FlowBatch& batch, std::string_view column, size_t row = 0)
{
    std::string out;
    for (const auto word : core::listWords(text(batch, column, row)))
        out += (out.empty() ? "" : ",") + std::to_string(word);
    return out;
}

} // namespace rivereto::support
