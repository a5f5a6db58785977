// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/naivequery.h"

#include <algorithm>
#include <cmath>

#include "core/text/names.h"
#include "core/text/value.h"

namespace rivereto::support {

using core::ColumnId;
using core::Unit;

namespace {

std::string bigEndian(uint64_t number)
{
    std::string out;
    for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>(number >> shift & 0xff);
    return out;
}

std::string orderOf(core::Ip ip) { return bigEndian(ip.hi) + bigEndian(ip.lo); }

bool derivedFromList(core::Derived derived) { return derived >= core::Derived::Nth1 && derived <= core::Derived::Nth4; }

} // namespace

uint64_t NaiveFlows::number(const std::string& name, size_t row) const
{
    const auto& column = schema()[schema().find(name)];
    const auto base = [&](size_t i) { return std::string(schema()[column.bases[i]].name); };
    if (column.stored())
        return m_flows.view(column.id).number(row);
    if (derivedFromList(column.derived)) {
        const auto words = list(base(0), row);
        const auto n = static_cast<size_t>(column.derived) - static_cast<size_t>(core::Derived::Nth1);
        return n < words.size() ? words[n] : 0;
    }
    const uint64_t packets = number("Packets", row);
    const uint64_t size = packets == 0 ? 0 : number("Bytes", row) / packets;
    switch (column.derived) {
    case core::Derived::PacketSize: return size;
    case core::Derived::PacketSizeBucket: return core::sizeBucket(size);
    case core::Derived::IcmpV4: return number("Proto", row) != 1 ? 0 : core::icmpCell(static_cast<uint8_t>(number("ICMPv4Type", row)), static_cast<uint8_t>(number("ICMPv4Code", row)));
    case core::Derived::IcmpV6: return number("Proto", row) != 58 ? 0 : core::icmpCell(static_cast<uint8_t>(number("ICMPv6Type", row)), static_cast<uint8_t>(number("ICMPv6Code", row)));
    default: return 0;
    }
}

core::Ip NaiveFlows::address(const std::string& name, size_t row) const { return m_flows.view(schema().find(name)).at<core::Ip>(row); }

std::string NaiveFlows::bytes(const std::string& name, size_t row) const
{
    return std::string(m_flows.dictionary().text(m_flows.view(schema().find(name)).at<uint32_t>(row)));
}

std::vector<uint32_t> NaiveFlows::list(const std::string& name, size_t row) const { return core::listWords(bytes(name, row)); }

NaiveValue NaiveFlows::value(const std::string& name, size_t row, unsigned truncateV4, unsigned truncateV6) const
{
    const auto& column = schema()[schema().find(name)];
    if (column.storage() == core::Storage::Ip) {
        const auto ip = address(name, row);
        const bool cut = ip.isV4() ? truncateV4 < 32 : truncateV6 < 128;
        const auto masked = ip.masked(ip.isV4() ? 96 + truncateV4 : truncateV6);
        return {masked.isZero() ? "" : masked.toString() + (cut ? "/" + std::to_string(ip.isV4() ? truncateV4 : truncateV6) : ""), orderOf(masked)};
    }
    if (column.derived == core::Derived::Prefix) {
        const auto ip = address(std::string(schema()[column.bases[0]].name), row);
        const auto mask = number(std::string(schema()[column.bases[1]].name), row);
        if (mask == 0 || ip.isZero())
            return {"", std::string(24, '\0')};
        const auto bits = static_cast<unsigned>(mask + (ip.isV4() ? 96 : 0));
        const auto masked = ip.masked(bits);
        return {masked.toString() + "/" + std::to_string(mask), orderOf(masked) + bigEndian(bits)};
    }
    if (column.storage() == core::Storage::Dict) {
        const auto text = bytes(name, row);
        const auto id = m_flows.view(column.id).at<uint32_t>(row);
        return {core::formatCell(column, &id, m_flows.dictionary()), text};
    }
    return core::withCellType(column.storage(), [&](auto cell) -> NaiveValue {
        using T = decltype(cell);
        if constexpr (std::is_integral_v<T>)
            cell = static_cast<T>(number(name, row));
        return {core::formatCell(column, &cell, m_flows.dictionary()), bigEndian(number(name, row))};
    });
}

namespace {

using Key = std::vector<NaiveValue>;
using Texts = std::vector<std::string>;

Texts textsOf(const Key& key)
{
    Texts out;
    for (const auto& value : key)
        out.push_back(value.text);
    return out;
}

/// What a flow adds to a point.
struct Part {
    size_t row;
    size_t point;
    double value;
    double samples; ///< sampled packets
};
using Parts = std::vector<Part>;

struct Group {
    Key key;
    Parts parts;
};
using Groups = std::map<Texts, Group>;

/// One question of one direction and time.
struct Question {
    core::Query query;
    FilterTree filter;
    std::vector<std::string> dimensions;
    core::TimeRange range;
    bool everything = false; ///< no range was asked for
    uint64_t interval = 0;
    uint64_t first = 0;
    size_t points = 1;
    int half = 0; ///< of conversations: 0 both, 1 from the smaller address, 2 from the larger
};

constexpr uint64_t kDay = 86'400'000;

uint64_t touched(core::TimeRange range, uint64_t step) { return (range.to - 1) / step - range.from / step + 1; }

uint64_t ladder(core::TimeRange range, unsigned points)
{
    constexpr uint64_t s = 1000;
    for (const uint64_t step : {uint64_t{10}, uint64_t{100}, s, 2 * s, 5 * s, 10 * s, 15 * s, 30 * s, 60 * s, 120 * s, 300 * s, 600 * s, 900 * s, 1800 * s, 3600 * s, 7200 * s, 10800 * s, 21600 * s, 43200 * s}) {
        if (touched(range, step) <= std::max(points, 1U))
            return step;
    }
    // A range that is cut at both ends touches two points, however long they are.
    uint64_t days = std::max<uint64_t>(range.length() / kDay / std::max(points, 1U), 1);
    while (touched(range, days * kDay) > std::max(points, 2U))
        ++days;
    return days * kDay;
}

void cutInto(Question& question, uint64_t interval)
{
    question.interval = interval;
    question.first = question.range.from / interval * interval;
    question.points = touched(question.range, interval);
}

class Answer {
public:
    Answer(const NaiveFlows& flows, const Question& question) : m_flows(flows), m_question(question)
    {
        for (size_t row = 0; row < flows.rows(); ++row)
            add(row);
    }
    [[nodiscard]] const Groups& groups() const { return m_groups; }
    [[nodiscard]] bool sampled() const { return m_sampled; }

