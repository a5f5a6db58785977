// SPDX-License-Identifier: GPL-3.0-or-later
// FakeBackend: a program without files and sockets, for tests of the window.
#pragma once

#include "tests/support/memorystore.h"
#include "tests/support/randomflows.h"
#include "ui/window/backend.h"

namespace rivereto::ui {

class FakeBackend final : public Backend {
public:
    std::shared_ptr<core::FlowStore> opened;
    JobStatus status;
    InputStatus inputs;
    QStringList paths;
    QString saved;
    QMap<QString, QString> preferences;
    QList<RecentFile> recent;
    std::shared_ptr<core::DatagramSource> source;
    int demos = 0;
    int cancels = 0;
    bool packetsKnown = false;
    QString captured; ///< interfaces, filter, octets
    FlowOrder exported;
    QStringList previewsAsked; ///< path, mapping
    QString openedCsv; ///< path, mapping

    void openStore(std::shared_ptr<core::FlowStore> store)
    {
        opened = std::move(store);
        emit storeChanged();
    }

    std::shared_ptr<core::FlowStore> store() const override { return opened; }
    QString databaseName() const override { return opened ? QStringLiteral("edge-paris.rivereto") : QString(); }
    QString databasePath() const override { return opened ? QStringLiteral("/flows/edge-paris.rivereto") : QString(); }
    bool unsaved() const override { return false; }
    JobStatus job() const override { return status; }
    InputStatus input() const override { return inputs; }
    QString configuredPorts() const override { return QStringLiteral("2055, 6343"); }
    QList<RecentFile> recentFiles() const override { return recent; }
    void clearRecentFiles() override { recent.clear(); emit recentFilesChanged(); }
    QString preference(const QString& name) const override { return preferences.value(name); }
    void setPreference(const QString& name, const QString& value) override { preferences[name] = value; }
    QString autonomousSystem(quint32 number) const override { return number == 64500 ? QStringLiteral("Example") : QString(); }
    std::shared_ptr<core::DatagramSource> datagrams() const override { return source; }
    void openPaths(const QStringList& files) override { paths = files; }
    void previewCsv(const QString& path, const QString& mapping) override { previewsAsked << path + u'|' + mapping; }
    void openCsv(const QString& path, const QString& mapping) override { openedCsv = path + u'|' + mapping; }
    void saveAs(const QString& path) override { saved = path; }
    void cancelJob() override { ++cancels; }
    void setJobPaused(bool paused) override
    {
        status.paused = paused;
        emit jobChanged();
    }
    QList<FlowFileFormat> flowFormats() const override { return {{.name = QStringLiteral("pcap"), .what = QStringLiteral("packets"), .ending = QStringLiteral(".pcapng")}}; }
    void exportFlows(const FlowOrder& order) override { exported = order; }
    bool knowsPackets() const override { return packetsKnown; }
    QString captureFilterError(const QString& filter) const override { return filter == QStringLiteral("bad") ? QStringLiteral("syntax error") : QString(); }
    void startCapture(const QStringList& interfaces, const QString& filter, unsigned octets) override { captured = QStringLiteral("%1|%2|%3").arg(interfaces.join(u','), filter).arg(octets); }
    void startDemo() override { ++demos; }
    void setListening(bool on) override
    {
        inputs.listening = on;
        emit inputChanged();
    }
};

/// 20 000 flows over 20 seconds, 16 source AS.
inline std::shared_ptr<core::FlowStore> someFlows()
{
    constexpr uint64_t kStart = 1'795'455'720'000;
    return std::make_shared<support::MemoryStore>(support::randomFlows(core::Schema::builtin(), 20'000, kStart, 7));
}

} // namespace rivereto::ui
