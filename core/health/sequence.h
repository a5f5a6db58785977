// SPDX-License-Identifier: GPL-3.0-or-later
// SequenceTracker: what a row of sequence numbers tells about messages that are missing, late or came twice.
#pragma once

#include <array>
#include <cstdint>

namespace rivereto::core {

/// Follows numbers modulo 2³² that grow by the units of each message. Knows the latest gaps, so that what comes late is not
/// taken for lost.
class SequenceTracker {
public:
    enum class Kind : uint8_t {
        First,
        Followed,
        Gap, ///< units are missing before it
        Late, ///< it came after later ones; when it fills a gap, `lost` takes back what had been counted
        Reset, ///< the numbers began anew
        Unseen ///< units are missing, but across a silence
    };
    struct Step {
        Kind kind = Kind::First;
        int64_t units = 0; ///< Gap and Unseen: missing; Late: found again, as a negative number
    };
    struct Message {
        uint32_t sequence = 0;
        uint32_t units = 0;
        bool newer = true; ///< its own clock is not behind that of the latest
        bool silence = false; ///< nothing was heard for long before it
        bool exact = true; ///< false: there may be more units in it than could be counted
    };

    Step take(const Message& message);
    /// The exporter has restarted: whatever this number is, the next follows it.
    void restart(uint32_t sequence, uint32_t units);
    /// The next number is this one, whatever has been counted.
    void expect(uint32_t sequence) { m_next = sequence; }
    /// How far a number is from the one that is expected.
    [[nodiscard]] int32_t distance(uint32_t sequence) const { return static_cast<int32_t>(sequence - m_next); }
    [[nodiscard]] bool started() const { return m_started; }

private:
    struct Gap {
        uint32_t from = 0;
        uint32_t size = 0; ///< 0: none
    };
    Step late(const Message& message);
    void remember(Gap gap);

    uint32_t m_next = 0;
    bool m_started = false;
    bool m_exact = true;
    uint8_t m_oldest = 0;
    std::array<Gap, 16> m_gaps;
};

} // namespace rivereto::core
