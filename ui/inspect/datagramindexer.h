// SPDX-License-Identifier: GPL-3.0-or-later
// DatagramIndexer: goes through all datagrams at hand and tells a line of each; off the GUI thread.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <QObject>
#include <QThreadPool>

#include "core/decode/inspect.h"
#include "core/decode/templatehistory.h"
#include "core/store/datagramsource.h"

namespace rivereto::ui {

/// One datagram of the list; kept small, there may be a million.
struct DatagramRow {
    uint64_t timeMs = 0;
    uint32_t domain = 0;
    uint32_t sequence = 0;
    uint32_t shape = 0; ///< which kinds of fields it has
    uint32_t exporter = 0; ///< number among the exporters
    uint16_t length = 0;
    uint16_t sets = 0;
    uint16_t records = 0; ///< options records included
    uint16_t templates = 0;
    uint16_t problems = 0;
    uint16_t problem = 0; ///< number of the first one's words
    core::Protocol protocol = core::Protocol::Unknown;
    bool hasDomain = false;
};

/// A field's name and number, as it is searched for.
struct FieldKind {
    std::string name;
    std::optional<uint16_t> element;
    uint32_t enterprise = 0;
};

/// What the indexer found since it last told. Exporters, kinds and shapes are numbered in order of appearance.
struct IndexPart {
    std::vector<DatagramRow> rows;
    std::vector<core::Ip> exporters;
    std::vector<FieldKind> kinds;
    std::vector<std::vector<uint32_t>> shapes; ///< kinds of each
    std::vector<std::string> problems; ///< words for them
    double share = 0; ///< of the bytes read
};

/// GUI thread.
class DatagramIndexer : public QObject {
    Q_OBJECT
public:
    /// So many are listed; of those beyond only the templates are looked at.
    static constexpr uint64_t kMostRows = 1'000'000;

    explicit DatagramIndexer(QObject* parent = nullptr);
    ~DatagramIndexer() override;
    /// Ends what was going on before.
    void start(std::shared_ptr<core::DatagramSource> source, uint64_t mostRows = kMostRows);
    void cancel();
    [[nodiscard]] bool running() const { return m_running; }

signals:
    void found(const std::shared_ptr<rivereto::ui::IndexPart>& part);
    /// At the end, or when it was cancelled. `datagrams`: read, listed or not.
    void finished(const std::shared_ptr<const rivereto::core::TemplateHistory>& templates, quint64 datagrams, bool whole);

private:
    QThreadPool m_pool;
    std::stop_source m_stop;
    quint64 m_generation = 0;
    bool m_running = false;
};

} // namespace rivereto::ui
