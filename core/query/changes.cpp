// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/changes.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/query/keyorder.h"
#include "core/query/shape.h"

namespace rivereto::core {

namespace {

/// So much of the change is to be made by as few values as possible.
constexpr double kCovered = 0.8;
/// Sums of rounded rates: what misses the mark by less has reached it.
constexpr double kRounding = 1e-9;
/// Of the larger whole: less is hardly a change.
constexpr double kHardly = 0.02;
/// Values whose part of the change is less than so many times their part before have grown with everything.
constexpr double kLeastLift = 1.25;
/// Values put in order at first; more when these do not suffice.
constexpr size_t kFirstOrdered = 64;

/// p log2(p / m); nothing is certain of what never occurs.
double divergent(double p, double m) { return p > 0 ? p * std::log2(p / m) : 0; }

} // namespace

bool ChangeScale::mixed() const { return std::abs(whole()) < kHardly * std::max(wholeBefore, wholeDuring); }

Changes::Changes(const SumsOfBoth& sums, const ChangeScale& scale, size_t ordered, const std::stop_token& stop) : m_scale(scale), m_keyWidth(sums.request.keyWidth())
{
    join(sums, stop);
    weigh();
    if (!stop.stop_requested())
        order(sums, ordered, stop);
}

void Changes::join(const SumsOfBoth& sums, const std::stop_token& stop)
{
    const auto& during = sums.during.cells;
    const auto& before = sums.before.cells;
    GroupTable table(m_keyWidth);
    for (size_t cell = 0; cell < during.size() && !stops(stop, cell); ++cell)
        table.entryOf(during.key(cell));
    std::vector<bool> joined(during.size());
    m_values.reserve(std::max(during.size(), before.size()));
    for (size_t cell = 0; cell < before.size() && !stops(stop, cell); ++cell) {
        Value value{.key = before.key(cell), .before = before.value(cell), .during = 0, .weight = 0};
        if (const auto entry = table.find(value.key)) {
            joined[*entry] = true;
            value.during = during.value(*entry); // keys are entered in their order, each once
            if (sums.within)
                value.before -= std::min(value.before, value.during);
        }
        m_values.push_back(value);
    }
    for (size_t cell = 0; cell < during.size() && !stops(stop, cell); ++cell) {
        if (!joined[cell])
            m_values.push_back({.key = during.key(cell), .before = 0, .during = during.value(cell), .weight = 0});
    }
}

void Changes::weigh()
{
    const bool mixed = m_scale.mixed();
    const double direction = m_scale.whole() < 0 ? -1 : 1;
    for (auto& value : m_values) {
        const double change = static_cast<double>(value.during) * m_scale.during - static_cast<double>(value.before) * m_scale.before;
        value.weight = mixed ? std::abs(change) : change * direction;
        m_all += mixed ? value.weight : 0;
    }
    if (!mixed)
        m_all = std::abs(m_scale.whole());
    else if (m_all < kRounding * std::max(m_scale.wholeBefore, m_scale.wholeDuring))
        m_all = 0; // every value is what it was
}

/// Few values mostly suffice, of however many.
void Changes::order(const SumsOfBoth& sums, size_t ordered, const std::stop_token& stop)
{
    const auto& texts = sums.before.texts->size() > sums.during.texts->size() ? *sums.before.texts : *sums.during.texts;
    const KeyOrder byKey(sums.request, texts);
    const auto first = [&](const Value& a, const Value& b) { return a.weight != b.weight ? a.weight > b.weight : byKey(a.key, b.key); };
    const double target = m_all * (kCovered - kRounding);
    size_t sorted = 0;
    for (size_t wanted = std::max(ordered, kFirstOrdered); sorted < m_values.size() && !stop.stop_requested(); wanted *= 16) {
        const size_t next = std::min(wanted, m_values.size());
        std::partial_sort(m_values.begin() + static_cast<ptrdiff_t>(sorted), m_values.begin() + static_cast<ptrdiff_t>(next), m_values.end(), first);
        sorted = next;
        m_needed = fewest(sorted, target);
        if (m_needed <= sorted)
            break;
    }
    m_needed = std::min(m_needed, m_values.size());
    for (size_t value = 0; value < m_needed; ++value)
        m_covered += m_values[value].weight;
    m_covered = m_all > 0 ? m_covered / m_all : 0;
}

/// One more than `sorted` when these do not reach the target.
size_t Changes::fewest(size_t sorted, double target) const
{
    if (target <= 0)
        return 0;
    double sum = 0;
    for (size_t value = 0; value < sorted; ++value) {
        sum += m_values[value].weight;
        if (sum >= target)
            return value + 1;
    }
    return sorted + 1;
}

ValueChange Changes::sumOf(size_t first, size_t last) const
{
    uint64_t before = 0;
    uint64_t during = 0;
    double weight = 0;
    for (size_t value = first; value < last; ++value) {
        before += m_values[value].before;
        during += m_values[value].during;
        weight += m_values[value].weight;
    }
    ValueChange out{.text = {}, .before = static_cast<double>(before) * m_scale.before, .during = static_cast<double>(during) * m_scale.during};
    out.change = out.during - out.before;
    out.share = m_all > 0 ? weight / m_all + 0.0 : 0; // 0, not -0
    return out;
}

std::optional<double> Changes::divergence() const
{
    double allBefore = 0;
    double allDuring = 0;
    for (const auto& value : m_values) {
        allBefore += static_cast<double>(value.before);
        allDuring += static_cast<double>(value.during);
    }
    if (allBefore <= 0 || allDuring <= 0)
        return std::nullopt;
    double sum = 0;
    for (const auto& value : m_values) {
        const double p = static_cast<double>(value.before) / allBefore;
        const double q = static_cast<double>(value.during) / allDuring;
        const double middle = (p + q) / 2;
        sum += divergent(p, middle) + divergent(q, middle);
    }
    return std::clamp(sum / 2, 0.0, 1.0);
}

bool Changes::inProportion() const
{
    if (m_scale.mixed() || m_needed == 0 || m_scale.wholeBefore <= 0)
        return false;
    const double part = sumOf(0, m_needed).before / m_scale.wholeBefore;
    return part > 0 && m_covered < kLeastLift * part;
}

double Changes::filled() const
{
    const std::vector<uint8_t> zeros(m_keyWidth, 0);
    const double all = m_scale.wholeBefore + m_scale.wholeDuring;
    for (size_t value = 0; value < m_values.size() && all > 0; ++value) {
        if (std::memcmp(m_values[value].key, zeros.data(), m_keyWidth) == 0)
            return 1 - (at(value).before + at(value).during) / all;
    }
    return 1;
}

uint64_t Changes::fingerprint() const
{
    uint64_t out = m_values.size();
    for (const auto& value : m_values)
        out += mix64(mix64(value.before) ^ std::rotl(value.during, 32) ^ value.during);
    return out;
}

} // namespace rivereto::core
