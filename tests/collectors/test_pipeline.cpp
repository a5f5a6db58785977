// SPDX-License-Identifier: GPL-3.0-or-later
// The pipeline in one process: order, bounds, drops, failures, draining and stopping.
#include <QtTest>

#include <condition_variable>
#include <set>

#include "collectors/pipeline/pipeline.h"
#include "tests/support/messages.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::collectors;
using namespace rivereto::support;
using Clock = std::chrono::steady_clock;

class PipelineTest : public QObject {
    Q_OBJECT
private slots:
    void queueKeepsOrderAndBounds();
    void queueClosesForBothSides();
    void nothingIsLost_data();
    void nothingIsLost();
    void exportersKeepTheirOrder();
    void drainDecodesEverything();
    void rowsAndDatagramsTogether();
    void rowsWaitForASlowSink();
    void fullQueuesDropAndCount();
    void pushWaitsForASlowSink();
    void failingSinkIsReported();
    void failingFlushIsReported();
    void holdHandsOverInTime();
    void namesAreTold();
    void templatesAreToldAndRestored();
    void enricherRunsOnEveryRow();
    void hugeDatagramsFitIntoSegments();
    void destructorFinishes();
    void countersWhileRunning();
};

namespace {

/// Remembers what it was given; can be made slow, or to fail.
class Sink final : public core::FlowSink {
public:
    core::Result<void> append(core::FlowBatch&& batch) override
    {
        std::unique_lock lock(m_mutex);
        m_open.wait(lock, [&] { return !m_shut; });
        if (m_failAfter && m_rows >= *m_failAfter)
            return core::fail("the disk is full");
        m_rows += batch.rows();
        for (size_t row = 0; row < batch.rows(); ++row)
            m_bytes[batch.view(core::ColumnId::ExporterAddress).at<core::Ip>(row)].push_back(number(batch, "Bytes", row));
        m_largest = std::max(m_largest, batch.rows());
        ++m_batches;
        return {};
    }
    core::Result<void> flush() override
    {
        const std::lock_guard lock(m_mutex);
        ++m_flushes;
        return m_failFlush ? core::Result<void>(core::fail("the disk is full")) : core::Result<void>();
    }
    void templates(core::TemplateNews&& news) override
    {
        const std::lock_guard lock(m_mutex);
        for (const auto& id : news.gone)
            m_templates.erase(id);
        for (const auto& known : news.defined)
            m_templates[known] = known;
    }
    std::vector<core::KnownTemplate> known()
    {
        const std::lock_guard lock(m_mutex);
        std::vector<core::KnownTemplate> out;
        for (const auto& [id, known] : m_templates)
            out.push_back(known);
        return out;
    }
    void shut(bool shut)
    {
        const std::lock_guard lock(m_mutex);
        m_shut = shut;
        m_open.notify_all();
    }
    void failAfter(size_t rows)
    {
        const std::lock_guard lock(m_mutex);
        m_failAfter = rows;
    }
    void failFlush() { m_failFlush = true; }
    size_t rows()
    {
        const std::lock_guard lock(m_mutex);
        return m_rows;
    }
    size_t flushes()
    {
        const std::lock_guard lock(m_mutex);
        return m_flushes;
    }
    size_t largest()
    {
        const std::lock_guard lock(m_mutex);
        return m_largest;
    }
    std::map<core::Ip, std::vector<uint64_t>> bytes()
    {
        const std::lock_guard lock(m_mutex);
        return m_bytes;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_open;
    bool m_shut = false;
    std::optional<size_t> m_failAfter;
    std::atomic<bool> m_failFlush{false};
    size_t m_rows = 0;
    size_t m_batches = 0;
    size_t m_flushes = 0;
    size_t m_largest = 0;
    std::map<core::Ip, std::vector<uint64_t>> m_bytes;
    std::map<core::TemplateId, core::KnownTemplate> m_templates;
};

core::DatagramOrigin from(unsigned exporter) { return {.source = core::Ip::v4(0xc000'0200U + exporter), .sourcePort = 2055, .input = 0, .receivedMs = 1'700'000'000'000}; }

/// `count` v5 datagrams of one record, Bytes from 1500 + `first` on.
core::DatagramBatch batchOf(unsigned exporter, unsigned count, unsigned first = 0)
{
    core::DatagramBatch out;
    for (unsigned i = 0; i < count; ++i)
        out.add(from(exporter), netflow5(record5(static_cast<uint16_t>(first + i))));
    return out;
}

/// Rows that are flows already.
core::FlowBatch rowsOf(unsigned exporter, size_t count)
{
    core::FlowBatch out(core::Schema::builtin());
    out.addRows(count);
    std::fill_n(out.cells<core::Ip>(core::ColumnId::ExporterAddress), count, from(exporter).source);
    std::fill_n(out.cells<uint64_t>(core::ColumnId::Bytes), count, uint64_t{exporter});
    return out;
}

} // namespace

void PipelineTest::queueKeepsOrderAndBounds()
{
    BoundedQueue<int> queue(3);
    for (int i = 0; i < 3; ++i)
        QVERIFY(queue.tryPush(int(i)));
    QVERIFY(!queue.tryPush(3));
    QCOMPARE(queue.fill(), 1.0);
    std::atomic<bool> pushed{false};
    std::jthread giver([&] {
        queue.push(3);
        pushed = true;
    });
    QTest::qSleep(20);
    QVERIFY(!pushed);
    for (int i = 0; i < 4; ++i)
        QCOMPARE(queue.pop(std::chrono::seconds(5)), std::optional(i));
    giver.join();
    QVERIFY(pushed);
    const auto start = Clock::now();
    QCOMPARE(queue.pop(std::chrono::milliseconds(20)), std::nullopt);
    QVERIFY(Clock::now() - start >= std::chrono::milliseconds(19));
}

void PipelineTest::queueClosesForBothSides()
{
    BoundedQueue<int> queue(1);
    QVERIFY(queue.push(1));
    std::atomic<int> refused{0};
    std::jthread giver([&] { refused += !queue.push(2); });
    BoundedQueue<int> empty(1);
    std::jthread taker([&] { refused += !empty.pop(std::chrono::hours(1)); });
    QTest::qSleep(20);
    queue.close();
    empty.close();
    giver.join();
    taker.join();
    QCOMPARE(refused.load(), 2);
    QVERIFY(!queue.done());
    QCOMPARE(queue.pop(std::chrono::milliseconds(0)), std::optional(1));
    QVERIFY(queue.done() && empty.done());
    QVERIFY(!queue.push(3) && !queue.tryPush(3));
}

void PipelineTest::nothingIsLost_data()
{
    QTest::addColumn<int>("workers");
    QTest::addColumn<int>("givers");
    QTest::newRow("one") << 1 << 1;
    QTest::newRow("several workers") << 3 << 1;
    QTest::newRow("several givers") << 2 << 3;
}

void PipelineTest::nothingIsLost()
{
    QFETCH(int, workers);
    QFETCH(int, givers);
    Sink sink;
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = static_cast<unsigned>(workers)});
    {
        std::vector<std::jthread> threads;
        for (int g = 0; g < givers; ++g) {
            threads.emplace_back([&, g] {
                for (unsigned i = 0; i < 200; ++i) {
                    auto batch = batchOf(static_cast<unsigned>(g) * 50 + i % 40, 10, i * 10);
                    pipeline.push(batch);
                }
            });
        }
    }
    QVERIFY(pipeline.finish());
    QCOMPARE(sink.rows(), static_cast<size_t>(givers) * 2000);
    QCOMPARE(pipeline.stats().flows(), static_cast<uint64_t>(givers) * 2000);
    QCOMPARE(pipeline.stats().datagrams(), static_cast<uint64_t>(givers) * 2000);
    QCOMPARE(pipeline.dropped(), uint64_t{0});
    QVERIFY(sink.flushes() >= 1);
}

void PipelineTest::exportersKeepTheirOrder()
{
    Sink sink;
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 4, .hold = std::chrono::milliseconds(1)});
    for (unsigned i = 0; i < 300; ++i) {
        core::DatagramBatch batch;
        for (unsigned exporter = 0; exporter < 20; ++exporter)
            batch.add(from(exporter), netflow5(record5(static_cast<uint16_t>(i))));
        QVERIFY(pipeline.push(batch));
        QVERIFY(batch.empty());
    }
    QVERIFY(pipeline.finish());
    const auto bytes = sink.bytes();
    QCOMPARE(bytes.size(), size_t{20});
    for (const auto& [exporter, values] : bytes) {
        QCOMPARE(values.size(), size_t{300});
        for (unsigned i = 0; i < 300; ++i)
            QCOMPARE(values[i], uint64_t{1500 + i});
    }
}

