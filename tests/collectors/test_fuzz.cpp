// SPDX-License-Identifier: GPL-3.0-or-later
// Every file of tests/data/fuzz through its fuzz target, and simple mutations of it: cut anywhere, and with octets changed.
#include <QtTest>

#define LLVMFuzzerTestOneInput fuzzDecode
#include "tests/fuzz/fuzz_decode.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzzDissect
#include "tests/fuzz/fuzz_dissect.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzzTemplates
#include "tests/fuzz/fuzz_templates.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzzCapture
#include "tests/fuzz/fuzz_capture.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzzNfcapd
#include "tests/fuzz/fuzz_nfcapd.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzzIpfixFile
#include "tests/fuzz/fuzz_ipfixfile.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzzCsv
#include "tests/fuzz/fuzz_csv.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzzFilter
#include "tests/fuzz/fuzz_filter.cpp"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput fuzzTranslate
#include "tests/fuzz/fuzz_translate.cpp"
#undef LLVMFuzzerTestOneInput

#include <random>

#include "tests/support/corpus.h"

using Target = int (*)(const uint8_t*, size_t);
Q_DECLARE_METATYPE(Target)

class FuzzTest : public QObject {
    Q_OBJECT
private slots:
    void seeds_data();
    void seeds();
};

void FuzzTest::seeds_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<Target>("target");
    QTest::newRow("decode") << "decode" << Target(fuzzDecode);
    QTest::newRow("dissect") << "decode" << Target(fuzzDissect); // takes the same runs of datagrams
    QTest::newRow("templates") << "templates" << Target(fuzzTemplates);
    QTest::newRow("capture") << "capture" << Target(fuzzCapture);
    QTest::newRow("nfcapd") << "nfcapd" << Target(fuzzNfcapd);
    QTest::newRow("ipfixfile") << "ipfixfile" << Target(fuzzIpfixFile);
    QTest::newRow("csv") << "csv" << Target(fuzzCsv);
    QTest::newRow("filter") << "filter" << Target(fuzzFilter);
    QTest::newRow("translate") << "translate" << Target(fuzzTranslate);
}

void FuzzTest::seeds()
{
    QFETCH(QString, folder);
    QFETCH(Target, target);
    const auto give = [&](const QByteArray& bytes) {
        // A copy of exactly this size, so that a sanitizer sees a step beyond.
        const std::vector<uint8_t> copy(bytes.begin(), bytes.end());
        target(copy.data(), copy.size());
    };
    const QDir seeds(QString::fromStdString(rivereto::support::data("fuzz").string()) + "/" + folder);
    const auto names = seeds.entryList(QDir::Files);
    QVERIFY(names.size() >= 5);
    std::mt19937 random(1);
    for (const auto& name : names) {
        QFile file(seeds.filePath(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto bytes = file.readAll();
        give(bytes);
        for (int i = 0; i < 60; ++i) {
            give(bytes.left(static_cast<qsizetype>(random() % (static_cast<size_t>(bytes.size()) + 1))));
            auto changed = bytes;
            for (unsigned n = 1 + random() % 4; n > 0 && !changed.isEmpty(); --n)
                changed[static_cast<qsizetype>(random() % static_cast<size_t>(changed.size()))] = static_cast<char>(random());
            give(changed);
        }
    }
}

QTEST_APPLESS_MAIN(FuzzTest)
#include "test_fuzz.moc"
