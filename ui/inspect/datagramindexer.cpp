// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/datagramindexer.h"

#include <algorithm>
#include <chrono>
#include <unordered_map>

namespace rivereto::ui {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kPartRows = 16384;
constexpr auto kTellEvery = std::chrono::milliseconds(150);
/// Datagrams whose fields are others than those of all before: beyond these they share a number, which every search finds.
constexpr size_t kMostShapes = 4096;
constexpr size_t kMostExporters = 65536;
/// Further words for problems are those of the last.
constexpr size_t kMostProblems = 4096;

uint16_t small(uint64_t n)
{
    return static_cast<uint16_t>(std::min<uint64_t>(n, UINT16_MAX));
}

/// Goes through the datagrams, on the pool's thread.
class Walk {
public:
    using Tell = std::function<void(std::shared_ptr<IndexPart>)>;
    Walk(uint64_t mostRows, Tell tell)
        : m_mostRows(mostRows)
        , m_tell(std::move(tell))
    {
    }

    void add(const core::Datagram& datagram)
    {
        const bool listed = m_number++ < m_mostRows;
        if (!listed && !core::carriesTemplates(datagram.payload))
            return;
        const auto tree = m_dissector.outline(datagram);
        m_history->add(datagram, tree, m_number);
        if (!listed)
            return;
        const auto summary = core::summarize(tree, datagram.payload);
        m_part->rows.push_back({.timeMs = datagram.receivedMs,
            .domain = summary.domain,
            .sequence = summary.sequence,
            .shape = shapeOf(tree),
            .exporter = exporterOf(datagram.source),
            .length = small(datagram.payload.size()),
            .sets = small(summary.sets),
            .records = small(uint64_t {summary.records} + summary.optionsRecords),
            .templates = small(summary.templates),
            .problems = small(summary.problems),
            .problem = summary.problems > 0 ? problemOf(tree) : uint16_t {0},
            .protocol = summary.protocol,
            .hasDomain = summary.hasDomain});
        if (m_part->rows.size() >= kPartRows || (m_part->rows.size() % 64 == 0 && Clock::now() - m_told > kTellEvery))
            tell();
    }

    void tell()
    {
        m_part->share = m_share;
        m_tell(std::exchange(m_part, std::make_shared<IndexPart>()));
        m_told = Clock::now();
    }

    void setShare(double share) { m_share = share; }
    [[nodiscard]] uint64_t datagrams() const { return m_number; }
    [[nodiscard]] std::shared_ptr<const core::TemplateHistory> history() const { return m_history; }

private:
    uint32_t exporterOf(const core::Ip& address)
    {
        const auto known = m_exporters.find(address);
        if (known != m_exporters.end())
            return known->second;
        if (m_exporters.size() >= kMostExporters)
            return kMostExporters - 1;
        const auto number = static_cast<uint32_t>(m_exporters.size());
        m_exporters.emplace(address, number);
        m_part->exporters.push_back(address);
        return number;
    }

    uint32_t shapeOf(const core::DissectNode& tree)
    {
        const auto shape = core::DatagramShape::of(tree);
        if (const auto known = m_shapes.find(shape.hash); known != m_shapes.end())
            return known->second;
        const auto number = static_cast<uint32_t>(std::min(m_shapes.size(), kMostShapes));
        if (number == kMostShapes)
            return number;
        m_shapes.emplace(shape.hash, number);
        auto& kinds = m_part->shapes.emplace_back();
        for (const auto* field : shape.fields) {
            const auto name = field->name + (field->element ? fmt::format("\n{}:{}", field->enterprise, *field->element) : "");
            const auto [kind, fresh] = m_kinds.try_emplace(name, static_cast<uint32_t>(m_kinds.size()));
            if (fresh)
                m_part->kinds.push_back({field->name, field->element, field->enterprise});
            kinds.push_back(kind->second);
        }
        return number;
    }

    uint16_t problemOf(const core::DissectNode& tree)
    {
        std::string words;
        core::forProblems(tree, [&](const core::DissectNode& node, const std::string& path) {
            if (words.empty())
                words
                    = path.substr(path.rfind(" › ") == std::string::npos ? 0 : path.rfind(" › ") + std::string_view(" › ").size())
                    + ": " + node.note;
        });
        const auto known = m_problems.find(words);
        if (known != m_problems.end())
            return known->second;
        if (m_problems.size() >= kMostProblems)
            return kMostProblems - 1;
        const auto number = static_cast<uint16_t>(m_problems.size());
        m_problems.emplace(words, number);
        m_part->problems.push_back(words);
        return number;
    }

    uint64_t m_mostRows;
    Tell m_tell;
    core::Dissector m_dissector;
    std::shared_ptr<core::TemplateHistory> m_history = std::make_shared<core::TemplateHistory>();
    std::shared_ptr<IndexPart> m_part = std::make_shared<IndexPart>();
    std::unordered_map<core::Ip, uint32_t> m_exporters;
    std::unordered_map<uint64_t, uint32_t> m_shapes;
    std::unordered_map<std::string, uint32_t> m_kinds;
    std::unordered_map<std::string, uint16_t> m_problems;
    Clock::time_point m_told = Clock::now();
    uint64_t m_number = 0;
    double m_share = 0;
};

} // namespace

DatagramIndexer::DatagramIndexer(QObject* parent)
    : QObject(parent)
{
    // One that is slow to notice its end does not hold up the next.
    m_pool.setMaxThreadCount(2);
}

DatagramIndexer::~DatagramIndexer()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

void DatagramIndexer::cancel()
{
    m_stop.request_stop();
}

void DatagramIndexer::start(std::shared_ptr<core::DatagramSource> source, uint64_t mostRows)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_running = source != nullptr;
    const auto generation = ++m_generation;
    if (!source)
        return;
    m_pool.start([this, source = std::move(source), mostRows, generation, stop = m_stop.get_token()] {
        const auto post = [this, generation](auto then) {
            QMetaObject::invokeMethod(
                this,
                [this, generation, then = std::move(then)] {
                    if (generation == m_generation)
                        then();
                },
                Qt::QueuedConnection);
        };
        Walk walk(mostRows,
            [this, &post](std::shared_ptr<IndexPart> part) { post([this, part = std::move(part)] { emit found(part); }); });
        const core::Control control {.stop = stop, .progress = [&](double share) { walk.setShare(share); }};
        const auto done = source->readAll(control, [&](const core::Datagram& datagram, const core::Ip&, uint16_t) {
            walk.add(datagram);
            return !stop.stop_requested();
        });
        walk.tell();
        post(
            [this, templates = walk.history(), datagrams = walk.datagrams(), whole = done.has_value() && !stop.stop_requested()] {
                m_running = false;
                emit finished(templates, datagrams, whole);
            });
    });
}

} // namespace rivereto::ui
