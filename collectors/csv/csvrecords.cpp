// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/csv/csvrecords.h"

#include <algorithm>
#include <cstring>

namespace rivereto::collectors {

namespace {
constexpr std::string_view kDelimiters = ",;\t|";
}

/// Reads on; false at the end, or when nothing more can be kept.
bool CsvRecords::more()
{
    if (m_ended)
        return false;
    if (m_begin > 0) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
        m_end -= std::exchange(m_begin, 0);
    }
    if (m_end == m_buffer.size())
        return false;
    const auto got = m_stream->read({reinterpret_cast<uint8_t*>(m_buffer.data()) + m_end, m_buffer.size() - m_end});
    m_ended = got <= 0;
    m_end += m_ended ? 0 : static_cast<size_t>(got);
    return !m_ended;
}

/// Everything to the end of the line at hand, however long.
void CsvRecords::skipLine()
{
    for (;;) {
        const auto* from = m_buffer.data() + m_begin;
        if (const auto* end = static_cast<const char*>(std::memchr(from, '\n', m_end - m_begin))) {
            m_begin += static_cast<size_t>(end - from) + 1;
            ++m_nextLine;
            return;
        }
        m_begin = m_end;
        if (!more())
            return;
    }
}

CsvRecords::Next CsvRecords::next()
{
    m_line = m_nextLine;
    bool quoted = false;
    size_t closed = SIZE_MAX; // where quotes ended last: two quotes mean one
    size_t lines = 1;
    for (size_t at = 0;; ++at) {
        if (at == m_end - m_begin && !more()) {
            if (m_stream->error() != 0 || at == 0)
                return Next::End;
            if (quoted) {
                skipLine();
                return Next::Broken;
            }
            m_text = {m_buffer.data() + m_begin, at};
            m_begin += at;
            break;
        }
        const char c = m_buffer[m_begin + at];
        if (c == '"') {
            // Elsewhere than at the beginning of a field a quote is a letter.
            const bool begins = at == 0 || closed == at - 1 || kDelimiters.find(m_buffer[m_begin + at - 1]) != std::string_view::npos;
            closed = quoted ? at : closed;
            quoted = !quoted && begins;
        }
        if (c == '\n' && !quoted) {
            m_text = {m_buffer.data() + m_begin, at};
            m_begin += at + 1;
            break;
        }
        lines += c == '\n' ? 1 : 0;
        if (lines > kMostLines || at >= kLongest) {
            // Quotes that were never meant as such cost their own line alone.
            skipLine();
            return Next::Broken;
        }
    }
    m_nextLine += lines;
    if (m_text.ends_with('\r'))
        m_text.remove_suffix(1);
    return Next::Record;
}

const std::vector<std::string_view>& CsvRecords::split(char delimiter)
{
    m_fields.clear();
    auto* at = const_cast<char*>(m_text.data()); // of m_buffer
    auto* const end = at + m_text.size();
    for (;;) {
        auto* const begin = at;
        if (at != end && *at == '"') {
            // Two quotes mean one; the field gets shorter in its place.
            auto* to = begin;
            for (++at; at != end; ++at) {
                if (*at == '"' && (++at == end || *at != '"'))
                    break;
                *to++ = *at;
            }
            for (; at != end && *at != delimiter; ++at)
                *to++ = *at;
            m_fields.emplace_back(begin, static_cast<size_t>(to - begin));
        } else {
            at = std::find(at, end, delimiter);
            m_fields.emplace_back(begin, static_cast<size_t>(at - begin));
        }
        if (at == end)
            return m_fields;
        ++at;
    }
}

} // namespace rivereto::collectors
