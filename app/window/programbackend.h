// SPDX-License-Identifier: GPL-3.0-or-later
// ProgramBackend: the program behind the window – databases, imports, demo and listener. Read this first in app/window.
#pragma once

#include <functional>

#include <QElapsedTimer>
#include <QThreadPool>
#include <QTimer>

#include "app/config/runtime.h"
#include "app/session/capturesource.h"
#include "app/session/importjob.h"
#include "app/session/opendatabase.h"
#include "app/window/settingsfile.h"
#include "ui/window/backend.h"

namespace rivereto::app {

/// GUI thread; files, sockets and databases are touched on the pool's threads only.
class ProgramBackend final : public ui::Backend {
    Q_OBJECT
public:
    /// `threads`: for one query and for decoding; 0: one a core.
    ProgramBackend(Runtime runtime, unsigned threads, QObject* parent = nullptr);
    /// Inputs stop first, then what is on its way is stored, then the database closes.
    ~ProgramBackend() override;

    [[nodiscard]] std::shared_ptr<core::FlowStore> store() const override;
    [[nodiscard]] QString databaseName() const override { return m_name; }
    [[nodiscard]] QString databasePath() const override { return m_path; }
    [[nodiscard]] bool unsaved() const override { return m_temporary && m_heard; }
    [[nodiscard]] ui::JobStatus job() const override { return m_job; }
    [[nodiscard]] ui::InputStatus input() const override { return m_input; }
    [[nodiscard]] QString configuredPorts() const override;
    [[nodiscard]] QList<ui::RecentFile> recentFiles() const override { return m_recent; }
    void clearRecentFiles() override;
    [[nodiscard]] QString preference(const QString& name) const override { return m_preferences.preference(name); }
    void setPreference(const QString& name, const QString& value) override { m_preferences.setPreference(name, value); }
    [[nodiscard]] QString autonomousSystem(quint32 number) const override;
    [[nodiscard]] std::shared_ptr<core::DatagramSource> datagrams() const override { return m_datagrams; }

    void openPaths(const QStringList& paths) override;
    void followFolder(const QString& path) override;
    void previewCsv(const QString& path, const QString& mapping) override;
    void openCsv(const QString& path, const QString& mapping) override;
    void saveAs(const QString& path) override;
    void cancelJob() override { m_stop.request_stop(); }
    void setJobPaused(bool paused) override;
    [[nodiscard]] QList<ui::FlowFileFormat> flowFormats() const override;
    void exportFlows(const ui::FlowOrder& order) override;
    [[nodiscard]] bool knowsPackets() const override { return m_knowsPackets; }
    [[nodiscard]] bool metered() const override { return m_metered; }
    void startDemo() override;
    void setListening(bool on) override;
    void listInterfaces() override;
    [[nodiscard]] QString captureFilterError(const QString& filter) const override;
    void startCapture(const QStringList& interfaces, const QString& filter, unsigned snapLength) override;

private:
    using Database = std::shared_ptr<OpenDatabase>;
    struct Opened {
        Database database;
        QString name;
        QString path; ///< empty: unnamed
        bool writable = false;
        std::shared_ptr<core::DatagramSource> datagrams; ///< where its flows came from, when that can be read again
        bool knowsPackets = false;
        bool metered = false;
    };
    /// Runs `work` on a thread; what it posts runs on the GUI thread unless another job has begun since.
    using Post = std::function<void(std::function<void()>)>;
    void startJob(const QString& title, std::function<void(std::stop_token, const Post&)> work);
    void endJob();
    void adopt(Opened opened);
    void release(Database database);
    void openFile(const QString& path);
    [[nodiscard]] ImportOptions fileOptions(bool meter) const;
    void readCaptures(const QStringList& paths, ImportOptions options, std::stop_token stop, const Post& post);
    void openDatabaseFile(const QString& path, const Post& post);
    void follow(const QString& path, bool meter, std::stop_token stop, const Post& post);
    void makeDemo(std::stop_token stop, const Post& post);
    void progressed(const ImportProgress& progress, double share);
    void fileRead(const ImportedFile& file);
    void readingFile(const QString& path);
    void openPackets(const QString& path);
    void beginListening(const std::vector<ListenSpec>& specs);
    void listenInto(Opened opened);
    void tick();
    void remember(const ui::RecentFile& file);
    void loadRecent();

    Runtime m_runtime;
    unsigned m_threads;
    std::shared_ptr<const core::AsNames> m_asNames;
    QThreadPool m_pool;
    SettingsFile m_preferences;
    QList<ui::RecentFile> m_recent;

    Database m_database;
    std::shared_ptr<core::DatagramSource> m_datagrams;
    QString m_name;
    QString m_path;
    bool m_temporary = false;
    bool m_writable = false;
    bool m_knowsPackets = false;
    bool m_metered = false;
    bool m_heard = false; ///< holds flows that were received, which no file gives back

    ui::JobStatus m_job;
    std::stop_source m_stop;
    std::shared_ptr<PauseGate> m_pause; ///< of the job
    quint64 m_jobNumber = 0;
    quint64 m_flowsTold = 0;
    QElapsedTimer m_sinceTold;

    std::stop_source m_previewStop; ///< of the last table that was looked at

    std::unique_ptr<QTemporaryDir> m_opened; ///< packets that another program shows

    std::shared_ptr<Listener> m_listener;
    bool m_listenerBusy = false; ///< opening or closing sockets
    ui::InputStatus m_input;
    ListenCounters m_lastCounters;
    QTimer m_second;
};

} // namespace rivereto::app