void PipelineTest::drainDecodesEverything()
{
    Sink sink;
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 2});
    for (unsigned round = 1; round <= 20; ++round) {
        for (unsigned exporter = 0; exporter < 5; ++exporter) {
            auto batch = batchOf(exporter, 20);
            QVERIFY(pipeline.push(batch));
        }
        pipeline.drain();
        QCOMPARE(pipeline.stats().flows(), uint64_t{round * 100});
    }
    QVERIFY(pipeline.finish());
    pipeline.drain(); // no harm
}

/// A capture gives both, a live one beside other inputs.
void PipelineTest::rowsAndDatagramsTogether()
{
    Sink sink;
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 2});
    constexpr size_t kBatches = 50, kRows = 3000, kDatagrams = 40;
    {
        std::vector<std::jthread> inputs;
        for (unsigned input = 0; input < 3; ++input) {
            inputs.emplace_back([&pipeline, input] {
                for (size_t i = 0; i < kBatches; ++i) {
                    auto rows = rowsOf(100 + input, kRows);
                    pipeline.push(rows);
                    auto datagrams = batchOf(input, kDatagrams, static_cast<unsigned>(i * kDatagrams));
                    pipeline.push(datagrams);
                }
            });
        }
    }
    QVERIFY(pipeline.finish());
    QCOMPARE(sink.rows(), 3 * kBatches * (kRows + kDatagrams));
    QCOMPARE(pipeline.stats().flows(), 3 * kBatches * kDatagrams); // rows were counted where they were made
    const auto bytes = sink.bytes();
    for (unsigned input = 0; input < 3; ++input) {
        const auto& of = bytes.at(from(100 + input).source);
        QCOMPARE(of.size(), kBatches * kRows);
        QVERIFY(std::ranges::all_of(of, [&](uint64_t value) { return value == 100 + input; }));
    }
}

