// SPDX-License-Identifier: GPL-3.0-or-later
// The UDP receiver over loopback: delivery, origins, counters, errors, and stopping in time.
#include <QtTest>

#include <mutex>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collectors/udp/udpreceiver.h"

using namespace rivereto;
using namespace rivereto::collectors;
using Clock = std::chrono::steady_clock;

class UdpTest : public QObject {
    Q_OBJECT
private slots:
    void deliversPayloadsWithTheirOrigin();
    void bothFamilies();
    void largeAndEmptyDatagrams();
    void deliversWithinATwentiethOfASecond();
    void stopDeliversWhatCameBefore();
    void stopsInAFlood();
    void countsWhatTheKernelDropped();
    void refusesWhatCannotBe();
    void startsAndStopsAgain();
};

namespace {

class Sender {
public:
    explicit Sender(uint16_t port, const char* from = "127.0.0.1") : m_port(port)
    {
        m_socket = ::socket(AF_INET, SOCK_DGRAM, 0);
        sockaddr_in local{};
        local.sin_family = AF_INET;
        ::inet_pton(AF_INET, from, &local.sin_addr);
        ::bind(m_socket, reinterpret_cast<sockaddr*>(&local), sizeof local);
        socklen_t size = sizeof local;
        ::getsockname(m_socket, reinterpret_cast<sockaddr*>(&local), &size);
        m_own = ntohs(local.sin_port);
    }
    ~Sender() { ::close(m_socket); }
    bool send(const std::string& payload) const
    {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(m_port);
        ::inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
        return ::sendto(m_socket, payload.data(), payload.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to) == static_cast<ssize_t>(payload.size());
    }
    [[nodiscard]] uint16_t port() const { return m_own; }

private:
    int m_socket;
    uint16_t m_port;
    uint16_t m_own = 0;
};

struct Got {
    core::DatagramOrigin origin;
    std::string payload;
    Clock::time_point at;
};

/// What was delivered, from any thread.
class Inbox {
public:
    void take(core::DatagramBatch& batch)
    {
        const std::lock_guard lock(m_mutex);
        for (size_t i = 0; i < batch.size(); ++i)
            m_got.push_back({batch[i], {reinterpret_cast<const char*>(batch[i].payload.data()), batch[i].payload.size()}, Clock::now()});
    }
    std::vector<Got> wait(size_t count, int ms = 5000)
    {
        for (int i = 0; i < ms && size() < count; ++i)
            QTest::qSleep(1);
        const std::lock_guard lock(m_mutex);
        return m_got;
    }
    size_t size()
    {
        const std::lock_guard lock(m_mutex);
        return m_got.size();
    }

private:
    std::mutex m_mutex;
    std::vector<Got> m_got;
};

std::unique_ptr<UdpReceiver> open(UdpInput input = {.address = "127.0.0.1"})
{
    auto out = UdpReceiver::open(input);
    return out ? std::move(*out) : nullptr;
}

} // namespace

