// SPDX-License-Identifier: GPL-3.0-or-later
// Every datagram of the corpus as a tree: tiled, and with the records that the decoder finds.
#include <QTest>

#include "collectors/capture/capturereader.h"
#include "core/decode/decoder.h"
#include "core/decode/dissect.h"
#include "tests/support/corpusindex.h"
#include "tests/support/dissected.h"

using namespace rivereto;
using core::DissectKind;
using core::DissectNode;
using support::tiled;

class TestDissectCorpus : public QObject {
    Q_OBJECT
private slots:
    void everyCapture();
};

namespace {

struct Found {
    uint64_t records = 0;
    uint64_t options = 0;
    uint64_t datagrams = 0;
    uint64_t broken = 0;
    core::DecodeStats decoded;
};

Found dissectAll(const std::filesystem::path& path)
{
    Found out;
    auto reader = collectors::CaptureReader::open(path);
    if (!reader)
        return out;
    core::Decoder decoder(core::Schema::builtin());
    core::Dissector dissector;
    core::FlowBatch rows(core::Schema::builtin());
    core::DatagramBatch batch;
    for (auto status = collectors::CaptureReader::Status::More; status == collectors::CaptureReader::Status::More;) {
        batch.clear();
        rows.clear();
        status = (*reader)->read(batch);
        for (size_t i = 0; i < batch.size(); ++i) {
            decoder.decode(batch[i], rows);
            const auto tree = dissector.dissect(batch[i]);
            out.broken += !tiled(tree) || tree.length != batch[i].payload.size();
            out.records += core::nodesOf(tree, DissectKind::Record).size();
            for (const auto* sample : core::nodesOf(tree, DissectKind::Sample))
                out.records += sample->id == 1 || sample->id == 3;
            out.options += core::nodesOf(tree, DissectKind::OptionsRecord).size();
            ++out.datagrams;
        }
    }
    decoder.finish();
    out.decoded = decoder.stats();
    return out;
}

} // namespace

void TestDissectCorpus::everyCapture()
{
    const auto files = support::exportCaptures();
    if (files.empty())
        QSKIP("no corpus; tests/core/test_dissect has the same on bytes of its own");
    uint64_t datagrams = 0;
    for (const auto& file : files) {
        const auto found = dissectAll(*support::corpus() / file.path);
        datagrams += found.datagrams;
        QVERIFY2(found.broken == 0, file.path.c_str());
        // Sets that waited for their template are the decoder's alone.
        if (found.decoded[core::DecodeCount::LateSets] > 0) {
            QVERIFY2(found.records <= found.decoded.records(), file.path.c_str());
            continue;
        }
        QVERIFY2(found.records == found.decoded.records(), qPrintable(QStringLiteral("%1: %2, decoder %3").arg(QString::fromStdString(file.path)).arg(found.records).arg(found.decoded.records())));
        QVERIFY2(found.options == found.decoded[core::DecodeCount::OptionsRecords], file.path.c_str());
    }
    qInfo("%zu captures, %llu datagrams", files.size(), static_cast<unsigned long long>(datagrams));
}

QTEST_APPLESS_MAIN(TestDissectCorpus)
#include "test_dissect_corpus.moc"