void PipelineTest::rowsWaitForASlowSink()
{
    Sink sink;
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 2});
    sink.shut(true);
    std::atomic<size_t> pushed{0};
    std::jthread input([&] {
        for (int i = 0; i < 100; ++i) {
            auto rows = rowsOf(1, 10);
            if (!pipeline.push(rows))
                return;
            ++pushed;
        }
    });
    QTest::qSleep(200);
    QVERIFY(pushed < 20); // memory is bounded
    sink.shut(false);
    input.join();
    QVERIFY(pipeline.finish());
    QCOMPARE(sink.rows(), 1000U);
    // After a failure nobody waits.
    Sink full;
    full.failAfter(0);
    Pipeline failing(core::Schema::builtin(), full, {.workers = 1});
    bool taken = true;
    for (int i = 0; taken && i < 10'000; ++i) {
        auto rows = rowsOf(1, 10);
        taken = failing.push(rows);
    }
    QVERIFY(!taken);
    QVERIFY(!failing.finish());
}

void PipelineTest::fullQueuesDropAndCount()
{
    Sink sink;
    sink.shut(true);
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 1, .hold = std::chrono::milliseconds(1)});
    const auto opened = qScopeGuard([&] { sink.shut(false); });
    uint64_t offered = 0;
    const auto start = Clock::now();
    for (unsigned i = 0; i < 400; ++i) {
        auto batch = batchOf(1, 10);
        pipeline.offer(batch);
        QVERIFY(batch.empty());
        offered += 10;
        if (i % 50 == 0)
            QTest::qSleep(5);
    }
    // Never waits for the sink.
    QVERIFY(Clock::now() - start < std::chrono::seconds(5));
    QVERIFY(pipeline.dropped() > 0);
    QVERIFY(pipeline.fill() > 0.9);
    sink.shut(false);
    QVERIFY(pipeline.finish());
    QCOMPARE(sink.rows() + pipeline.dropped(), offered);
    QCOMPARE(pipeline.stats().datagrams() + pipeline.dropped(), offered);
    // What is offered to a finished pipeline is lost, and counted.
    auto late = batchOf(1, 3);
    const auto before = pipeline.dropped();
    pipeline.offer(late);
    QCOMPARE(pipeline.dropped(), before + 3);
    auto pushed = batchOf(1, 3);
    QVERIFY(!pipeline.push(pushed));
    pipeline.drain();
}

void PipelineTest::pushWaitsForASlowSink()
{
    Sink sink;
    sink.shut(true);
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 1, .hold = std::chrono::milliseconds(1)});
    const auto opened = qScopeGuard([&] { sink.shut(false); });
    auto first = batchOf(1, 2);
    pipeline.push(first);
    QTest::qSleep(100); // the worker is now at the sink
    std::atomic<unsigned> pushed{0};
    std::jthread giver([&] {
        for (unsigned i = 0; i < 300; ++i) {
            auto batch = batchOf(1, 2);
            pipeline.push(batch);
            ++pushed;
        }
    });
    QTest::qSleep(300);
    QVERIFY2(pushed > 0 && pushed < 200, qPrintable(QString::number(pushed)));
    sink.shut(false);
    giver.join();
    QVERIFY(pipeline.finish());
    QCOMPARE(sink.rows(), size_t{602});
    QCOMPARE(pipeline.dropped(), uint64_t{0});
}