    /// Best first.
    [[nodiscard]] std::vector<Key> ranked() const
    {
        std::vector<std::pair<double, const Group*>> scored;
        for (const auto& [texts, group] : m_groups)
            scored.emplace_back(core::isPercent(m_question.query.unit) ? static_cast<float>(score(group.parts)) : score(group.parts), &group); // sums of rounded figures
        std::ranges::sort(scored, [](const auto& a, const auto& b) {
            if (a.first != b.first)
                return a.first > b.first;
            return std::ranges::lexicographical_compare(a.second->key, b.second->key, {}, &NaiveValue::order, &NaiveValue::order);
        });
        std::vector<Key> out;
        for (const auto& [value, group] : scored)
            out.push_back(group->key);
        return out;
    }

    [[nodiscard]] core::QueryResult table(const std::vector<Key>& ranking) const
    {
        auto out = counts();
        out.total = series({}, m_all);
        if (m_question.dimensions.empty()) {
            out.series.push_back(out.total);
            return out;
        }
        const size_t named = m_question.query.limit == 0 ? ranking.size() : std::min<size_t>(m_question.query.limit, ranking.size());
        std::set<Texts> taken;
        for (size_t i = 0; i < named; ++i) {
            const auto texts = textsOf(ranking[i]);
            taken.insert(texts);
            const auto found = m_groups.find(texts);
            out.series.push_back(series(texts, found == m_groups.end() ? Parts() : found->second.parts));
        }
        Parts rest;
        size_t more = 0;
        for (const auto& [texts, group] : m_groups) {
            if (taken.contains(texts))
                continue;
            rest.insert(rest.end(), group.parts.begin(), group.parts.end());
            ++more;
        }
        out.cutOff = ranking.size() - named;
        if (more > 0 || ranking.size() > named) {
            out.series.push_back(series(Texts(m_question.dimensions.size(), "Other"), rest));
            out.series.back().other = true;
        }
        return out;
    }

