// SPDX-License-Identifier: GPL-3.0-or-later
// Backend: all that the window asks of the program around it. Implemented by app/, faked by tests.
#pragma once

#include <memory>

#include <QDateTime>
#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>

#include "core/store/datagramsource.h"
#include "ui/models/preferences.h"

namespace rivereto::ui {

/// A file of a task.
struct JobFile {
    enum class State : uint8_t { Waiting, Reading, Done, Left, Damaged };
    QString path;
    State state = State::Waiting;
    quint64 flows = 0; ///< that it gave
    QString note;      ///< why it was left, or what is damaged
};

/// A long task that the window shows: reading captures, or making the demo.
struct JobStatus {
    bool running = false;
    QString title;           ///< "Reading edge.pcap", translated
    double share = -1;       ///< 0 … 1; negative: unknown
    quint64 flows = 0;       ///< so far
    double flowsPerSecond = 0;
    double secondsLeft = -1; ///< negative: unknown
    bool mayPause = false;
    bool paused = false;
    std::shared_ptr<const QList<JobFile>> files; ///< in the order they are read in; null when it is not about files
};

/// A kind of file that flows can be written to.
struct FlowFileFormat {
    QString name;   ///< "nfcapd"
    QString what;   ///< translated
    QString ending; ///< with the dot
};

/// Flows to be written.
struct FlowOrder {
    QString format; ///< FlowFileFormat::name
    QString path;
    std::string filter;
    core::TimeRange range; ///< empty: all
    bool openIt = false;   ///< in the program that the system has for such files
};

/// What can be captured on.
struct InterfaceInfo {
    QString name;
    QString state; ///< translated
    QStringList addresses;
    QString description;
};

/// A column that a field of a table can fill.
struct CsvColumn {
    QString name;  ///< of the schema, or "Duration"
    QString label; ///< translated
    QString group; ///< translated; those of a group follow one another
};

/// A field of a table, as its header names it.
struct CsvPreviewField {
    QString name;
    QString guess;     ///< CsvColumn::name that the name alone says; empty: none
    bool part = false; ///< the guess is filled by several fields together
};

/// The beginning of a table, for choosing which field is which column.
struct CsvPreview {
    QString path;
    QString mapping;       ///< that was asked with
    QChar delimiter;
    QByteArray headerLine; ///< as it stands in the file
    QList<CsvPreviewField> fields;
    int fieldsLeft = 0;    ///< that are not listed, because there are too many
    QList<QStringList> samples; ///< the first records; they may have fewer fields
    QList<CsvColumn> columns;
    QString error;         ///< translated; empty: none
};

/// What the status bar says of inputs and losses.
struct InputStatus {
    bool listening = false;
    QString ports;            ///< "2055 · 4739 · 6343"
    double flowsPerSecond = 0;
    double queueFill = 0;     ///< 0 … 1
    quint64 lostKernel = 0;   ///< datagrams that the kernel dropped
    quint64 lostHere = 0;     ///< datagrams that Rivereto dropped
    QStringList interfaces;   ///< captured on
    quint64 packets = 0;      ///< captured
    quint64 packetsLost = 0;  ///< dropped by the kernel or the interface
    unsigned snapLength = 0;  ///< octets of a packet that are captured
};

/// A file that was opened before.
struct RecentFile {
    QString path;
    bool database = false; ///< a .rivereto file; otherwise a capture
    quint64 flows = 0;
    quint64 bytes = 0;
    QDateTime opened;
};

/// GUI thread only. Nothing here blocks; outcomes come as signals.
class Backend : public QObject, public Preferences {
    Q_OBJECT
public:
    using QObject::QObject;

    /// The open database; null when there is none. Shared, so that a running query survives a change.
    [[nodiscard]] virtual std::shared_ptr<core::FlowStore> store() const = 0;
    /// For title and menu bar: "edge-paris.rivereto"; empty when nothing is open.
    [[nodiscard]] virtual QString databaseName() const = 0;
    /// Its file; empty for a database without a name.
    [[nodiscard]] virtual QString databasePath() const = 0;
    /// Flows were received that are in no file yet.
    [[nodiscard]] virtual bool unsaved() const = 0;
    [[nodiscard]] virtual JobStatus job() const = 0;
    [[nodiscard]] virtual InputStatus input() const = 0;
    /// Ports that setListening() would open: "2055, 9995, 4739, 6343".
    [[nodiscard]] virtual QString configuredPorts() const = 0;
    /// Newest first.
    [[nodiscard]] virtual QList<RecentFile> recentFiles() const = 0;
    virtual void clearRecentFiles() = 0;
    /// Name of an AS; empty when there is none.
    [[nodiscard]] virtual QString autonomousSystem(quint32 number) const = 0;

    /// Finds datagrams again whose bytes are still at hand; null when none are. Shared, so that a search survives a change.
    [[nodiscard]] virtual std::shared_ptr<core::DatagramSource> datagrams() const { return nullptr; }

    /// A .rivereto file opens in place; captures are read into a new unnamed database.
    virtual void openPaths(const QStringList& paths) = 0;
    /// Copies the open database to a file of the user's choice.
    /// Reads what is in a folder into a new database, and goes on with files that come into it, until the task is cancelled.
    virtual void followFolder(const QString&) { }
    /// csvPreviewed() answers, the last question only. `mapping`: words of --input csv=, of which the delimiter counts; may be empty.
    virtual void previewCsv(const QString& /*path*/, const QString& /*mapping*/) { }
    /// As openPaths() with one table whose fields are mapped by such words.
    virtual void openCsv(const QString& /*path*/, const QString& /*mapping*/) { }
    virtual void saveAs(const QString& path) = 0;
    virtual void cancelJob() = 0;
    virtual void setJobPaused(bool) { }
    /// What exportFlows() writes besides CSV and JSON.
    [[nodiscard]] virtual QList<FlowFileFormat> flowFormats() const { return {}; }
    virtual void exportFlows(const FlowOrder&) { }
    /// The open database knows the packet captures that its flows were read from.
    [[nodiscard]] virtual bool knowsPackets() const { return false; }
    /// All its flows were metered from packets: their bytes passed while they lasted, up to a minute before they ended.
    [[nodiscard]] virtual bool metered() const { return false; }
    virtual void startDemo() = 0;
    /// Listens on the configured ports into the open or a new database.
    virtual void setListening(bool on) = 0;
    /// interfacesListed() answers.
    virtual void listInterfaces() { }
    /// What is wrong with a capture filter, as libpcap says it; empty: nothing.
    [[nodiscard]] virtual QString captureFilterError(const QString&) const { return {}; }
    /// Meters the packets of interfaces into the open or a new database; setListening(false) ends it.
    virtual void startCapture(const QStringList& /*interfaces*/, const QString& /*filter*/, unsigned /*snapLength*/) { }

signals:
    /// Another database, or none.
    void storeChanged();
    /// The same database under another name.
    void databaseRenamed();
    /// The open database has grown; ask again if the range ends now.
    void dataChanged();
    void jobChanged();
    void inputChanged();
    void interfacesListed(const QList<InterfaceInfo>& interfaces, const QString& problem);
    void csvPreviewed(const CsvPreview& preview);
    /// A table was to be opened whose header does not say enough; failed() has told.
    void csvUnclear(const QString& path);
    void recentFilesChanged();
    /// What went wrong, where, and what to do; plain text.
    void failed(const QString& what);
    /// What a task has to tell at its end.
    void succeeded(const QString& what);
};

} // namespace rivereto::ui