void PipelineTest::failingSinkIsReported()
{
    Sink sink;
    sink.failAfter(100);
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 2, .hold = std::chrono::milliseconds(1)});
    QVERIFY(!pipeline.error());
    bool taken = true;
    const auto start = Clock::now();
    while (taken && Clock::now() - start < std::chrono::seconds(20)) {
        auto batch = batchOf(1, 10);
        taken = pipeline.push(batch);
    }
    QVERIFY(!taken);
    QVERIFY(pipeline.error());
    QCOMPARE(pipeline.error()->message(), std::string("the disk is full"));
    pipeline.drain();
    const auto finished = pipeline.finish();
    QVERIFY(!finished);
    QCOMPARE(finished.error().message(), std::string("the disk is full"));
    QVERIFY(sink.rows() >= 100);
    // Nothing was said to be committed.
    QCOMPARE(sink.flushes(), size_t{0});
}

void PipelineTest::failingFlushIsReported()
{
    Sink sink;
    sink.failFlush();
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 1});
    auto batch = batchOf(1, 10);
    QVERIFY(pipeline.push(batch));
    QVERIFY(!pipeline.finish());
}

void PipelineTest::holdHandsOverInTime()
{
    Sink sink;
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 1, .hold = std::chrono::milliseconds(50)});
    for (int round = 0; round < 3; ++round) {
        const auto before = sink.rows();
        auto batch = batchOf(1, 1);
        const auto start = Clock::now();
        pipeline.offer(batch);
        while (sink.rows() == before && Clock::now() - start < std::chrono::seconds(5))
            QTest::qSleep(2);
        const auto waited = Clock::now() - start;
        QVERIFY(sink.rows() == before + 1);
        QVERIFY2(waited < std::chrono::milliseconds(1000), qPrintable(QString::number(std::chrono::duration<double>(waited).count())));
    }
    // Without hold rows wait for a full batch, or the end.
    Sink other;
    Pipeline replay(core::Schema::builtin(), other, {.workers = 1});
    auto batch = batchOf(1, 5);
    replay.push(batch);
    replay.drain();
    QTest::qSleep(300);
    QCOMPARE(other.rows(), size_t{0});
    QVERIFY(replay.finish());
    QCOMPARE(other.rows(), size_t{5});
}

void PipelineTest::namesAreTold()
{
    Sink sink;
    std::mutex mutex;
    std::vector<core::LearntName> learnt;
    Pipeline pipeline(core::Schema::builtin(), sink,
                      {.workers = 2, .onNames = [&](std::vector<core::LearntName> names) {
                           const std::lock_guard lock(mutex);
                           learnt.insert(learnt.end(), names.begin(), names.end());
                       }});
    core::DatagramBatch batch;
    const auto message = ipfix(Octets()
                                   .add(set(3, optionsTemplateIpfix(300, {{10, 4}}, {{82, 8}})))
                                   .add(set(300, Octets().u32(7).text("et-0/0/7", 8))));
    for (unsigned exporter = 0; exporter < 8; ++exporter)
        batch.add(from(exporter), message);
    QVERIFY(pipeline.push(batch));
    QVERIFY(pipeline.finish());
    QCOMPARE(learnt.size(), size_t{8});
    std::set<core::Ip> exporters;
    for (const auto& name : learnt) {
        QCOMPARE(name.name, std::string("et-0/0/7"));
        QCOMPARE(name.id, 7U);
        exporters.insert(name.exporter);
    }
    QCOMPARE(exporters.size(), size_t{8});
}

