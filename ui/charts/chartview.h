// SPDX-License-Identifier: GPL-3.0-or-later
// ChartView: what every chart of an answer can do. Read this first in ui/charts; the kinds are listed in chartkinds.h.
#pragma once

#include <functional>
#include <set>

#include <QWidget>

#include "ui/models/queryrunner.h"
#include "ui/models/texts.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

/// Colour of a series of a result: by its rank, of a Sankey path by that of its first value; Other in grey.
QColor seriesColour(const Theme& theme, const core::QueryResult& result, size_t series);

/// A time that something is to be said of: hatched on the time axis.
struct ChartMark {
    core::TimeRange range;
    QString name; ///< "listener stopped", "12 datagrams lost"
    bool operator==(const ChartMark&) const = default;
};

/// How an answer is shown, beside what it says.
struct ChartLook {
    Clock clock;
    bool logarithmic = false;
    std::set<int> hidden;                                ///< series of the result that are left out
    std::optional<double> capacity;                      ///< in the query's unit; a line
    std::vector<ChartMark> marks;                        ///< by time
    bool packets = false;                                ///< the packets of a marked range can be had
    std::function<QString(int series)> label;            ///< what a series is called; its key when unset
    /// What one value of a dimension is called ("15169 Google"); its text when unset.
    std::function<QString(size_t dimension, const std::string& value)> valueLabel;
    std::function<QString(const core::Dimension& dimension)> dimensionLabel; ///< what a dimension is called; its name when unset
};

/// GUI thread. An answer is shared and never changed; painting from it takes no query.
class ChartView : public QWidget {
    Q_OBJECT
public:
    explicit ChartView(const Theme& theme, QWidget* parent = nullptr) : QWidget(parent), m_theme(theme) { }

    /// Null empties the chart.
    virtual void setAnswer(const AnswerPtr& answer) = 0;
    virtual void setLook(const ChartLook& look) = 0;
    /// Draws a series of the result out; -1: none.
    virtual void setHighlighted(int series) = 0;
    /// Points in time that fit: asked for with the next query.
    [[nodiscard]] virtual unsigned pointsWanted() const { return 300; }
    /// The whole chart without pointer, brush and highlighting, in a rectangle (0, 0, size); for files and paper.
    virtual void paintTo(QPainter& painter, QSizeF size) const = 0;
    /// Marked by hand; kinds without a time axis have none.
    [[nodiscard]] virtual std::optional<core::TimeRange> brush() const { return std::nullopt; }
    virtual void setBrush(std::optional<core::TimeRange>) { }

signals:
    void brushChanged();
    void zoomAsked(const core::TimeRange& range);
    void explainAsked(const core::TimeRange& range);
    void flowsAsked(const core::TimeRange& range);
    void packetsAsked(const core::TimeRange& range);
    void backAsked();
    /// Another range by wheel or keys; many may come in a row.
    void rangeDragged(const core::TimeRange& range);
    /// The pointer is above a series of the result; -1: beside all.
    void seriesHovered(int series);
    /// A click on a series of the result; -1: beside all.
    void seriesClicked(int series, Qt::KeyboardModifiers modifiers);
    /// Narrow to these values (one a dimension; dimensions of the result), or leave them out.
    void filterAsked(const std::vector<core::Dimension>& dimensions, const std::vector<std::string>& values, bool without);
    void menuAsked(int series, const QPoint& globalPosition);

protected:
    [[nodiscard]] const Theme& theme() const { return m_theme; }

private:
    const Theme& m_theme;
};

} // namespace rivereto::ui