void UdpTest::deliversPayloadsWithTheirOrigin()
{
    Inbox inbox;
    const auto receiver = open({.address = "127.0.0.1", .input = 3});
    QVERIFY(receiver);
    QVERIFY(receiver->port() != 0 && receiver->bufferGranted() > 0);
    receiver->start([&](core::DatagramBatch& batch) { inbox.take(batch); });
    const Sender one(receiver->port());
    const Sender two(receiver->port(), "127.0.0.2");
    const auto before = QDateTime::currentMSecsSinceEpoch();
    for (int i = 0; i < 500; ++i)
        QVERIFY((i % 2 == 0 ? one : two).send("datagram " + std::to_string(i)));
    const auto got = inbox.wait(500);
    QCOMPARE(got.size(), size_t{500});
    QCOMPARE(receiver->datagrams(), uint64_t{500});
    int last[2] = {-1, -1};
    for (const auto& [origin, payload, at] : got) {
        const int n = QString::fromStdString(payload).section(' ', 1).toInt();
        QCOMPARE(origin.source, *core::Ip::parse(n % 2 == 0 ? "127.0.0.1" : "127.0.0.2"));
        QCOMPARE(origin.sourcePort, n % 2 == 0 ? one.port() : two.port());
        QCOMPARE(origin.input, uint16_t{3});
        QVERIFY(std::llabs(static_cast<qint64>(origin.receivedMs) - before) < 10'000);
        QVERIFY(n > last[n % 2]); // in order
        last[n % 2] = n;
    }
}

void UdpTest::bothFamilies()
{
    Inbox inbox;
    const auto receiver = open({});
    QVERIFY(receiver);
    receiver->start([&](core::DatagramBatch& batch) { inbox.take(batch); });
    QVERIFY(Sender(receiver->port()).send("four"));
    const int six = ::socket(AF_INET6, SOCK_DGRAM, 0);
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(receiver->port());
    to.sin6_addr = in6addr_loopback;
    const bool v6 = six >= 0 && ::sendto(six, "six", 3, 0, reinterpret_cast<sockaddr*>(&to), sizeof to) == 3;
    ::close(six);
    const auto got = inbox.wait(v6 ? 2 : 1);
    QCOMPARE(got.size(), v6 ? size_t{2} : size_t{1});
    for (const auto& [origin, payload, at] : got)
        QCOMPARE(origin.source.toString(), payload == "four" ? std::string("127.0.0.1") : std::string("::1"));
}

void UdpTest::largeAndEmptyDatagrams()
{
    Inbox inbox;
    const auto receiver = open();
    receiver->start([&](core::DatagramBatch& batch) { inbox.take(batch); });
    const Sender sender(receiver->port());
    QVERIFY(sender.send(std::string(65'507, 'x')));
    QVERIFY(sender.send(""));
    QVERIFY(sender.send("y"));
    const auto got = inbox.wait(3);
    QCOMPARE(got.size(), size_t{3});
    QCOMPARE(got[0].payload, std::string(65'507, 'x'));
    QCOMPARE(got[1].payload, std::string());
    QCOMPARE(got[2].payload, std::string("y"));
}

void UdpTest::deliversWithinATwentiethOfASecond()
{
    Inbox inbox;
    const auto receiver = open();
    receiver->start([&](core::DatagramBatch& batch) { inbox.take(batch); });
    const Sender sender(receiver->port());
    // A steady trickle must not keep the first waiting.
    const auto start = Clock::now();
    for (int i = 0; i < 100; ++i) {
        sender.send("x");
        QTest::qSleep(2);
    }
    const auto got = inbox.wait(100);
    QCOMPARE(got.size(), size_t{100});
    const auto waited = std::chrono::duration<double, std::milli>(got[0].at - start).count();
    QVERIFY2(waited < 150, qPrintable(QString::number(waited))); // 50 and what a busy machine adds
}

void UdpTest::stopDeliversWhatCameBefore()
{
    Inbox inbox;
    const auto receiver = open();
    const Sender sender(receiver->port());
    // Before the thread runs: they wait in the socket.
    for (int i = 0; i < 100; ++i)
        QVERIFY(sender.send("x"));
    receiver->start([&](core::DatagramBatch& batch) { inbox.take(batch); });
    receiver->stop();
    QCOMPARE(inbox.size(), size_t{100});
    QVERIFY(sender.send("late"));
    QTest::qSleep(100);
    QCOMPARE(inbox.size(), size_t{100});
}

void UdpTest::stopsInAFlood()
{
    std::atomic<uint64_t> taken{0};
    const auto receiver = open();
    receiver->start([&](core::DatagramBatch& batch) {
        taken += batch.size();
        QTest::qSleep(5); // slower than they come
    });
    std::jthread flood([port = receiver->port()](const std::stop_token& stop) {
        const Sender sender(port);
        const std::string payload(1000, 'x');
        while (!stop.stop_requested())
            sender.send(payload);
    });
    QTest::qSleep(300);
    const auto start = Clock::now();
    receiver->stop();
    const auto waited = Clock::now() - start;
    QVERIFY2(waited < std::chrono::seconds(3), qPrintable(QString::number(std::chrono::duration<double>(waited).count())));
    QCOMPARE(taken.load(), receiver->datagrams());
}

void UdpTest::countsWhatTheKernelDropped()
{
    std::mutex gate;
    std::unique_lock shut(gate);
    std::atomic<uint64_t> taken{0};
    const auto receiver = open({.address = "127.0.0.1", .bufferBytes = 4096});
    receiver->start([&](core::DatagramBatch& batch) {
        const std::lock_guard lock(gate);
        taken += batch.size();
    });
    const Sender sender(receiver->port());
    constexpr unsigned kSent = 2000;
    for (unsigned i = 0; i < kSent; ++i) {
        sender.send(std::string(1000, 'x'));
        if (i == 10)
            QTest::qSleep(150); // it now waits at the gate
    }
    shut.unlock();
    // No further datagram is needed for the kernel's count to be told.
    for (int i = 0; i < 3000 && taken + receiver->kernelDrops() < kSent; ++i)
        QTest::qSleep(1);
    QVERIFY(receiver->kernelDrops() > 0);
    receiver->stop();
    QCOMPARE(taken + receiver->kernelDrops(), uint64_t{kSent});
    QCOMPARE(taken.load(), receiver->datagrams());
}

void UdpTest::refusesWhatCannotBe()
{
    const auto first = open();
    const auto second = UdpReceiver::open({.address = "127.0.0.1", .port = first->port()});
    QVERIFY(!second);
    QVERIFY(second.error().message().find(std::to_string(first->port())) != std::string::npos);
    QVERIFY(second.error().message().find("another program") != std::string::npos);
    const auto name = UdpReceiver::open({.address = "localhost"});
    QVERIFY(!name && name.error().message().find("localhost") != std::string::npos);
    const auto foreign = UdpReceiver::open({.address = "192.0.2.1", .port = 0});
    QVERIFY(!foreign && foreign.error().message().find("192.0.2.1") != std::string::npos);
}

void UdpTest::startsAndStopsAgain()
{
    uint16_t port = 0;
    for (int i = 0; i < 5; ++i) {
        const auto receiver = UdpReceiver::open({.address = "127.0.0.1", .port = port});
        QVERIFY2(receiver, receiver ? "" : receiver.error().message().c_str());
        port = (*receiver)->port();
        if (i % 2 == 0)
            (*receiver)->start([](core::DatagramBatch&) {});
        if (i % 3 == 0) {
            (*receiver)->stop();
            (*receiver)->stop();
        }
    }
}

QTEST_GUILESS_MAIN(UdpTest)
#include "test_udp.moc"
