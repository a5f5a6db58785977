// SPDX-License-Identifier: GPL-3.0-or-later
// Template tables, waiting data sets, options data and damaged v9 and IPFIX messages.
#include <QtTest>

#include "core/decode/decoder.h"
#include "core/decode/templatetable.h"
#include "tests/support/messages.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

namespace {

struct Run {
    explicit Run(DecoderOptions options = {})
        : decoder(Schema::builtin(), options)
        , batch(Schema::builtin())
    {
    }
    void operator()(std::span<const uint8_t> payload, uint16_t port = 2055, uint64_t ms = 1'700'000'001'234, uint16_t input = 0)
    {
        decoder.decode(datagram(payload, port, ms, input), batch);
    }
    [[nodiscard]] uint64_t count(DecodeCount id) const { return decoder.stats()[id]; }
    [[nodiscard]] size_t rows() const { return batch.rows(); }
    [[nodiscard]] SamplingSource source(size_t row) const
    {
        return static_cast<SamplingSource>(number(batch, "SamplingSource", row));
    }
    [[nodiscard]] uint64_t rate(size_t row) const { return number(batch, "SamplingRate", row); }
    Decoder decoder;
    FlowBatch batch;
};

const Octets kTemplate = set(2, templateRecord(256, {{1, 4}, {2, 4}}));
const Octets kOtherTemplate = set(2, templateRecord(256, {{2, 4}, {1, 4}}));
const Octets kData = set(256, Octets().u32(100).u32(1));

} // namespace

class TemplatesTest : public QObject {
    Q_OBJECT
private slots:
    void dataBeforeItsTemplate()
    {
        Run run;
        run(ipfix(kData, 7, kExportSeconds - 60), 2055, 1'699'999'940'000);
        run(ipfix(kData, 8, kExportSeconds), 2055, 1'700'000'000'000); // another domain
        QCOMPARE(run.rows(), 0U);
        QCOMPARE(run.decoder.stats().losses(), 0U);
        run(ipfix(kTemplate));
        QCOMPARE(run.rows(), 1U);
        QCOMPARE(number(run.batch, "TimeReceived"), 1'699'999'940'000U);
        QCOMPARE(number(run.batch, "TimeExported"), (kExportSeconds - 60) * 1000ULL);
        QCOMPARE(run.count(DecodeCount::LateSets), 1U);
        run.decoder.finish();
        QCOMPARE(run.count(DecodeCount::UnknownSets), 1U);
    }

    void waitingIsBounded()
    {
        Run run({.maxPendingBytes = 64 * 1024});
        const Octets big = set(300, Octets().zeros(1000));
        for (int i = 0; i < 1000; ++i)
            run(ipfix(big, static_cast<uint32_t>(i)));
        QVERIFY(run.count(DecodeCount::UnknownSets) > 900);
        run.decoder.finish();
        QCOMPARE(run.count(DecodeCount::UnknownSets), 1000U);
        Run one({.maxPendingBytes = 64 * 1024}); // one template's sets must not push out everybody's
        one(ipfix(kData, 1));
        for (int i = 0; i < 1000; ++i)
            one(ipfix(big, 2));
        one(ipfix(kTemplate, 1));
        QCOMPARE(one.rows(), 1U);
    }

    void waitingEnds()
    {
        Run run({.maxPendingAgeMs = 1000});
        run(ipfix(kData, 1), 2055, 1'700'000'000'000);
        run(ipfix(kData, 2), 2055, 1'700'000'002'000);
        QCOMPARE(run.count(DecodeCount::UnknownSets), 1U);
    }

    void redefinition()
    {
        Run run;
        run(ipfix(Octets().add(kTemplate).add(kData).add(kTemplate).add(kOtherTemplate).add(kData)));
        QCOMPARE(number(run.batch, "Bytes", 0), 100U);
        QCOMPARE(number(run.batch, "Bytes", 1), 1U);
        QCOMPARE(run.count(DecodeCount::Templates), 3U);
        QCOMPARE(run.count(DecodeCount::TemplatesChanged), 1U);
    }

