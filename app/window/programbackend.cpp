// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/programbackend.h"

#include <QFileInfo>

#include "app/session/exportjob.h"
#include "app/window/copydatabase.h"
#include "ui/models/texts.h"

namespace rivereto::app {

namespace {

constexpr qsizetype kRecentKept = 12;
/// How often the window is told of flows that arrive by an import.
constexpr qint64 kTellEveryMs = 500;

} // namespace

ProgramBackend::ProgramBackend(Runtime runtime, unsigned threads, QObject* parent)
    : Backend(parent), m_runtime(std::move(runtime)), m_threads(threads)
{
    m_pool.setMaxThreadCount(4);
    m_second.setInterval(1000);
    connect(&m_second, &QTimer::timeout, this, &ProgramBackend::tick);
    m_pool.start([this, known = m_runtime] {
        auto names = known.asNames();
        QMetaObject::invokeMethod(this, [this, names = std::move(names)] { m_asNames = names; }, Qt::QueuedConnection);
    });
    loadRecent();
}

ProgramBackend::~ProgramBackend()
{
    m_stop.request_stop();
    m_previewStop.request_stop();
    m_pool.waitForDone();
    if (m_listener)
        (void)m_listener->stop();
    m_listener.reset();
    m_database.reset();
}

std::shared_ptr<core::FlowStore> ProgramBackend::store() const
{
    // Shares the whole, so that a temporary folder outlives the queries in it.
    return m_database ? std::shared_ptr<core::FlowStore>(m_database, m_database->store.get()) : nullptr;
}

QString ProgramBackend::configuredPorts() const
{
    QStringList ports;
    for (const auto& spec : m_runtime.listenSpecs())
        ports << QString::number(spec.port);
    return ports.join(QStringLiteral(", "));
}

QString ProgramBackend::autonomousSystem(quint32 number) const { return m_asNames ? ui::text(m_asNames->name(number)) : QString(); }

void ProgramBackend::loadRecent()
{
    const int count = m_preferences.settings().beginReadArray(QStringLiteral("recent"));
    for (int i = 0; i < count; ++i) {
        m_preferences.settings().setArrayIndex(i);
        m_recent << ui::RecentFile{.path = m_preferences.settings().value(QStringLiteral("path")).toString(),
                                   .database = m_preferences.settings().value(QStringLiteral("database")).toBool(),
                                   .flows = m_preferences.settings().value(QStringLiteral("flows")).toULongLong(),
                                   .bytes = m_preferences.settings().value(QStringLiteral("bytes")).toULongLong(),
                                   .opened = m_preferences.settings().value(QStringLiteral("opened")).toDateTime()};
    }
    m_preferences.settings().endArray();
}

void ProgramBackend::clearRecentFiles()
{
    m_recent.clear();
    m_preferences.settings().remove(QStringLiteral("recent"));
    emit recentFilesChanged();
}

void ProgramBackend::remember(const ui::RecentFile& file)
{
    m_recent.removeIf([&](const ui::RecentFile& other) { return other.path == file.path; });
    m_recent.prepend(file);
    m_recent = m_recent.mid(0, kRecentKept);
    m_preferences.settings().remove(QStringLiteral("recent"));
    m_preferences.settings().beginWriteArray(QStringLiteral("recent"));
    for (int i = 0; i < m_recent.size(); ++i) {
        m_preferences.settings().setArrayIndex(i);
        m_preferences.settings().setValue(QStringLiteral("path"), m_recent[i].path);
        m_preferences.settings().setValue(QStringLiteral("database"), m_recent[i].database);
        m_preferences.settings().setValue(QStringLiteral("flows"), m_recent[i].flows);
        m_preferences.settings().setValue(QStringLiteral("bytes"), m_recent[i].bytes);
        m_preferences.settings().setValue(QStringLiteral("opened"), m_recent[i].opened);
    }
    m_preferences.settings().endArray();
    emit recentFilesChanged();
}

void ProgramBackend::startJob(const QString& title, std::function<void(std::stop_token, const Post&)> work)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    const auto number = ++m_jobNumber;
    m_job = {.running = true, .title = title};
    m_pause = std::make_shared<PauseGate>();
    m_flowsTold = 0;
    m_sinceTold.start();
    m_pool.start([this, number, work = std::move(work), stop = m_stop.get_token()] {
        const Post post = [this, number](std::function<void()> then) {
            const auto still = [this, number, then = std::move(then)] {
                if (number == m_jobNumber)
                    then();
            };
            QMetaObject::invokeMethod(this, still, Qt::QueuedConnection);
        };
        work(stop, post);
        post([this] { endJob(); });
    });
    emit jobChanged();
}

void ProgramBackend::endJob()
{
    m_job = {};
    emit jobChanged();
    if (m_database)
        emit dataChanged();
}

/// Closing waits for the writer and removes temporary files: not for this thread.
void ProgramBackend::release(Database database)
{
    if (database)
        m_pool.start([database = std::move(database)]() mutable { database.reset(); });
}

void ProgramBackend::adopt(Opened opened)
{
    release(std::exchange(m_database, std::move(opened.database)));
    m_name = opened.name;
    m_path = opened.path;
    m_temporary = opened.path.isEmpty();
    m_writable = opened.writable;
    m_datagrams = std::move(opened.datagrams);
    m_knowsPackets = opened.knowsPackets;
    m_metered = opened.metered;
    m_heard = false;
    emit storeChanged();
}