    [[nodiscard]] core::QueryResult sankey(const std::vector<Key>& ranking) const
    {
        auto out = counts();
        out.total = series({}, m_all);
        const size_t named = m_question.query.limit == 0 ? ranking.size() : std::min<size_t>(m_question.query.limit, ranking.size());
        out.cutOff = ranking.size() - named;
        std::vector<std::set<std::string>> values(m_question.dimensions.size());
        for (size_t i = 0; i < named; ++i) {
            for (size_t d = 0; d < values.size(); ++d)
                values[d].insert(ranking[i][d].text);
        }
        std::map<std::pair<Texts, std::vector<bool>>, Parts> links;
        for (const auto& [texts, group] : m_groups) {
            auto link = texts;
            std::vector<bool> other;
            for (size_t d = 0; d < values.size(); ++d) {
                other.push_back(!values[d].contains(texts[d]));
                if (other[d])
                    link[d] = "Other";
            }
            auto& parts = links[{link, other}];
            parts.insert(parts.end(), group.parts.begin(), group.parts.end());
        }
        for (const auto& [link, parts] : links) {
            out.series.push_back(series(link.first, parts));
            out.series.back().otherAt = link.second;
            out.series.back().other = std::ranges::find(link.second, false) == link.second.end();
        }
        std::ranges::stable_sort(out.series, [](const auto& a, const auto& b) { return a.statistics.average > b.statistics.average; });
        return out;
    }

private:
    [[nodiscard]] uint64_t number(const char* column, size_t row) const { return m_flows.number(column, row); }
    [[nodiscard]] bool lasts(size_t row) const { return number("TimeFlowStart", row) > 0 && number("TimeFlowEnd", row) > number("TimeFlowStart", row); }
    [[nodiscard]] bool inRange(size_t row) const
    {
        const auto& range = m_question.range;
        if (m_question.query.spread && m_question.everything)
            return true;
        if (m_question.query.spread && lasts(row))
            return number("TimeFlowStart", row) < range.to && number("TimeFlowEnd", row) > range.from;
        return number("TimeReceived", row) >= range.from && number("TimeReceived", row) < range.to;
    }
    [[nodiscard]] double weight(size_t row) const
    {
        const auto rate = static_cast<double>(std::max<uint64_t>(number("SamplingRate", row), 1));
        const auto bytes = static_cast<double>(number("Bytes", row));
        const auto packets = static_cast<double>(number("Packets", row));
        switch (m_question.query.unit) {
        case Unit::L3Bps:
        case Unit::Bytes: return bytes * rate;
        case Unit::Pps:
        case Unit::Packets: return packets * rate;
        case Unit::L2Bps:
        case Unit::InL2Percent:
        case Unit::OutL2Percent: return (bytes + 38 * packets) * rate;
        default: return 1;
        }
    }
    [[nodiscard]] double samples(size_t row) const { return number("SamplingRate", row) > 1 ? static_cast<double>(number("Packets", row)) : 0; }
    [[nodiscard]] size_t pointAt(uint64_t time) const
    {
        return m_question.interval == 0 || time < m_question.first ? 0 : std::min<size_t>((time - m_question.first) / m_question.interval, m_question.points - 1);
    }
    [[nodiscard]] Parts partsOf(size_t row) const
    {
        if (!m_question.query.spread || !lasts(row))
            return {{row, pointAt(number("TimeReceived", row)), weight(row), samples(row)}};
        // Whole numbers: what has passed by the end of a point, less what had before.
        const auto begin = number("TimeFlowStart", row);
        const auto end = number("TimeFlowEnd", row);
        const auto passed = [&](double whole, uint64_t time) {
            const auto part = static_cast<long double>(std::clamp(time, begin, end) - begin);
            return static_cast<double>(std::floor(static_cast<long double>(whole) * part / static_cast<long double>(end - begin)));
        };
        const auto share = [&](double whole, uint64_t low, uint64_t high) { return passed(whole, high) - passed(whole, low); };
        Parts out;
        for (size_t point = 0; point < m_question.points; ++point) {
            uint64_t low = m_question.interval == 0 ? 0 : m_question.first + point * m_question.interval;
            uint64_t high = m_question.interval == 0 ? UINT64_MAX : low + m_question.interval;
            if (m_question.everything) { // what lies outside goes to the ends
                low = point == 0 ? 0 : low;
                high = point + 1 == m_question.points ? UINT64_MAX : high;
            } else {
                low = std::max(low, m_question.range.from);
                high = std::min(high, m_question.range.to);
            }
            if (std::min(high, end) > std::max(low, begin))
                out.push_back({row, point, share(weight(row), low, high), share(samples(row), low, high)});
        }
        return out;
    }
    [[nodiscard]] Key keyOf(size_t row, bool otherEnd) const
    {
        Key out;
        const auto& query = m_question.query;
        const auto value = [&](const std::string& column) { return m_flows.value(column, row, query.truncateV4, query.truncateV6); };
        for (const auto& name : m_question.dimensions) {
            if (name == "Conversation") {
                auto a = value("SrcAddr");
                auto b = value("DstAddr");
                if (b.order < a.order)
                    std::swap(a, b);
                out.push_back({a.text + " ↔ " + b.text, a.order + b.order});
            } else if (const auto* word = m_flows.schema().findEndpoint(name)) {
                out.push_back(value(std::string(m_flows.schema()[otherEnd ? word->dst : word->src].name)));
            } else {
                out.push_back(value(name));
            }
        }
        return out;
    }
    void add(size_t row)
    {
        m_rowsInRange += inRange(row);
        if (!inRange(row) || !m_question.filter.matches(m_flows, row))
            return;
        const bool upward = m_flows.address("SrcAddr", row) <= m_flows.address("DstAddr", row);
        if (m_question.half != 0 && upward != (m_question.half == 1))
            return;
        ++m_rowsMatched;
        m_sampled = m_sampled || number("SamplingRate", row) > 1;
        const auto parts = partsOf(row);
        m_all.insert(m_all.end(), parts.begin(), parts.end());
        if (m_question.dimensions.empty())
            return;
        std::map<Texts, Key> keys;
        for (const bool otherEnd : {false, true}) {
            auto key = keyOf(row, otherEnd);
            keys.emplace(textsOf(key), std::move(key));
        }
        for (auto& [texts, key] : keys) {
            auto& group = m_groups[texts];
            group.key = key;
            group.parts.insert(group.parts.end(), parts.begin(), parts.end());
        }
    }
    [[nodiscard]] core::QueryResult counts() const
    {
        core::QueryResult out{.query = m_question.query, .range = m_question.range, .intervalMs = m_question.interval, .firstPoint = m_question.interval > 0 ? m_question.first : m_question.range.from};
        out.sampled = m_sampled;
        out.rowsMatched = m_rowsMatched;
        out.rowsInRange = m_rowsInRange;
        out.rowsStored = m_flows.rows();
        return out;
    }
    [[nodiscard]] double seconds() const
    {
        const auto ms = m_question.interval > 0 ? m_question.interval : m_question.range.length();
        return static_cast<double>(std::max<uint64_t>(ms, 1)) / 1000;
    }
    /// One figure a point, and the total.
    [[nodiscard]] std::pair<std::vector<double>, double> figures(const Parts& parts) const
    {
        std::vector<double> points(m_question.points, 0);
        double total = 0;
        const auto& query = m_question.query;
        if (query.unit == Unit::Distinct) {
            std::set<std::string> all;
            std::vector<std::set<std::string>> at(points.size());
            const auto column = std::string(m_flows.schema()[m_flows.schema().find(query.distinct)].name);
            for (const auto& part : parts) {
                const auto text = m_flows.value(column, part.row).text;
                all.insert(text);
                at[part.point].insert(text);
            }
            std::ranges::transform(at, points.begin(), [](const auto& set) { return static_cast<double>(set.size()); });
            return {points, static_cast<double>(all.size())};
        }
        if (!core::isPercent(query.unit)) {
            for (const auto& part : parts) {
                points[part.point] += part.value;
                total += part.value;
            }
            const bool rate = !core::isTotal(query.unit) && (m_question.interval > 0 || query.kind == core::QueryKind::Sankey);
            const bool bits = query.unit == Unit::L3Bps || query.unit == Unit::L2Bps;
            for (auto& point : points)
                point *= rate ? (bits ? 8 : 1) / seconds() : 1;
            return {points, total};
        }
        const std::string side = query.unit == Unit::InL2Percent ? "In" : "Out";
        std::set<std::pair<std::string, uint64_t>> interfaces;
        for (const auto& part : parts) {
            total += part.value;
            const auto speed = m_flows.number(side + "IfSpeed", part.row);
            if (speed == 0)
                continue;
            interfaces.emplace(m_flows.value("ExporterAddress", part.row).text, m_flows.number(side + "IfIndex", part.row));
            points[part.point] += part.value * 8 / seconds() * 100 / (static_cast<double>(speed) * 1e6);
        }
        for (auto& point : points)
            point = interfaces.empty() ? std::nan("") : point / static_cast<double>(interfaces.size());
        return {points, total};
    }
    /// From the first to one past the last complete point.
    [[nodiscard]] std::pair<size_t, size_t> complete() const
    {
        const size_t begin = m_question.first < m_question.range.from ? 1 : 0;
        const size_t end = m_question.points - ((m_question.first + m_question.points * m_question.interval) > m_question.range.to ? 1 : 0);
        return begin < end ? std::pair(begin, end) : std::pair(size_t{0}, m_question.points);
    }
    [[nodiscard]] double score(const Parts& parts) const
    {
        const auto [points, total] = figures(parts);
        double sum = 0;
        for (const auto point : points)
            sum += std::isnan(point) ? 0 : point;
        if (m_question.interval > 0 && m_question.query.limitBy == core::LimitBy::Max) {
            double most = 0;
            for (size_t point = complete().first; point < complete().second; ++point)
                most = std::max(most, std::isnan(points[point]) ? 0 : points[point]);
            return most;
        }
        if (m_question.interval > 0 && m_question.query.limitBy == core::LimitBy::Last)
            return std::isnan(points[complete().second - 1]) ? 0 : points[complete().second - 1];
        return core::isPercent(m_question.query.unit) ? sum : total;
    }
    [[nodiscard]] core::Series series(Texts key, const Parts& parts) const
    {
        core::Series out{.key = std::move(key)};
        auto [points, total] = figures(parts);
        auto& s = out.statistics;
        s.total = total;
        if (m_question.query.kind == core::QueryKind::Sankey)
            s.average = points[0];
        if (m_question.interval > 0) {
            const auto [begin, end] = complete();
            std::vector<double> values(points.begin() + static_cast<ptrdiff_t>(begin), points.begin() + static_cast<ptrdiff_t>(end));
            s.last = values.back();
            for (const auto value : values)
                s.average += value / static_cast<double>(values.size());
            std::ranges::sort(values);
            s.min = values.front();
            s.max = values.back();
            const double at = 0.95 * static_cast<double>(values.size() - 1);
            const double low = values[static_cast<size_t>(std::floor(at))];
            const double high = values[static_cast<size_t>(std::ceil(at))];
            s.p95 = low + (high - low) * (at - std::floor(at));
        }
        const auto unit = m_question.query.unit;
        if (m_sampled && core::isAdditive(unit) && unit != Unit::Flows && unit != Unit::Fps) {
            double sum = 0;
            for (const auto& part : parts)
                sum += part.samples;
            s.samples = static_cast<uint64_t>(sum);
        }
        if (m_question.query.kind == core::QueryKind::TimeSeries && m_question.interval > 0)
            out.points = std::move(points);
        return out;
    }