    void withdrawal()
    {
        Run run;
        run(ipfix(Octets().add(kTemplate).add(set(2, Octets().u16(256).u16(0))).add(kData)));
        QCOMPARE(run.rows(), 0U);
        QCOMPARE(run.count(DecodeCount::TemplatesWithdrawn), 1U);
        run(ipfix(Octets().add(kTemplate).add(set(2, templateRecord(257, {{1, 4}})))));
        QCOMPARE(run.rows(), 1U); // the waiting set
        run(ipfix(Octets().add(set(2, Octets().u16(2).u16(0))).add(kData)));
        QCOMPARE(run.count(DecodeCount::TemplatesWithdrawn), 3U);
        QCOMPARE(run.rows(), 1U);
    }

    void templatesBelongToASession()
    {
        Run run;
        run(ipfix(kTemplate), 1000);
        run(ipfix(kOtherTemplate), 2000);
        run(ipfix(kData), 1000);
        run(ipfix(kData), 2000);
        run(ipfix(kData), 3000); // another port of the same exporter: what it defined last
        run(ipfix(kData), 1000, 1'700'000'001'234, 5);
        QCOMPARE(number(run.batch, "Bytes", 0), 100U);
        QCOMPARE(number(run.batch, "Bytes", 1), 1U);
        QCOMPARE(number(run.batch, "Bytes", 2), 1U);
        QCOMPARE(run.rows(), 4U);
        run(netflow9(kData), 1000); // another protocol has other templates
        QCOMPARE(run.rows(), 4U);
    }

    void damagedTemplates()
    {
        Run run;
        run(ipfix(set(2, Octets().u16(256).u16(9).u16(1).u16(4)))); // fewer fields than it says
        run(ipfix(set(2, templateRecord(100, {{1, 4}})))); // number of a set that is no data
        run(netflow9(set(1, Octets().u16(256).u16(3).u16(4).u16(1).u16(4)))); // scope length no multiple of four
        run(ipfix(set(3, Octets().u16(256).u16(1).u16(2).u16(1).u16(4)))); // more scopes than fields
        QCOMPARE(run.count(DecodeCount::MalformedTemplates), 4U);
        run(ipfix(Octets().add(set(2, templateRecord(256, {{1, 0}}))).add(kData))); // records of no octets
        QCOMPARE(run.count(DecodeCount::MalformedSets), 1U);
        QCOMPARE(run.rows(), 0U);
    }

    void templateLimit()
    {
        Run run({.maxTemplates = 3});
        for (uint16_t id = 256; id < 266; ++id)
            run(ipfix(set(2, templateRecord(id, {{1, 4}}))));
        QCOMPARE(run.count(DecodeCount::TemplatesRefused), 0U);
        QCOMPARE(run.count(DecodeCount::TemplatesEvicted), 7U);
        for (uint16_t id = 256; id < 266; ++id)
            run(ipfix(set(id, Octets().u32(1))));
        QCOMPARE(run.rows(), 3U); // the youngest
    }

    void announcedAgainIsYoungAgain()
    {
        Run run({.maxTemplates = 3});
        for (const uint16_t id : {256, 257, 258, 256, 259, 260})
            run(ipfix(set(2, templateRecord(id, {{1, 4}}))));
        QCOMPARE(run.count(DecodeCount::TemplatesEvicted), 2U);
        for (const uint16_t id : {256, 259, 260, 257, 258})
            run(ipfix(set(id, Octets().u32(1))));
        QCOMPARE(run.rows(), 3U);
        QCOMPARE(run.count(DecodeCount::TemplatesChanged), 0U);
        run(ipfix(set(2, templateRecord(257, {{1, 4}})))); // one that was put out comes again, and what waits for it
        QCOMPARE(run.rows(), 4U);
    }

    void fieldsAreLimitedToo()
    {
        Run run({.maxTemplates = 4, .maxTemplatesPerExporter = 2}); // 64 fields an exporter
        Octets many;
        for (int i = 0; i < 60; ++i)
            many.u16(1 + i).u16(1);
        run(ipfix(kTemplate));
        run(ipfix(set(2, Octets().u16(257).u16(60).add(many))));
        QCOMPARE(run.count(DecodeCount::TemplatesEvicted), 0U);
        run(ipfix(set(2, templateRecord(256, {{1, 4}, {2, 4}, {10, 4}, {14, 4}, {4, 1}}))));
        QCOMPARE(run.count(DecodeCount::TemplatesEvicted), 1U); // the large one
        run(ipfix(set(257, Octets().zeros(60))));
        QCOMPARE(run.rows(), 0U);
        // What can never fit is refused; that it was another before is no longer true.
        run(ipfix(set(2, Octets().u16(256).u16(120).add(many).add(many))));
        QCOMPARE(run.count(DecodeCount::TemplatesRefused), 1U);
        QCOMPARE(run.count(DecodeCount::TemplatesEvicted), 1U);
        run(ipfix(set(256, Octets().zeros(17))));
        QCOMPARE(run.rows(), 0U);
    }

