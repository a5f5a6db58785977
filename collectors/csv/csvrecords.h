// SPDX-License-Identifier: GPL-3.0-or-later
// CsvRecords: lines of a CSV file as fields (RFC 4180), from a stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/capture/bytestream.h"

namespace rivereto::collectors {

/// Takes bounded memory: a record has at most kLongest bytes and kMostLines lines. LF and CRLF end one, outside of quotes.
class CsvRecords {
public:
    static constexpr size_t kLongest = 64 * 1024;
    static constexpr size_t kMostLines = 16;

    explicit CsvRecords(std::unique_ptr<ByteStream> stream) : m_stream(std::move(stream)), m_buffer(4 * kLongest) { }

    enum class Next : uint8_t {
        Record,
        Broken, ///< quotes that do not end, or a line that is too long; it is left out
        End ///< or an error, or a stop: see stream()
    };
    /// The raw text of the next record without its end; empty lines are records, too. Valid until the next call.
    Next next();
    [[nodiscard]] std::string_view text() const { return m_text; }
    /// Number of its first line, from 1.
    [[nodiscard]] uint64_t line() const { return m_line; }
    /// The fields of text(), quotes taken off. Valid until the next call of next(); the text is worthless afterwards.
    const std::vector<std::string_view>& split(char delimiter);
    [[nodiscard]] ByteStream& stream() { return *m_stream; }
    [[nodiscard]] const ByteStream& stream() const { return *m_stream; }

private:
    bool more();
    void skipLine();

    std::unique_ptr<ByteStream> m_stream;
    std::vector<char> m_buffer;
    size_t m_begin = 0;
    size_t m_end = 0;
    bool m_ended = false;
    uint64_t m_line = 0;
    uint64_t m_nextLine = 1;
    std::string_view m_text;
    std::vector<std::string_view> m_fields;
};

} // namespace rivereto::collectors