    const NaiveFlows& m_flows;
    const Question& m_question;
    Groups m_groups;
    Parts m_all;
    uint64_t m_rowsMatched = 0;
    uint64_t m_rowsInRange = 0;
    bool m_sampled = false;
};

/// p95 over 5-minute points by nearest rank, of each series that `out` has.
void addBilling(const NaiveFlows& flows, Question question, const std::vector<Key>& ranking, core::QueryResult& out)
{
    if (!question.query.billing || question.interval == 0)
        return;
    cutInto(question, 300'000);
    question.query.kind = core::QueryKind::TimeSeries;
    const auto fine = Answer(flows, question).table(ranking);
    const size_t begin = question.range.from % 300'000 == 0 ? 0 : 1;
    const size_t end = question.points - (question.range.to % 300'000 == 0 ? 0 : 1);
    const auto rank = [&](core::Series& to, std::vector<double> points) {
        if (begin < end)
            points = {points.begin() + static_cast<ptrdiff_t>(begin), points.begin() + static_cast<ptrdiff_t>(end)};
        std::ranges::sort(points);
        to.statistics.p95of5m = points[static_cast<size_t>(std::ceil(0.95 * static_cast<double>(points.size()) - 1e-9)) - 1];
    };
    for (size_t i = 0; i < out.series.size(); ++i)
        rank(out.series[i], fine.series[i].points);
    rank(out.total, fine.total.points);
}

Question opposite(const Question& question, const core::Schema& schema)
{
    auto out = question;
    for (auto& name : out.dimensions)
        name = oppositeName(name, schema);
    out.filter = out.filter.reversed(schema);
    out.query.distinct = oppositeName(out.query.distinct, schema);
    if (core::isPercent(out.query.unit))
        out.query.unit = out.query.unit == Unit::InL2Percent ? Unit::OutL2Percent : Unit::InL2Percent;
    out.half = out.half == 0 ? 0 : 2;
    return out;
}

core::QueryResult answered(const NaiveFlows& flows, const Question& question, const std::vector<Key>& ranking)
{
    auto out = Answer(flows, question).table(ranking);
    addBilling(flows, question, ranking, out);
    if (question.query.bidirectional) {
        auto other = opposite(question, flows.schema());
        other.query.bidirectional = false;
        out.reverse = std::make_shared<const core::QueryResult>(answered(flows, other, ranking));
    }
    return out;
}

} // namespace

core::QueryResult naiveQuery(const core::FlowBatch& batch, const core::Query& query, const FilterTree& filter)
{
    const NaiveFlows flows(batch);
    Question question{.query = query, .filter = filter, .dimensions = query.dimensions, .range = {}};
    question.everything = !query.range;
    if (query.range) {
        question.range = *query.range;
    } else {
        question.range.from = UINT64_MAX;
        for (size_t row = 0; row < flows.rows(); ++row) {
            question.range.from = std::min(question.range.from, flows.number("TimeReceived", row));
            question.range.to = std::max(question.range.to, flows.number("TimeReceived", row) + 1);
        }
    }
    if (query.kind == core::QueryKind::TimeSeries || (query.kind == core::QueryKind::Table && !core::isTotal(query.unit)))
        cutInto(question, query.intervalMs.value_or(ladder(question.range, query.points)));
    if (query.bidirectional && std::ranges::find(query.dimensions, "Conversation") != query.dimensions.end())
        question.half = 1;
    const Answer answer(flows, question);
    const auto ranking = answer.ranked();
    if (query.kind == core::QueryKind::Sankey) {
        auto out = answer.sankey(ranking);
        if (query.bidirectional)
            out.reverse = std::make_shared<const core::QueryResult>(Answer(flows, opposite(question, flows.schema())).sankey(ranking));
        return out;
    }
    auto out = answered(flows, question, ranking);
    constexpr uint64_t hour = 3'600'000;
    constexpr uint64_t shifts[] = {0, hour, kDay, 7 * kDay, 28 * kDay, 365 * kDay};
    if (const auto shift = shifts[static_cast<size_t>(query.previous)]; shift > 0) {
        auto earlier = question;
        earlier.range = {question.range.from - shift, question.range.to - shift};
        earlier.first -= shift;
        earlier.everything = false;
        out.previous = std::make_shared<const core::QueryResult>(answered(flows, earlier, ranking));
    }
    return out;
}

} // namespace rivereto::support