    void floodOfOneExporter()
    {
        Run run;
        const auto from = [&](uint32_t source, const Octets& payload) {
            run.decoder.decode({{Ip::v4(source), 2055, 0, 1'700'000'001'234}, payload}, run.batch);
        };
        constexpr uint32_t kOthers = 500;
        for (uint32_t other = 0; other < kOthers; ++other)
            from(0x0b000000 + other, ipfix(kTemplate));
        constexpr uint32_t kMessages = 10'000;
        constexpr uint16_t kEach = 100;
        for (uint32_t domain = 0; domain < kMessages; ++domain) {
            Octets records;
            for (uint16_t i = 0; i < kEach; ++i)
                records.add(templateRecord(static_cast<uint16_t>(256 + i), {{1, 4}, {2, static_cast<uint16_t>(1 + domain % 4)}}));
            from(0x0a000001, ipfix(set(2, records), domain));
        }
        QCOMPARE(run.count(DecodeCount::Templates), kOthers + kMessages * kEach);
        QCOMPARE(run.count(DecodeCount::TemplatesEvicted), kMessages * kEach - 8192U);
        QCOMPARE(run.count(DecodeCount::TemplatesRefused), 0U);
        for (uint32_t other = 0; other < kOthers; ++other)
            from(0x0b000000 + other, ipfix(kData));
        QCOMPARE(run.rows(), kOthers);
        from(0x0a000001, ipfix(set(256, Octets().u32(1).zeros(4)), kMessages - 1));
        QCOMPARE(run.rows(), kOthers + 1);
        from(0x0a000001, ipfix(set(256, Octets().u32(1).zeros(4)), 0));
        QCOMPARE(run.rows(), kOthers + 1);
    }

    void restoredUntilAnnouncedAgain()
    {
        Run first;
        first(ipfix(kTemplate));
        first(ipfix(set(3, optionsTemplateIpfix(400, {{10, 4}}, {{82, 8}}))));
        first(netflow9(set(0, templateRecord(300, {{1, 4}}))));
        auto news = first.decoder.takeTemplates(2);
        QCOMPARE(news.defined.size(), 2U);
        for (auto& known : first.decoder.takeTemplates(2).defined)
            news.defined.push_back(known);
        QCOMPARE(news.defined.size(), 3U);
        QVERIFY(first.decoder.takeTemplates(2).empty());

        Run run;
        run.decoder.restore(news.defined);
        run(ipfix(Octets().add(kData).add(kData)), 999, 1'700'000'002'000, 3); // whatever its port and input
        run(ipfix(set(400, Octets().u32(5).text("Gi0/5", 8))));
        run(netflow9(set(300, Octets().u32(9))));
        QCOMPARE(run.rows(), 3U);
        QCOMPARE(number(run.batch, "Bytes", 0), 100U);
        QCOMPARE(run.decoder.takeNames().size(), 1U);
        QCOMPARE(run.count(DecodeCount::RestoredSets), 4U);
        QCOMPARE(run.decoder.stats().losses(), 0U);
        QVERIFY(run.decoder.takeTemplates(9).empty()); // nothing that is not known outside
        run(ipfix(kData, 8)); // not of another domain
        QCOMPARE(run.rows(), 3U);

        run(ipfix(Octets().add(kOtherTemplate).add(kData)), 1000);
        run(ipfix(kData), 2000);
        QCOMPARE(number(run.batch, "Bytes", 3), 1U);
        QCOMPARE(number(run.batch, "Bytes", 4), 1U);
        QCOMPARE(run.count(DecodeCount::RestoredSets), 4U);
        QCOMPARE(run.count(DecodeCount::TemplatesChanged), 0U);
        news = run.decoder.takeTemplates(9);
        QCOMPARE(news.gone.size(), 1U);
        QCOMPARE(news.defined.size(), 1U);
        QCOMPARE(news.defined[0].fields[0].id, uint16_t {2});
        run(ipfix(set(3, Octets().u16(3).u16(0)))); // all options templates are withdrawn, restored ones too
        QCOMPARE(run.count(DecodeCount::TemplatesWithdrawn), 1U);
        run(ipfix(set(400, Octets().u32(6).text("Gi0/6", 8))));
        QVERIFY(run.decoder.takeNames().empty());
        news = run.decoder.takeTemplates(9);
        QCOMPARE(news.gone.size(), 1U);
        QCOMPARE(news.gone[0].id, uint16_t {400});
    }

