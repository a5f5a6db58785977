// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/flowsexport.h"

#include <algorithm>

#include <QElapsedTimer>
#include <QSaveFile>

namespace rivereto::ui {

namespace {

constexpr int kToldEveryMs = 200;
constexpr size_t kRowsAtOnce = 8192;

/// The number of rows written.
core::Result<uint64_t> write(const FlowsExportOrder& order, const std::stop_token& stop, const std::function<void(uint64_t)>& told)
{
    QSaveFile file(order.path);
    const auto broken = [&] { return core::fail("{}: cannot be written: {}", order.path.toStdString(), file.errorString().toStdString()); };
    if (!file.open(QIODevice::WriteOnly))
        return broken();
    const auto schema = order.store->schema();
    core::FlowLines lines(*schema, order.fields, order.form, order.now.utcOffsetMinutes);
    bool sound = true;
    const auto put = [&](const std::string& text) { sound = sound && file.write(text.data(), static_cast<qint64>(text.size())) == static_cast<qint64>(text.size()); };
    put(lines.header());
    uint64_t rows = 0;
    const auto take = [&](core::FlowBatch&& batch) {
        for (size_t row = 0; row < batch.rows() && sound && !stop.stop_requested(); row += kRowsAtOnce) {
            std::string text;
            const auto count = std::min(kRowsAtOnce, batch.rows() - row);
            lines.append(text, batch, row, count);
            put(text);
            rows += count;
            told(rows);
        }
        return sound && !stop.stop_requested();
    };
    const auto done = core::runFlows(*order.store, order.query, order.fields, order.now, {.stop = stop, .progress = {}}, take);
    if (!done)
        return tl::unexpected(done.error());
    if (stop.stop_requested())
        return core::fail(core::kCancelled);
    put(lines.footer());
    if (!sound || !file.commit())
        return broken();
    return rows;
}

} // namespace

FlowsExport::FlowsExport(QObject* parent) : QObject(parent) { m_pool.setMaxThreadCount(1); }

FlowsExport::~FlowsExport()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

void FlowsExport::start(const FlowsExportOrder& order)
{
    if (m_running)
        return;
    m_running = true;
    m_stop = std::stop_source();
    emit runningChanged();
    m_pool.start([this, order, stop = m_stop.get_token()] {
        QElapsedTimer since;
        since.start();
        const auto told = [&](uint64_t rows) {
            if (since.elapsed() < kToldEveryMs)
                return;
            since.start();
            const double share = order.expected > 0 ? std::min(1.0, static_cast<double>(rows) / static_cast<double>(order.expected)) : 0;
            QMetaObject::invokeMethod(this, [this, share] { emit progressed(share); }, Qt::QueuedConnection);
        };
        const auto written = write(order, stop, told);
        QMetaObject::invokeMethod(this, [this, written, path = order.path] {
            end();
            if (written)
                emit finished(path, *written);
            else if (written.error().text != core::kCancelled)
                emit failed(written.error());
        }, Qt::QueuedConnection);
    });
}

void FlowsExport::cancel() { m_stop.request_stop(); }

void FlowsExport::end()
{
    m_running = false;
    emit runningChanged();
}

} // namespace rivereto::ui
