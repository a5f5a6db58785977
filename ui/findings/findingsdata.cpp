// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/findings/findingsdata.h"

#include <algorithm>
#include <set>

#include <QCoreApplication>

#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {
constexpr auto kContext = "findings";
} // namespace

size_t FindingsData::count(core::Severity severity) const
{
    return static_cast<size_t>(std::ranges::count(findings, severity, &core::Finding::severity));
}

QString sentenceText(const core::Sentence& sentence)
{
    const auto words = QCoreApplication::translate(kContext, std::string(sentence.text).c_str());
    QString out;
    qsizetype from = 0;
    for (const auto& argument : sentence.args) {
        const auto at = words.indexOf(QStringLiteral("{}"), from);
        if (at < 0)
            break;
        out += words.mid(from, at - from) + text(argument);
        from = at + 2;
    }
    return out + words.mid(from);
}

QString titleText(core::FindingKind kind) { return QCoreApplication::translate(kContext, std::string(core::findingTitle(kind)).c_str()); }

QString severityText(core::Severity severity)
{
    switch (severity) {
    case core::Severity::Serious: return FindingsLoader::tr("Serious");
    case core::Severity::Warning: return FindingsLoader::tr("Warning");
    default: return FindingsLoader::tr("Note");
    }
}

FindingsDataPtr findingsIn(core::FlowStore& store, uint64_t pointMs, const core::Now& now, std::stop_token stop)
{
    auto data = std::make_shared<FindingsData>();
    const auto report = store.health({0, 0});
    const auto status = store.status();
    if (!report || !status) {
        data->error = report ? status.error() : report.error();
        return data;
    }
    const auto flows = core::flowEvidence(store, status->range, now, {.stop = stop});
    if (!flows) {
        data->error = flows.error();
        return data;
    }
    data->findings = core::findingsOf(*report, *flows, pointMs);
    std::set<core::Ip> exporters;
    for (const auto& [key, stream] : report->streams)
        exporters.insert(key.exporter);
    for (const auto& [exporter, count] : flows->flows)
        exporters.insert(exporter);
    for (const auto& [name, addresses] : flows->addresses) {
        for (const auto& address : addresses)
            data->names.emplace(address, text(name));
    }
    data->exporters = exporters.size();
    data->streams = report->streams.size();
    data->flows = status->rows;
    return data;
}

FindingsLoader::FindingsLoader(QObject* parent) : QObject(parent) { m_pool.setMaxThreadCount(1); }

FindingsLoader::~FindingsLoader()
{
    cancel();
    m_pool.waitForDone();
}

void FindingsLoader::cancel()
{
    m_stop.request_stop();
    ++m_generation;
    m_running = false;
}

void FindingsLoader::load(std::shared_ptr<core::FlowStore> store, uint64_t pointMs, const core::Now& now)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_running = true;
    m_pool.start([this, store = std::move(store), pointMs, now, generation = ++m_generation, stop = m_stop.get_token()] {
        auto data = findingsIn(*store, pointMs, now, stop);
        const auto tell = [this, generation, data = std::move(data)] {
            if (generation != m_generation)
                return;
            m_running = false;
            emit loaded(data);
        };
        QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
    });
}

} // namespace rivereto::ui