    void onlyChangesAreNews()
    {
        Run run;
        run(ipfix(kTemplate), 1000);
        QCOMPARE(run.decoder.takeTemplates(9).defined.size(), 1U);
        run(ipfix(kTemplate), 1000);
        run(ipfix(kTemplate), 2000);
        QVERIFY(run.decoder.takeTemplates(9).empty());
        run(ipfix(kTemplate), 1000, 1'700'000'001'234 + 3'700'000); // so that it is known to be of use still
        auto news = run.decoder.takeTemplates(9);
        QCOMPARE(news.defined.size(), 1U);
        QCOMPARE(news.defined[0].announcedMs, 1'700'000'001'234U + 3'700'000);
        run(ipfix(kOtherTemplate), 1000);
        news = run.decoder.takeTemplates(9);
        QCOMPARE(news.gone.size(), 1U);
        QCOMPARE(news.defined.size(), 1U);
        run(ipfix(set(2, Octets().u16(256).u16(0))), 1000);
        news = run.decoder.takeTemplates(9);
        QCOMPARE(news.gone.size(), 1U);
        QVERIFY(news.defined.empty());
    }

    void whatCannotBeIsNotRestored()
    {
        const KnownTemplate good {{Ip::v4(0xc0000201), 7, 256, Protocol::Ipfix}, false, 1, {{0, 1, 4, false}, {0, 2, 4, false}}};
        std::vector<KnownTemplate> bad(6, good);
        bad[0].fields.assign(60'000, {0, 1, 4, false});
        bad[1].protocol = static_cast<Protocol>(77);
        bad[2].fields.clear();
        bad[3].fields[0].length = 0;
        bad[4].id = 2;
        bad[5].fields.assign(5, {0, 1, 0, true});
        Run run;
        run.decoder.restore(bad);
        run(ipfix(kData));
        QCOMPARE(run.rows(), 0U);
        run.decoder.restore({&good, 1});
        run(ipfix(kData));
        QCOMPARE(run.rows(), 1U);
        Run full({.maxTemplates = 2}); // within the limits: the youngest
        std::vector<KnownTemplate> many(4, good);
        for (size_t i = 0; i < many.size(); ++i)
            many[i].id = static_cast<uint16_t>(256 + i);
        full.decoder.restore(many);
        for (uint16_t id = 256; id < 260; ++id)
            full(ipfix(set(id, Octets().u32(1).u32(1))));
        QCOMPARE(full.rows(), 2U);
        QCOMPARE(full.count(DecodeCount::TemplatesEvicted), 0U);
        QCOMPARE(full.decoder.takeTemplates(9).gone.size(), 2U);
    }

    void floodOfManySources()
    {
        TemplateTable table({.templates = 65'536, .perExporter = 8192});
        const auto schema = Schema::builtin();
        const ElementMap elements(*schema);
        size_t evicted = 0;
        for (uint32_t source = 0; source < 100'000; ++source) {
            for (uint16_t id = 256; id < 266; ++id) {
                const TemplateKey key {Ip::v4(source), 1, 2055, 0, id, Protocol::Ipfix};
                evicted += table.define(key, {{0, 1, 4, false}, {0, 2, 4, false}}, false, 0, elements, *schema).evicted;
                QVERIFY(table.size() <= 65'536);
            }
        }
        QCOMPARE(table.size(), 65'536U);
        QCOMPARE(evicted, 1'000'000U - 65'536U);
        QVERIFY(table.find({Ip::v4(99'999), 1, 2055, 0, 265, Protocol::Ipfix}));
        QVERIFY(table.find({Ip::v4(99'999), 1, 1, 3, 265, Protocol::Ipfix}));
        QVERIFY(!table.find({Ip::v4(0), 1, 2055, 0, 256, Protocol::Ipfix}));
        QCOMPARE(table.withdrawAll({Ip::v4(99'999), 1, 2055, 0, 3, Protocol::Ipfix}, false), 10U);
        QVERIFY(!table.find({Ip::v4(99'999), 1, 1, 3, 265, Protocol::Ipfix}));
        QCOMPARE(table.size(), 65'526U);
    }

    void damagedSets()
    {
        Run run;
        run(ipfix(Octets().add(kTemplate).add(set(5, Octets().u32(1))).add(kData)));
        QCOMPARE(run.count(DecodeCount::ReservedSets), 1U);
        QCOMPARE(run.rows(), 1U);
        run(ipfix(Octets().add(kData).u16(256).u16(2)));
        QCOMPARE(run.count(DecodeCount::MalformedMessages), 1U);
        run(ipfix(Octets().add(kData).add(set(256, Octets().u16(1)))));
        QCOMPARE(run.count(DecodeCount::MalformedSets), 1U);
        Octets cut = ipfix(Octets().add(set(256, Octets().u32(1).u32(2).u32(3).u32(4))));
        cut.data().resize(cut.size() - 4);
        run(cut);
        QCOMPARE(run.rows(), 4U); // the record that is there
        QCOMPARE(run.count(DecodeCount::Truncated), 2U); // the message and the set
    }

    void severalMessagesInOneDatagram()
    {
        Run run;
        run(Octets().add(ipfix(Octets().add(kTemplate).add(kData))).add(ipfix(kData)));
        QCOMPARE(run.rows(), 2U);
        QCOMPARE(run.count(DecodeCount::Messages), 2U);
    }

    void samplingOfTheRecord()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(2,
                          Octets()
                              .add(templateRecord(256, {{1, 4}, {34, 4}}))
                              .add(templateRecord(257, {{1, 4}, {305, 4}, {306, 4}}))
                              .add(templateRecord(258, {{1, 4}, {309, 4}, {310, 4}}))))
                      .add(set(256, Octets().u32(1).u32(64).u32(1).u32(0)))
                      .add(set(257, Octets().u32(1).u32(2).u32(18)))
                      .add(set(258, Octets().u32(1).u32(1).u32(500)))));
        QCOMPARE(run.rate(0), 64U);
        QCOMPARE(run.source(0), SamplingSource::Record);
        QCOMPARE(run.rate(1), 1U);
        QCOMPARE(run.source(1), SamplingSource::Unknown);
        QCOMPARE(run.rate(2), 10U);
        QCOMPARE(run.rate(3), 500U);
    }

    void samplingOfASamplerAndOfTheExporter()
    {
        Run run;
        run(netflow9(Octets()
                         .add(set(1, optionsTemplate9(400, {{1, 4}}, {{48, 1}, {49, 1}, {50, 4}})))
                         .add(set(400, Octets().u32(0).u8(3).u8(2).u32(2000)))
                         .add(set(0, Octets().add(templateRecord(256, {{1, 4}, {48, 1}})).add(templateRecord(257, {{1, 4}}))))
                         .add(set(256, Octets().u32(1).u8(3).u32(1).u8(4)))));
        QCOMPARE(run.count(DecodeCount::OptionsRecords), 1U);
        QCOMPARE(run.rate(0), 2000U);
        QCOMPARE(run.source(0), SamplingSource::Sampler);
        QCOMPARE(run.source(1), SamplingSource::Unknown); // another sampler
        run(netflow9(Octets()
                         .add(set(1, optionsTemplate9(401, {{1, 4}}, {{34, 4}, {35, 1}})))
                         .add(set(401, Octets().u32(0).u32(100).u8(1)))
                         .add(set(257, Octets().u32(1)))
                         .add(set(256, Octets().u32(1).u8(4)))));
        QCOMPARE(run.rate(2), 100U);
        QCOMPARE(run.source(2), SamplingSource::Exporter);
        QCOMPARE(run.rate(3), 100U);
        // System scope is about all of the exporter's domains.
        run(netflow9(Octets().add(set(0, templateRecord(257, {{1, 4}}))).add(set(257, Octets().u32(1))), {.source = 8}));
        QCOMPARE(run.rate(4), 100U);
    }

    void scopeTypesAreNotElements()
    {
        Run run; // scope 2 "interface" is not element 2; the rate is that interface's
        run(netflow9(Octets()
                         .add(set(1, optionsTemplate9(400, {{2, 4}}, {{34, 4}})))
                         .add(set(400, Octets().u32(5).u32(300)))
                         .add(set(0, templateRecord(256, {{10, 4}, {14, 4}})))
                         .add(set(256, Octets().u32(5).u32(1).u32(6).u32(5).u32(6).u32(7)))));
        QCOMPARE(run.rate(0), 300U);
        QCOMPARE(run.rate(1), 300U);
        QCOMPARE(run.source(1), SamplingSource::Exporter);
        QCOMPARE(run.source(2), SamplingSource::Unknown);
    }

    void selectorsOfIpfix()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(3, optionsTemplateIpfix(400, {{302, 8}}, {{304, 2}, {305, 4}, {306, 4}})))
                      .add(set(400, Octets().u64(9).u16(1).u32(1).u32(999)))
                      .add(set(2, templateRecord(256, {{1, 4}, {302, 4}})))
                      .add(set(256, Octets().u32(1).u32(9)))));
        QCOMPARE(run.rate(0), 1000U);
        QCOMPARE(run.source(0), SamplingSource::Sampler);
    }

    void namesOfInterfacesAndVrfs()
    {
        Run run;
        const Octets interfaces = set(400, Octets().u32(5).text("Gi0/5", 8).text("uplink", 8));
        run(ipfix(Octets()
                      .add(set(3, optionsTemplateIpfix(400, {{10, 4}}, {{82, 8}, {83, 8}})))
                      .add(interfaces)
                      .add(set(3, optionsTemplateIpfix(401, {{234, 4}}, {{236, 65535}})))
                      .add(set(401, Octets().u32(9).u8(4).text("blue")))));
        auto names = run.decoder.takeNames();
        QCOMPARE(names.size(), 2U);
        QCOMPARE(names[0].id, 5U);
        QCOMPARE(names[0].name, "Gi0/5");
        QCOMPARE(names[0].description, "uplink");
        QCOMPARE(names[1].kind, LearntName::Kind::Vrf);
        QCOMPARE(names[1].name, "blue");
        run(ipfix(interfaces)); // nothing new
        QVERIFY(run.decoder.takeNames().empty());
    }

    void applicationNames()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{1, 4}, {95, 4}})))
                      .add(set(256, Octets().u32(1).u32(0x0d000035)))
                      .add(set(3, optionsTemplateIpfix(400, {{95, 4}}, {{96, 8}, {94, 8}})))
                      .add(set(400, Octets().u32(0x0d000035).text("dns", 8).text("names", 8)))
                      .add(set(256, Octets().u32(1).u32(0x0d000035).u32(1).u32(0)))));
        QCOMPARE(text(run.batch, "Application", 0), "13:53");
        QCOMPARE(text(run.batch, "Application", 1), "dns");
        QCOMPARE(text(run.batch, "Application", 2), "");
    }

    void bootTimeFromOptions()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(3, optionsTemplateIpfix(400, {{149, 4}}, {{160, 8}})))
                      .add(set(400, Octets().u32(7).u64(kExportSeconds * 1000ULL - 5000)))
                      .add(set(2, templateRecord(256, {{22, 4}, {21, 4}})))
                      .add(set(256, Octets().u32(1000).u32(2000)))));
        QCOMPARE(number(run.batch, "TimeFlowStart"), kExportSeconds * 1000ULL - 4000);
    }

    void exporterFromTheMessage()
    {
        Run run({.exporterFromMessage = true});
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{1, 4}, {130, 4}})))
                      .add(set(256, Octets().u32(1).ip("203.0.113.9").u32(1).u32(0)))));
        QCOMPARE(address(run.batch, "ExporterAddress", 0), "203.0.113.9");
        QCOMPARE(address(run.batch, "ExporterAddress", 1), "192.0.2.1");
    }

    void templateOfManyEmptyFieldsTakesNoMemory()
    {
        Octets fields;
        for (int i = 0; i < 15000; ++i)
            fields.u16(1).u16(0);
        fields.u16(4).u16(65535);
        Run run;
        run(ipfix(set(2, Octets().u16(256).u16(15001).add(fields))));
        run(ipfix(set(256, Octets().zeros(60000))));
        QCOMPARE(run.rows(), 60000U);
    }
};

QTEST_APPLESS_MAIN(TemplatesTest)
#include "test_decode_templates.moc"
