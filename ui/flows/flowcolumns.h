// SPDX-License-Identifier: GPL-3.0-or-later
// FlowColumns: what a table of raw flows can show – columns of the schema and such as put several of them into one.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <QString>
#include <QStringList>

#include "core/query/segment.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

/// One column of the table.
struct FlowColumn {
    enum class Kind : uint8_t { Plain, Time, Duration, Exporter, Interfaces, Source, Destination, Proto, Flags, Count, Sampling };
    QString id; ///< name of the schema's column, or a word of ours; kept in preferences
    Kind kind = Kind::Plain;
    QString label;
    QString group;
    QString about;
    std::vector<core::ColumnId> needs;               ///< stored columns, to be read
    std::vector<core::ColumnId> parts;               ///< what can be filtered by, the main one first
    core::ColumnId sort = core::ColumnId::kNone;     ///< kNone: cannot be sorted by
    int width = 90;
    bool right = false;    ///< figures
    bool flexible = false; ///< takes what is left
};

/// A cell as it is painted and copied.
struct FlowCell {
    QString text;
    QString detail;    ///< quiet, behind the text
    bool none = false; ///< there is no value: the text is only a sign of that
};

/// Rows that were read, with the columns that follow from them. Used by one thread.
struct FlowRows {
    explicit FlowRows(core::FlowBatch&& read) : rows(std::move(read)), segment(rows) { }
    core::FlowBatch rows;
    core::BatchSegment segment;
};

/// What formatting asks of the rest of the window.
struct FlowFormat {
    Clock clock;
    bool days = false; ///< times with their date
    std::function<QString(uint32_t)> asName;
};

class FlowColumns {
public:
    explicit FlowColumns(std::shared_ptr<const core::Schema> schema);

    [[nodiscard]] const core::Schema& schema() const { return *m_schema; }
    /// All there are, those of several columns first, then by group of the schema.
    [[nodiscard]] const std::vector<FlowColumn>& all() const { return m_all; }
    /// nullptr when there is none.
    [[nodiscard]] const FlowColumn* find(const QString& id) const;

    struct Preset {
        QString name;
        QStringList ids;
    };
    [[nodiscard]] std::vector<Preset> presets() const;
    [[nodiscard]] QStringList defaults() const;

    [[nodiscard]] static FlowCell cell(const FlowColumn& column, FlowRows& rows, size_t row, const FlowFormat& format);
    /// A cell's value as core/text writes it; what filters take.
    [[nodiscard]] static std::string value(core::ColumnId column, FlowRows& rows, size_t row);
    /// What a people's table shows for one stored or derived column.
    [[nodiscard]] static QString plain(const core::Column& column, FlowRows& rows, size_t row, const FlowFormat& format);

private:
    void addCombined();
    void addPlain(const core::Column& column);

    std::shared_ptr<const core::Schema> m_schema;
    std::vector<FlowColumn> m_all;
};

/// "889 ms", "23.6 s", "5 min 12 s", "3 h 20 min".
QString durationText(uint64_t ms);
/// Letters where flags are set, from the right: F S R P A U, as in ".AP..F".
QString flagsText(uint64_t flags);

} // namespace rivereto::ui
