// SPDX-License-Identifier: GPL-3.0-or-later
// What ProgramBackend does on other threads: reading captures, making the demo, listening.
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>

#include "app/config/scenario.h"
#include "app/session/exportjob.h"
#include "app/session/inputfiles.h"
#include "app/window/csvpreview.h"
#include "app/window/programbackend.h"
#include "collectors/demo/demo.h"
#include "collectors/files/filekinds.h"
#include "collectors/live/interfaces.h"
#include "ui/models/texts.h"

namespace rivereto::app {

namespace {

constexpr uint64_t kDemoFlows = 200'000;
constexpr size_t kDemoBatch = 64;
constexpr auto kDemoTold = std::chrono::milliseconds(100);

std::vector<std::string> namesOf(const QStringList& paths)
{
    std::vector<std::string> out;
    for (const auto& path : paths)
        out.push_back(path.toStdString());
    return out;
}

QList<ui::JobFile> waiting(const std::vector<std::string>& files)
{
    QList<ui::JobFile> out;
    for (const auto& file : files)
        out << ui::JobFile{.path = ui::text(file)};
    return out;
}

/// Packets of captures that are no flow export and were not metered.
uint64_t leftPackets(const ImportSummary& summary)
{
    uint64_t out = 0;
    for (const auto& file : summary.files)
        out += collectors::countOf(file.counts, "other-packets");
    return out;
}

quint64 bytesOf(const std::vector<std::string>& files)
{
    quint64 out = 0;
    for (const auto& file : files)
        out += static_cast<quint64>(QFileInfo(QString::fromStdString(file)).size());
    return out;
}

/// What broke, a line a file.
QString damage(const ImportSummary& summary)
{
    constexpr qsizetype kMost = 5;
    QStringList lines;
    qsizetype more = 0;
    for (const auto& file : summary.files) {
        if (!file.damaged)
            continue;
        if (lines.size() < kMost)
            lines << QString::fromStdString(*file.damaged);
        else
            ++more;
    }
    if (more > 0)
        lines << ui::Backend::tr("… and %1 more files").arg(more);
    return lines.join(u'\n');
}

/// A table alone that could not be opened: its header does not say enough.
bool isUnclearTable(const ImportSummary& summary)
{
    if (summary.files.size() != 1 || summary.files[0].opened || !mayLookInto(summary.files[0].file))
        return false;
    const auto* kind = collectors::glanceAt(summary.files[0].file).kind;
    return kind && kind->name == "csv";
}

} // namespace

void ProgramBackend::readCaptures(const QStringList& paths, ImportOptions options, std::stop_token stop, const Post& post)
{
    const auto files = inputFiles(namesOf(paths));
    const auto captures = capturesAmong(files);
    const auto list = std::make_shared<const QList<ui::JobFile>>(waiting(files));
    post([this, list] {
        m_job.files = list;
        m_job.mayPause = true;
        emit jobChanged();
    });
    auto made = openTemporary(m_runtime.schema(), m_threads);
    if (!made) {
        post([this, error = made.error()] { emit failed(ui::errorText(error)); });
        return;
    }
    const auto database = std::make_shared<OpenDatabase>(std::move(*made));
    const auto name = QFileInfo(paths[0]).fileName();
    bool shown = false;
    bool metered = false;
    // The database before stays until there is something to put in its place.
    const auto show = [&] {
        if (!std::exchange(shown, true))
            post([this, database, name, captures, metered] { adopt({.database = database, .name = tr("%1 (not saved)").arg(name), .path = {}, .writable = true, .datagrams = captures.empty() ? nullptr : std::make_shared<CaptureSource>(captures), .knowsPackets = !captures.empty(), .metered = metered}); });
    };
    const auto told = [&](const ImportProgress& progress) {
        metered = progress.metered;
        if (progress.flows > 0)
            show();
        post([this, progress] { progressed(progress, progress.share()); });
    };
    options.progress = told;
    options.fileDone = [&](const ImportedFile& file) { post([this, file] { fileRead(file); }); };
    const auto pause = m_pause;
    options.pause = pause.get();
    const auto summary = importFiles(files, m_runtime.schema(), *database->store, options, stop);
    if (!summary) {
        post([this, error = summary.error()] { emit failed(ui::errorText(error)); });
        return;
    }
    const auto flows = summary->total.flows();
    const auto datagrams = summary->total[core::DecodeCount::Datagrams];
    metered = flows > 0 && datagrams == 0 && std::ranges::any_of(summary->files, [](const ImportedFile& file) { return collectors::countOf(file.counts, "metered-packets") > 0; });
    // Those of which nothing could be decoded are what the Inspect page is for.
    if (flows > 0 || datagrams > 0)
        show();
    const auto broken = damage(*summary);
    const bool cancelled = summary->cancelled;
    const auto left = leftPackets(*summary);
    const bool unclear = isUnclearTable(*summary);
    const ui::RecentFile file{.path = QFileInfo(paths[0]).absoluteFilePath(), .flows = flows, .bytes = bytesOf(files), .opened = QDateTime::currentDateTime()};
    post([this, flows, datagrams, broken, cancelled, left, unclear, name, file, single = paths.size() == 1] {
        if (flows > 0 && single)
            remember(file);
        if (!broken.isEmpty())
            emit failed(broken);
        else if (flows == 0 && datagrams > 0 && !cancelled)
            emit failed(tr("%1 holds flow export, but no flow could be decoded: the Inspect page shows each datagram and what is wrong with it.").arg(name));
        else if (flows == 0 && !cancelled)
            emit failed(tr("%1 holds no flows: there is neither flow export nor IP traffic in it.").arg(name));
        else if (left > 0 && left >= datagrams)
            emit succeeded(tr("%1 also holds %L2 packets that are no flow export. Capture ▸ Meter packets beside flow export makes flows of such packets, too, when it is opened again.").arg(name).arg(left));
        if (unclear && !cancelled)
            emit csvUnclear(file.path);
    });
}

void ProgramBackend::previewCsv(const QString& path, const QString& mapping)
{
    m_previewStop.request_stop();
    m_previewStop = std::stop_source();
    m_pool.start([this, path, mapping, stop = m_previewStop.get_token()] {
        const auto preview = csvPreview(path, mapping, *m_runtime.schema(), stop);
        QMetaObject::invokeMethod(this, [this, preview, stop] {
            if (!stop.stop_requested())
                emit csvPreviewed(preview);
        }, Qt::QueuedConnection);
    });
}

void ProgramBackend::openCsv(const QString& path, const QString& mapping)
{
    if (m_listener || m_listenerBusy)
        setListening(false);
    startJob(tr("Reading %1").arg(QFileInfo(path).fileName()), [this, path, mapping](std::stop_token stop, const Post& post) {
        auto options = fileOptions(false);
        options.settings.csv = mapping.toStdString();
        readCaptures({path}, std::move(options), std::move(stop), post);
    });
}

ImportOptions ProgramBackend::fileOptions(bool meter) const
{
    auto out = m_runtime.importOptions(m_threads);
    if (meter)
        out.settings.packets = core::PacketUse::Meter;
    return out;
}

void ProgramBackend::followFolder(const QString& path)
{
    if (m_listener || m_listenerBusy)
        setListening(false);
    const bool meter = preference(QStringLiteral("meterPackets")) == QStringLiteral("yes");
    startJob(tr("Following %1").arg(path), [this, path, meter](std::stop_token stop, const Post& post) { follow(path, meter, std::move(stop), post); });
}

void ProgramBackend::follow(const QString& path, bool meter, std::stop_token stop, const Post& post)
{
    auto made = openTemporary(m_runtime.schema(), m_threads);
    if (!made) {
        post([this, error = made.error()] { emit failed(ui::errorText(error)); });
        return;
    }
    const auto database = std::make_shared<OpenDatabase>(std::move(*made));
    post([this, database, name = QFileInfo(path).fileName()] { adopt({.database = database, .name = tr("%1 (not saved)").arg(name), .path = {}, .writable = true, .knowsPackets = true}); });
    auto options = fileOptions(meter);
    options.pipeline.hold = std::chrono::milliseconds(100);
    options.progress = [&](const ImportProgress& progress) { post([this, progress] { progressed(progress, -1); }); };
    Importer importer(m_runtime.schema(), *database->store, options);
    importer.follow({path.toStdString()}, stop, [&](size_t files) {
        if (files > 0)
            post([this] { emit dataChanged(); });
        return true;
    });
    if (const auto done = importer.finish(); !done)
        post([this, error = done.error()] { emit failed(ui::errorText(error)); });
}

QList<ui::FlowFileFormat> ProgramBackend::flowFormats() const
{
    QList<ui::FlowFileFormat> out;
    for (const auto& format : app::exportFormats()) {
        // The Flows page writes these itself, with the columns it shows.
        if (format.name == "csv" || format.name == "json" || format.name == "ndjson")
            continue;
        out << ui::FlowFileFormat{.name = ui::text(format.name), .what = ui::Backend::tr(std::string(format.what).c_str()), .ending = ui::text(format.ending)};
    }
    return out;
}

void ProgramBackend::exportFlows(const ui::FlowOrder& order)
{
    if (!m_database)
        return;
    auto path = order.path;
    if (order.openIt) {
        m_opened = std::make_unique<QTemporaryDir>();
        path = m_opened->filePath(QStringLiteral("packets.pcapng"));
    }
    const auto format = app::exportFormat(order.format.toStdString(), path.toStdString());
    if (!format) {
        emit failed(ui::errorText(format.error()));
        return;
    }
    ExportOrder job{.format = *format, .output = path.toStdString(), .overwrite = Overwrite::Yes,
                          .query = {.kind = core::QueryKind::Flows, .filter = order.filter, .sort = "TimeReceived"}, .fields = {},
                          .now = {.ms = static_cast<uint64_t>(QDateTime::currentMSecsSinceEpoch())}, .settings = m_runtime.config().captures, .progress = {}};
    if (order.range.length() > 0)
        job.query.range = order.range;
    startJob(tr("Writing %1").arg(QFileInfo(path).fileName()), [this, job, path, openIt = order.openIt, from = m_database](std::stop_token stop, const Post& post) mutable {
        job.progress = [&](const ExportProgress& progress) {
            post([this, told = ImportProgress{.flows = progress.rows, .seconds = progress.seconds}] { progressed(told, -1); });
        };
        // A range that nobody gave is everything.
        if (const auto status = from->store->status(); status && !job.query.range)
            job.query.range = status->range;
        const auto done = app::exportFlows(*from->store, job, {.stop = stop, .progress = {}});
        post([this, done, path, openIt] {
            if (!done)
                emit failed(done.error().text == core::kCancelled ? tr("Cancelled; %1 was not written.").arg(path) : ui::errorText(done.error()));
            else if (openIt)
                openPackets(path);
            else
                emit succeeded(tr("Written: %1").arg(path));
        });
    });
}

void ProgramBackend::openPackets(const QString& path)
{
    const auto program = QStandardPaths::findExecutable(QStringLiteral("wireshark"));
    if (program.isEmpty() || !QProcess::startDetached(program, {path}))
        emit failed(tr("Wireshark cannot be started; install it, or save the packets and open them elsewhere."));
}

void ProgramBackend::startDemo()
{
    if (m_listener || m_listenerBusy)
        setListening(false);
    startJob(tr("Making the demo network"), [this](std::stop_token stop, const Post& post) { makeDemo(stop, post); });
}

void ProgramBackend::makeDemo(std::stop_token stop, const Post& post)
{
    auto made = openTemporary(m_runtime.schema(), m_threads);
    const auto scenario = loadScenario(std::nullopt);
    if (!made || !scenario) {
        post([this, error = made ? scenario.error() : made.error()] { emit failed(ui::errorText(error)); });
        return;
    }
    const auto database = std::make_shared<OpenDatabase>(std::move(*made));
    collectors::Pipeline pipeline(m_runtime.schema(), *database->store, m_runtime.pipelineOptions(m_threads));
    const auto start = std::chrono::steady_clock::now();
    auto told = start;
    core::DatagramBatch batch;
    collectors::runDemo(*scenario, kDemoFlows, [&](const collectors::DemoDatagram& datagram) {
        batch.add({.source = scenario->exporters[datagram.exporter].address, .sourcePort = demoPort(datagram.exporter), .receivedMs = datagram.timeMs}, datagram.payload);
        if (batch.size() < kDemoBatch)
            return;
        pipeline.push(batch);
        const auto now = std::chrono::steady_clock::now();
        if (now - told < kDemoTold)
            return;
        told = now;
        const ImportProgress progress{.flows = pipeline.stats().flows(), .seconds = std::chrono::duration<double>(now - start).count()};
        const double share = static_cast<double>(datagram.timeMs - scenario->startMs) / static_cast<double>(scenario->durationMs);
        post([this, progress, share] { progressed(progress, std::clamp(share, 0.0, 1.0)); });
    }, stop);
    pipeline.push(batch);
    pipeline.drain();
    database->store->received({pipeline.stats().records(), pipeline.stats().flows()});
    if (auto finished = pipeline.finish(); !finished)
        post([this, error = finished.error()] { emit failed(ui::errorText(error)); });
    else if (!stop.stop_requested())
        post([this, database, scenario = *scenario] {
            adopt({.database = database, .name = tr("Demo network (not saved)"), .path = {}, .writable = true, .datagrams = std::make_shared<DemoSource>(scenario, kDemoFlows)});
        });
}

void ProgramBackend::setListening(bool on)
{
    if (m_listenerBusy || on == (m_listener != nullptr))
        return;
    if (on) {
        beginListening(m_runtime.listenSpecs());
        return;
    }
    m_second.stop();
    m_listenerBusy = true;
    m_input.listening = false;
    emit inputChanged();
    m_pool.start([this, listener = std::exchange(m_listener, nullptr), database = m_database]() mutable {
        const auto stopped = listener->stop();
        listener.reset();
        database.reset();
        QMetaObject::invokeMethod(this, [this, stopped] {
            m_listenerBusy = false;
            if (!stopped)
                emit failed(ui::errorText(stopped.error()));
            if (m_database)
                emit dataChanged();
        }, Qt::QueuedConnection);
    });
}

void ProgramBackend::listInterfaces()
{
    m_pool.start([this] {
        const auto found = collectors::listInterfaces();
        QList<ui::InterfaceInfo> out;
        for (const auto& one : found.value_or(std::vector<collectors::NetworkInterface>())) {
            ui::InterfaceInfo info{.name = ui::text(one.name), .state = !one.up ? tr("down") : one.running ? tr("up") : tr("no carrier"), .addresses = {}, .description = ui::text(one.description)};
            for (const auto& address : one.addresses)
                info.addresses << ui::text(address);
            out << info;
        }
        const auto problem = found ? QString() : ui::errorText(found.error());
        QMetaObject::invokeMethod(this, [this, out, problem] { emit interfacesListed(out, problem); }, Qt::QueuedConnection);
    });
}

QString ProgramBackend::captureFilterError(const QString& filter) const { return ui::text(collectors::captureFilterError(filter.toStdString())); }

void ProgramBackend::startCapture(const QStringList& interfaces, const QString& filter, unsigned snapLength)
{
    if (m_listenerBusy || m_listener) {
        emit failed(tr("Flows are being received already; stop that first."));
        return;
    }
    std::vector<ListenSpec> specs;
    for (const auto& name : interfaces)
        specs.push_back({.interface = name.toStdString(), .filter = filter.toStdString(), .snapLength = snapLength});
    beginListening(specs);
}

/// Into the open database when it can be written – reopened for that if need be – or into a new one.
void ProgramBackend::beginListening(const std::vector<ListenSpec>& specs)
{
    m_listenerBusy = true;
    const Opened current{.database = m_database, .name = m_name, .path = m_path, .writable = m_writable};
    m_pool.start([this, current, specs] {
        auto opened = current;
        core::Result<void> result;
        if (!opened.database || !opened.writable) {
            auto made = opened.path.isEmpty() ? openTemporary(m_runtime.schema(), m_threads)
                                              : openDatabase(opened.path.toStdString(), m_runtime.schema(), {.write = true, .threads = m_threads});
            if (made)
                opened = {.database = std::make_shared<OpenDatabase>(std::move(*made)), .name = opened.path.isEmpty() ? tr("Received flows (not saved)") : opened.name, .path = opened.path, .writable = true,
                          .metered = std::ranges::none_of(specs, [](const ListenSpec& spec) { return spec.interface.empty(); })};
            else
                result = tl::unexpected(made.error());
        }
        std::shared_ptr<Listener> listener;
        if (result) {
            auto started = Listener::start(specs, m_runtime.schema(), *opened.database->store, m_runtime.pipelineOptions(m_threads), opened.database->store.get());
            if (started)
                listener = std::move(*started);
            else
                result = tl::unexpected(started.error());
        }
        QMetaObject::invokeMethod(this, [this, result, opened, listener, before = current.database] {
            m_listenerBusy = false;
            if (!result) {
                emit failed(ui::errorText(result.error()));
                emit inputChanged();
                return;
            }
            m_listener = listener;
            listenInto(opened);
        }, Qt::QueuedConnection);
    });
}

void ProgramBackend::listenInto(Opened opened)
{
    QStringList ports;
    for (const auto port : m_listener->ports())
        ports << QString::number(port);
    m_input = {.listening = true, .ports = ports.join(QStringLiteral(" · "))};
    for (const auto& name : m_listener->interfaces())
        m_input.interfaces << ui::text(name);
    if (!m_input.interfaces.isEmpty()) {
        m_input.snapLength = m_listener->snapLength();
        m_input.ports = m_input.interfaces.join(QStringLiteral(" · "));
    }
    m_lastCounters = {};
    if (m_database && !m_path.isEmpty() && opened.path == m_path) {
        // The same file, now for writing: what is shown stays.
        release(std::exchange(m_database, opened.database));
        m_writable = true;
        emit databaseRenamed();
    } else if (opened.database != m_database) {
        adopt(std::move(opened));
    }
    m_second.start();
    emit inputChanged();
}

void ProgramBackend::tick()
{
    if (!m_listener)
        return;
    if (const auto error = m_listener->error()) {
        emit failed(ui::errorText(*error));
        setListening(false);
        return;
    }
    m_listener->note();
    const auto now = m_listener->counters();
    const auto flows = now.decoded.flows();
    m_input.flowsPerSecond = static_cast<double>(flows - m_lastCounters.decoded.flows());
    m_input.queueFill = now.queueFill;
    m_input.lostKernel = now.kernelDrops;
    m_input.lostHere = now.dropped;
    m_input.packets = now.packets;
    m_input.packetsLost = now.packetDrops;
    m_heard = m_heard || flows > 0;
    m_lastCounters = now;
    emit inputChanged();
}

} // namespace rivereto::app
