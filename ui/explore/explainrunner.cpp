// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/explainrunner.h"

namespace rivereto::ui {

ExplainRunner::ExplainRunner(QObject* parent) : QObject(parent) { m_pool.setMaxThreadCount(2); }

ExplainRunner::~ExplainRunner()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

void ExplainRunner::run(std::shared_ptr<core::FlowStore> store, const core::ExplainQuery& query, const core::Now& now)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    const auto generation = ++m_generation;
    setRunning(true);
    m_pool.start([this, store = std::move(store), query, now, generation, stop = m_stop.get_token()] {
        const auto post = [&](auto&& what) {
            if (!stop.stop_requested())
                QMetaObject::invokeMethod(this, [this, generation, what] {
                    if (generation == m_generation)
                        what();
                }, Qt::QueuedConnection);
        };
        const auto told = [&](const core::Explanation& sofar) { post([this, explanation = std::make_shared<const core::Explanation>(sofar)] { emit found(explanation); }); };
        const auto done = core::explain(*store, query, now, {.stop = stop, .progress = {}}, told);
        post([this, done] {
            setRunning(false);
            if (done)
                emit found(std::make_shared<const core::Explanation>(*done));
            else
                emit failed(done.error());
        });
    });
}

void ExplainRunner::cancel()
{
    m_stop.request_stop();
    ++m_generation;
    setRunning(false);
}

void ExplainRunner::setRunning(bool running)
{
    m_running = running;
    emit runningChanged();
}

} // namespace rivereto::ui
