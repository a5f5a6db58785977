// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "core/text/calendar.h"
#include "core/text/names.h"

namespace rivereto::core::calendar {

using namespace std::chrono;

namespace {

/// Index of the name that `word` is or abbreviates to three letters or more.
template <size_t N> std::optional<unsigned> nameIndex(const std::array<std::string_view, N>& names, std::string_view word)
{
    for (unsigned i = 0; i < N; ++i) {
        if (word.size() >= 3 && names[i].starts_with(word))
            return i;
    }
    return std::nullopt;
}

std::optional<unsigned> monthOf(std::string_view word)
{
    static constexpr auto names = std::to_array<std::string_view>({"january", "february", "march", "april", "may", "june", "july",
        "august", "september", "october", "november", "december"});
    const auto found = nameIndex(names, word == "sept" ? "sep" : word);
    return found ? std::optional(*found + 1) : std::nullopt;
}

/// 0 is Monday.
std::optional<unsigned> weekdayOf(std::string_view word)
{
    static constexpr auto names
        = std::to_array<std::string_view>({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"});
    return nameIndex(names, word);
}

struct Word {
    std::string text; ///< lower case
    SourceSpan span;
};

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}
bool isNumeral(char c)
{
    return (c >= '0' && c <= '9') || c == ':' || c == '.';
}

std::vector<Word> splitWords(std::string_view text)
{
    const auto lower = toLower(text);
    std::vector<Word> words;
    for (size_t pos = 0; pos < lower.size();) {
        size_t end = pos + 1;
        if (lower[pos] == ' ' || lower[pos] == '\t' || lower[pos] == ',' || lower[pos] == '\n' || lower[pos] == '\r') {
            pos = end;
            continue;
        }
        const auto same = isLetter(lower[pos]) ? isLetter : isNumeral(lower[pos]) ? isNumeral : nullptr;
        while (same != nullptr && end < lower.size() && same(lower[end]))
            ++end;
        words.push_back({lower.substr(pos, end - pos), {static_cast<uint32_t>(pos), static_cast<uint32_t>(end)}});
        pos = end;
    }
    return words;
}

/// Recursive descent over the words of a natural time. Works in local milliseconds.
class TimeWords {
public:
    TimeWords(std::string_view text, int64_t localNow)
        : m_words(splitWords(text))
        , m_end(static_cast<uint32_t>(text.size()))
        , m_now(localNow)
    {
    }

    Result<int64_t> parse()
    {
        auto moment = anchor();
        while (moment && m_at < m_words.size()) {
            if (accept("at") || isClockNext()) {
                const auto clock = clockTime();
                if (!clock)
                    return tl::unexpected(clock.error());
                moment = floorTo(*moment, kDay) + *clock;
            } else if (isWord("+") || isWord("-")) {
                moment = signedShift(*moment);
            } else {
                return expected("the end of the time");
            }
        }
        return moment;
    }

private:
    struct Period {
        int64_t start;
        const Unit* unit;
    };

    [[nodiscard]] std::string_view word(size_t ahead = 0) const
    {
        return m_at + ahead < m_words.size() ? std::string_view(m_words[m_at + ahead].text) : std::string_view();
    }
    [[nodiscard]] bool isWord(std::string_view text) const { return word() == text; }
    bool accept(std::string_view text)
    {
        if (!isWord(text))
            return false;
        ++m_at;
        return true;
    }
    [[nodiscard]] tl::unexpected<Error> expected(std::string_view what) const
    {
        const auto here = m_at < m_words.size() ? m_words[m_at].span : SourceSpan {m_end, m_end};
        return tl::unexpected(m_at < m_words.size() ? makeError("expected {}, got “{}”", what, m_words[m_at].text).at(here)
                                                    : makeError("expected {} at the end", what).at(here));
    }

    [[nodiscard]] bool isNumberNext() const { return !word().empty() && word()[0] >= '0' && word()[0] <= '9'; }
    [[nodiscard]] bool isClockNext() const
    {
        return isWord("noon") || isWord("midnight")
            || (isNumberNext() && (word().find(':') != std::string_view::npos || word(1) == "am" || word(1) == "pm"));
    }

    /// noon, 14:30, 2:30 pm, 7 am.
    Result<int64_t> clockTime()
    {
        if (accept("noon"))
            return 12 * kHour;
        if (accept("midnight"))
            return 0;
        auto text = word();
        auto ms = takeClock(text);
        if (!ms) {
            text = word();
            if (const auto hour = takeNumber(text, 1, 2); hour && *hour <= 24)
                ms = *hour * kHour;
        }
        if (!ms || !text.empty())
            return expected("a time of day such as 14:30");
        ++m_at;
        if (isWord("am") || isWord("pm")) {
            if (*ms < kHour || *ms >= 13 * kHour)
                return expected("an hour from 1 to 12 before am or pm");
            *ms = *ms % (12 * kHour) + (isWord("pm") ? 12 * kHour : 0);
            ++m_at;
        }
        return *ms;
    }

    /// Number of units: "6", "1.5", "a", "an", "half an".
    std::optional<double> count()
    {
        if (accept("half")) {
            if (!accept("an"))
                accept("a");
            return 0.5;
        }
        if (accept("a") || accept("an"))
            return 1;
        double value = 0;
        const auto text = word();
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (!isNumberNext() || error != std::errc() || stop != text.data() + text.size() || value > 1e9)
            return std::nullopt;
        ++m_at;
        return value;
    }

    /// "6 hours", "1 h 30 min", "2 weeks and 3 days" away from `from`, `sign` times.
    Result<int64_t> shift(int64_t from, int sign)
    {
        bool any = false;
        do {
            const auto number = count();
            if (!number)
                return expected("a number");
            const auto* unit = findUnit(word());
            if (unit == nullptr)
                return expected("a unit of time such as hours");
            ++m_at;
            if (unit->months != 0) {
                if (*number != static_cast<double>(static_cast<int64_t>(*number)) || *number > 100'000)
                    return fail("{} is no whole number of months or years", *number);
                from = shifted(from, sign * static_cast<int64_t>(*number), *unit);
            } else {
                from += sign * static_cast<int64_t>(*number * static_cast<double>(unit->ms));
            }
            if (from > kLatest || from < -kLatest)
                return fail("that is too far from now");
            any = accept("and") || isNumberNext();
        } while (any && !isClockNext());
        return from;
    }

    Result<int64_t> signedShift(int64_t from)
    {
        const int sign = accept("-") ? -1 : 1;
        if (sign == 1)
            accept("+");
        return shift(from, sign);
    }

    Result<int64_t> anchor()
    {
        accept("the");
        if (isWord("beginning") || isWord("start") || isWord("end"))
            return edge();
        if (isClockNext() || (isWord("at") && m_at == 0)) {
            accept("at");
            const auto clock = clockTime();
            if (!clock)
                return clock;
            accept("on");
            if (m_at == m_words.size())
                return floorTo(m_now, kDay) + *clock;
            return dayOnly().map([&](int64_t day) { return floorTo(day, kDay) + *clock; });
        }
        if (isWord("-") || isWord("+"))
            return signedShift(m_now);
        if (accept("in"))
            return shift(m_now, 1);
        if (isNumberNext() || isWord("a") || isWord("an") || isWord("half"))
            return numberFirst();
        return dayOnly();
    }

    /// "6 hours ago", "6 hours from now", "3 march 2026", "2026-11-23".
    Result<int64_t> numberFirst()
    {
        if (monthOf(word(1)) || word(1) == "-" || isOrdinal(word(1)))
            return calendarDate();
        const size_t begin = m_at;
        const auto back = shift(m_now, -1);
        if (!back || accept("ago"))
            return back;
        if (accept("from")) {
            if (!accept("now"))
                return expected("now");
            m_at = begin;
            const auto ahead = shift(m_now, 1);
            m_at += 2;
            return ahead;
        }
        return expected("ago");
    }

    Result<int64_t> edge()
    {
        const bool end = isWord("end");
        ++m_at;
        if (!accept("of"))
            return expected("of");
        const auto found = period();
        if (!found)
            return tl::unexpected(found.error());
        return end ? shifted(found->start, 1, *found->unit) - 1 : found->start;
    }

    Result<Period> period()
    {
        accept("the");
        const int step = stepWord();
        if (const auto* unit = findUnit(word())) {
            ++m_at;
            return Period {startOf(shifted(m_now, step, *unit), *unit), unit};
        }
        if (const auto month = monthOf(word())) {
            ++m_at;
            return Period {monthStart(*month, step < 0), findUnit("month")};
        }
        if (m_stepped)
            --m_at;
        return dayOnly().map([&](int64_t day) { return Period {floorTo(day, kDay), findUnit("day")}; });
    }

    /// last → -1, this → 0, next → 1; m_stepped tells whether there was such a word.
    int stepWord()
    {
        m_stepped = true;
        if (accept("last") || accept("previous") || accept("past"))
            return -1;
        if (accept("this") || accept("current"))
            return 0;
        if (accept("next"))
            return 1;
        m_stepped = false;
        return 0;
    }

    /// The latest month of that name that has begun; with `before`, before this month.
    [[nodiscard]] int64_t monthStart(unsigned wanted, bool before) const
    {
        const auto today = dateOf(m_now);
        const auto thisMonth = static_cast<unsigned>(today.month());
        const bool earlier = wanted > thisMonth || (before && wanted == thisMonth);
        return midnightOf((today.year() - years(earlier ? 1 : 0)) / month(wanted) / 1);
    }

    /// A weekday relative to today: step -1 before today, 0 within this week, 1 after today.
    [[nodiscard]] int64_t weekdayDate(unsigned wanted, int step) const
    {
        const int64_t today = floorTo(m_now, kDay);
        const auto current = static_cast<int64_t>(weekdayIndex(m_now));
        const auto back = (current - wanted + 7) % 7;
        if (step == 0)
            return today + (static_cast<int64_t>(wanted) - current) * kDay;
        if (step < 0)
            return today - (back == 0 ? 7 : back) * kDay;
        return today + (7 - back) * kDay;
    }

    /// "monday", "monday 14:30": the latest that is not in the future.
    Result<int64_t> latestWeekday(unsigned wanted)
    {
        const int64_t today = floorTo(m_now, kDay);
        const int64_t date = today - ((static_cast<int64_t>(weekdayIndex(m_now)) - wanted + 7) % 7) * kDay;
        int64_t clock = 0;
        if (accept("at") || isClockNext()) {
            const auto value = clockTime();
            if (!value)
                return value;
            clock = *value;
        }
        return date + clock > m_now ? date + clock - kWeek : date + clock;
    }

    Result<int64_t> dayOnly()
    {
        accept("the");
        const int64_t today = floorTo(m_now, kDay);
        if (accept("now"))
            return m_now;
        if (accept("today"))
            return today;
        if (accept("yesterday"))
            return today - kDay;
        if (accept("tomorrow"))
            return today + kDay;
        if (isNumberNext() || monthOf(word()))
            return calendarDate();
        if (const auto weekday = weekdayOf(word())) {
            ++m_at;
            return latestWeekday(*weekday);
        }
        const int step = stepWord();
        if (m_stepped)
            return stepped(step);
        return expected("a date or a time such as 6 hours ago, yesterday at 19:00, 2026-11-23 14:30");
    }

    /// After last, this or next.
    Result<int64_t> stepped(int step)
    {
        if (isNumberNext())
            return shift(m_now, step < 0 ? -1 : 1);
        if (const auto weekday = weekdayOf(word())) {
            ++m_at;
            return weekdayDate(*weekday, step);
        }
        if (const auto* unit = findUnit(word())) {
            ++m_at;
            return step == 0 ? startOf(m_now, *unit) : shifted(m_now, step, *unit);
        }
        if (const auto month = monthOf(word())) {
            ++m_at;
            return step > 0 ? addMonths(monthStart(*month, false), 12) : monthStart(*month, step < 0);
        }
        return expected("a weekday, a month or a unit of time");
    }

    static bool isOrdinal(std::string_view suffix)
    {
        return suffix == "st" || suffix == "nd" || suffix == "rd" || suffix == "th";
    }

    std::optional<int64_t> wholeWord(int64_t most)
    {
        auto text = word();
        const auto value = takeNumber(text, 1, 4);
        if (!value || !text.empty() || *value > most)
            return std::nullopt;
        ++m_at;
        if (isOrdinal(word()))
            ++m_at;
        return value;
    }

    /// "3 march 2026", "march 3", "march 2026", "march", "2026-11-23". Without a year: the latest that has begun.
    Result<int64_t> calendarDate()
    {
        std::optional<int64_t> date;
        std::optional<int64_t> year;
        std::optional<unsigned> month;
        if (isNumberNext() && word(1) == "-") {
            year = wholeWord(9999);
            accept("-");
            if (const auto value = wholeWord(12))
                month = static_cast<unsigned>(*value);
            date = accept("-") ? wholeWord(31) : std::optional<int64_t>(1);
        } else {
            if (isNumberNext())
                date = wholeWord(31);
            if (date)
                accept("of");
            month = monthOf(word());
            if (month)
                ++m_at;
            if (month && !date && isNumberNext() && !isClockNext() && word().size() <= 2)
                date = wholeWord(31);
            if (month && isNumberNext() && !isClockNext() && word().size() == 4)
                year = wholeWord(9999);
            if (!date)
                date = 1;
        }
        if (!month || !date)
            return expected("a date such as 3 march 2026 or 2026-03-03");
        if (!year)
            year = static_cast<int>(dateOf(monthStart(*month, false)).year());
        const auto found = std::chrono::year(static_cast<int>(*year)) / std::chrono::month(*month)
            / std::chrono::day(static_cast<unsigned>(*date));
        if (!found.ok())
            return fail("there is no day {} in month {} of {}", *date, *month, *year);
        return midnightOf(found);
    }

    std::vector<Word> m_words;
    uint32_t m_end;
    int64_t m_now;
    size_t m_at = 0;
    bool m_stepped = false;
};

} // namespace

Result<int64_t> parseWords(std::string_view text, int64_t localNow)
{
    return TimeWords(text, localNow).parse();
}

} // namespace rivereto::core::calendar
