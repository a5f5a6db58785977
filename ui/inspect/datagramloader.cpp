// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/datagramloader.h"

namespace rivereto::ui {

namespace {

/// Kept on either side, so that going up and down the list need not read again.
constexpr uint64_t kBefore = 24;
constexpr uint64_t kAfter = 40;
/// Of payload, since a tree takes about a hundred times as much.
constexpr size_t kMostBytes = 512 << 10;

} // namespace

DatagramLoader::DatagramLoader(QObject* parent)
    : QObject(parent)
{
    // One that is slow to notice its end does not hold up the next.
    m_pool.setMaxThreadCount(2);
}

DatagramLoader::~DatagramLoader()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

void DatagramLoader::setSource(std::shared_ptr<core::DatagramSource> source)
{
    cancel();
    m_source = std::move(source);
    m_kept.clear();
}

void DatagramLoader::cancel()
{
    m_stop.request_stop();
    ++m_generation;
}

void DatagramLoader::load(uint64_t number)
{
    cancel();
    if (const auto kept = m_kept.find(number); kept != m_kept.end()) {
        emit loaded(number, kept->second);
        return;
    }
    if (!m_source) {
        emit failed(number);
        return;
    }
    m_stop = std::stop_source();
    m_pool.start([this, number, source = m_source, generation = m_generation, stop = m_stop.get_token()] {
        const auto post = [this, generation](auto then) {
            QMetaObject::invokeMethod(
                this,
                [this, generation, then = std::move(then)]() mutable {
                    if (generation == m_generation)
                        then();
                },
                Qt::QueuedConnection);
        };
        core::Dissector dissector;
        Kept kept;
        uint64_t at = 0;
        size_t bytes = 0;
        (void)source->readAll(
            {.stop = stop, .progress = {}}, [&](const core::Datagram& datagram, const core::Ip& destination, uint16_t port) {
                if (at + kBefore < number) {
                    dissector.learn(datagram);
                } else {
                    auto one = std::make_shared<LoadedDatagram>(
                        LoadedDatagram {.datagram = {.origin = datagram,
                                            .destination = destination,
                                            .destinationPort = port,
                                            .payload = {datagram.payload.begin(), datagram.payload.end()}},
                            .tree = std::make_shared<const core::DissectNode>(dissector.dissect(datagram))});
                    bytes += datagram.payload.size();
                    for (; at <= number && bytes > kMostBytes && !kept.empty(); kept.erase(kept.begin()))
                        bytes -= kept.begin()->second->datagram.payload.size();
                    kept.emplace(at, one);
                    if (at == number)
                        post([this, number, one] { emit loaded(number, one); });
                }
                const bool enough = at > number && bytes > kMostBytes;
                return ++at <= number + kAfter && !enough && !stop.stop_requested();
            });
        post([this, number, kept = std::move(kept)]() mutable {
            const bool found = kept.contains(number);
            m_kept = std::move(kept);
            if (!found)
                emit failed(number);
        });
    });
}

} // namespace rivereto::ui