void ProgramBackend::openPaths(const QStringList& paths)
{
    if (paths.isEmpty())
        return;
    if (m_listener || m_listenerBusy)
        setListening(false);
    const auto first = QFileInfo(paths[0]).fileName();
    const auto title = paths.size() == 1 ? tr("Reading %1").arg(first) : tr("Reading %1 and %2 more").arg(first).arg(paths.size() - 1);
    const bool meter = preference(QStringLiteral("meterPackets")) == QStringLiteral("yes");
    startJob(title, [this, paths, meter](std::stop_token stop, const Post& post) {
        if (paths.size() == 1 && isDatabase(paths[0]))
            openDatabaseFile(paths[0], post);
        else
            readCaptures(paths, fileOptions(meter), stop, post);
    });
}

void ProgramBackend::openDatabaseFile(const QString& path, const Post& post)
{
    auto opened = openDatabase(path.toStdString(), m_runtime.schema(), {.threads = m_threads});
    if (!opened) {
        post([this, error = opened.error()] { emit failed(ui::errorText(error)); });
        return;
    }
    const auto status = opened->store->status();
    const auto captures = capturesOf(*opened->store);
    const auto exporters = opened->store->health(core::TimeRange{});
    const bool metered = captures && !captures->empty() && exporters && exporters->empty();
    const auto database = std::make_shared<OpenDatabase>(std::move(*opened));
    const QFileInfo file(path);
    post([this, database, name = file.fileName(), whole = file.absoluteFilePath(), status, metered, captures = captures.value_or(std::vector<std::string>())] {
        adopt({.database = database, .name = name, .path = whole, .datagrams = captures.empty() ? nullptr : std::make_shared<CaptureSource>(captures), .knowsPackets = !captures.empty(), .metered = metered});
        remember({.path = whole, .database = true, .flows = status ? status->rows : 0, .bytes = status ? status->bytes : 0, .opened = QDateTime::currentDateTime()});
    });
}

void ProgramBackend::saveAs(const QString& path)
{
    if (!m_database)
        return;
    const bool stays = m_temporary && !m_listener;
    startJob(tr("Saving %1").arg(QFileInfo(path).fileName()), [this, path, stays, from = m_database](std::stop_token, const Post& post) {
        auto copied = copyDatabase(*from->store, path);
        if (!copied) {
            post([this, error = copied.error()] { emit failed(ui::errorText(error)); });
            return;
        }
        if (!stays)
            return;
        // What was unnamed goes on under its name.
        auto opened = openDatabase(path.toStdString(), m_runtime.schema(), {.threads = m_threads});
        if (!opened)
            return;
        const auto status = opened->store->status();
        const auto database = std::make_shared<OpenDatabase>(std::move(*opened));
        post([this, database, path, status] {
            release(std::exchange(m_database, database));
            m_name = QFileInfo(path).fileName();
            m_path = path;
            m_temporary = m_writable = m_heard = false;
            emit databaseRenamed();
            remember({.path = path, .database = true, .flows = status ? status->rows : 0, .bytes = status ? status->bytes : 0, .opened = QDateTime::currentDateTime()});
        });
    });
}

void ProgramBackend::setJobPaused(bool paused)
{
    if (!m_job.running || !m_job.mayPause || m_job.paused == paused)
        return;
    m_job.paused = paused;
    m_pause->setPaused(paused);
    emit jobChanged();
}

void ProgramBackend::readingFile(const QString& path)
{
    auto files = m_job.files ? *m_job.files : QList<ui::JobFile>();
    const auto it = std::ranges::find(files, path, &ui::JobFile::path);
    if (it == files.end() || it->state != ui::JobFile::State::Waiting)
        return;
    it->state = ui::JobFile::State::Reading;
    m_job.files = std::make_shared<const QList<ui::JobFile>>(std::move(files));
}

void ProgramBackend::fileRead(const ImportedFile& file)
{
    auto files = m_job.files ? *m_job.files : QList<ui::JobFile>();
    const auto it = std::ranges::find(files, ui::text(file.file), &ui::JobFile::path);
    if (it == files.end())
        return;
    using State = ui::JobFile::State;
    it->state = file.known ? State::Left : file.damaged ? State::Damaged : State::Done;
    it->flows = file.decoded.flows();
    if (file.known)
        it->note = tr("the same as %1").arg(ui::text(file.known->path));
    else if (file.damaged)
        it->note = ui::text(*file.damaged);
    m_job.files = std::make_shared<const QList<ui::JobFile>>(std::move(files));
    emit jobChanged();
}

void ProgramBackend::progressed(const ImportProgress& progress, double share)
{
    m_job.share = share;
    m_job.secondsLeft = progress.secondsLeft();
    readingFile(ui::text(progress.file));
    m_job.flows = progress.flows;
    m_job.flowsPerSecond = progress.seconds > 0 ? static_cast<double>(progress.flows) / progress.seconds : 0;
    emit jobChanged();
    if (m_database && progress.flows > m_flowsTold && m_sinceTold.elapsed() >= kTellEveryMs) {
        m_flowsTold = progress.flows;
        m_sinceTold.restart();
        emit dataChanged();
    }
}

} // namespace rivereto::app