void PipelineTest::templatesAreToldAndRestored()
{
    constexpr unsigned kExporters = 20;
    const auto ran = [&](const Octets& payload, Sink& sink, PipelineOptions options) {
        Pipeline pipeline(core::Schema::builtin(), sink, std::move(options));
        core::DatagramBatch batch;
        for (unsigned exporter = 0; exporter < kExporters; ++exporter)
            batch.add(from(exporter), ipfix(payload));
        pipeline.push(batch);
        (void)pipeline.finish();
        return pipeline.stats();
    };
    const auto announced = set(2, templateRecord(256, {{1, 4}, {2, 4}}));
    const auto data = set(256, Octets().u32(100).u32(1));
    Sink import;
    ran(announced, import, {.workers = 3});
    QVERIFY(import.known().empty());
    Sink live;
    ran(announced, live, {.workers = 3, .keepTemplates = true});
    QCOMPARE(live.known().size(), size_t{kExporters});
    // Each worker has those of its exporters, however many there are now.
    Sink again;
    const auto stats = ran(data, again, {.workers = 4, .keepTemplates = true, .restore = live.known()});
    QCOMPARE(stats.flows(), uint64_t{kExporters});
    QCOMPARE(stats[core::DecodeCount::RestoredSets], uint64_t{kExporters});
    QVERIFY(again.known().empty());
    QCOMPARE(ran(data, again, {.workers = 4, .restore = live.known()}).flows(), uint64_t{0});
    // Within about a second while it runs.
    Sink running;
    Pipeline pipeline(core::Schema::builtin(), running, {.workers = 2, .hold = std::chrono::milliseconds(10), .keepTemplates = true});
    core::DatagramBatch batch;
    batch.add(from(1), ipfix(announced));
    pipeline.push(batch);
    QTRY_COMPARE_WITH_TIMEOUT(running.known().size(), size_t{1}, 10'000);
    batch.add(from(1), ipfix(set(2, Octets().u16(256).u16(0))));
    pipeline.push(batch);
    QTRY_COMPARE_WITH_TIMEOUT(running.known().size(), size_t{0}, 10'000);
    QVERIFY(pipeline.finish());
}

void PipelineTest::enricherRunsOnEveryRow()
{
    struct Step final : core::EnrichStep {
        explicit Step(std::atomic<size_t>& rows) : m_rows(rows) { }
        void apply(core::FlowBatch& batch) override { m_rows += batch.rows(); }
        std::atomic<size_t>& m_rows;
    };
    std::atomic<size_t> rows{0};
    std::atomic<size_t> made{0};
    Sink sink;
    Pipeline pipeline(core::Schema::builtin(), sink,
                      {.enricher = [&] {
                           ++made;
                           core::Enricher chain;
                           chain.add(std::make_unique<Step>(rows));
                           return chain;
                       },
                       .workers = 3});
    for (unsigned exporter = 0; exporter < 30; ++exporter) {
        auto batch = batchOf(exporter, 10);
        pipeline.push(batch);
    }
    QVERIFY(pipeline.finish());
    QCOMPARE(rows.load(), size_t{300});
    QCOMPARE(made.load(), size_t{3}); // a chain a worker
}

/// Records of one octet: one datagram has as many rows as a segment.
void PipelineTest::hugeDatagramsFitIntoSegments()
{
    Sink sink;
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 1});
    core::DatagramBatch batch;
    batch.add(from(1), ipfix(set(2, templateRecord(256, {{4, 1}}))));
    Octets records;
    for (unsigned i = 0; i < 60'000; ++i)
        records.u8(6);
    for (int i = 0; i < 4; ++i)
        batch.add(from(1), ipfix(set(256, records)));
    QVERIFY(pipeline.push(batch));
    QVERIFY(pipeline.finish());
    QCOMPARE(pipeline.stats().flows(), uint64_t{240'000});
    QCOMPARE(sink.rows(), size_t{240'000});
}

void PipelineTest::destructorFinishes()
{
    Sink sink;
    {
        Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 2});
        for (unsigned i = 0; i < 20; ++i) {
            auto batch = batchOf(i, 10);
            pipeline.push(batch);
        }
    }
    QCOMPARE(sink.rows(), size_t{200});
    QCOMPARE(sink.flushes(), size_t{1});
}

void PipelineTest::countersWhileRunning()
{
    Sink sink;
    Pipeline pipeline(core::Schema::builtin(), sink, {.workers = 2, .hold = std::chrono::milliseconds(1)});
    std::atomic<bool> stop{false};
    std::jthread watcher([&] {
        uint64_t before = 0;
        while (!stop) {
            const auto now = pipeline.stats().flows();
            if (now < before)
                qFatal("a counter went back");
            before = now;
            (void)pipeline.dropped();
            (void)pipeline.fill();
            (void)pipeline.error();
        }
    });
    for (unsigned i = 0; i < 300; ++i) {
        auto batch = batchOf(i % 7, 5);
        i % 2 == 0 ? (void)pipeline.push(batch) : pipeline.offer(batch);
    }
    QVERIFY(pipeline.finish());
    stop = true;
    watcher.join();
    QCOMPARE(pipeline.stats().flows() + pipeline.dropped(), uint64_t{1500});
}

QTEST_GUILESS_MAIN(PipelineTest)
#include "test_pipeline.moc"
