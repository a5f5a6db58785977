// SPDX-License-Identifier: GPL-3.0-or-later
// HexView: the bytes of a datagram, with a record and a field of it marked.
#pragma once

#include <QAbstractScrollArea>

#include "core/decode/dissect.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

/// Bytes [begin, end) of a datagram.
struct ByteRange {
    uint32_t begin = 0;
    uint32_t end = 0;
    [[nodiscard]] bool empty() const { return end <= begin; }
    [[nodiscard]] bool has(uint32_t at) const { return at >= begin && at < end; }
    bool operator==(const ByteRange&) const = default;
};

class HexView : public QAbstractScrollArea {
    Q_OBJECT
public:
    static constexpr int kBytes = 8; ///< in a line

    explicit HexView(const Theme& theme, QWidget* parent = nullptr);
    void setBytes(const std::vector<uint8_t>& bytes);
    /// Softly, and into view.
    void setRecord(ByteRange record);
    /// Strongly, and into view.
    void setField(ByteRange field);
    [[nodiscard]] ByteRange field() const { return m_field; }
    [[nodiscard]] ByteRange record() const { return m_record; }
    /// As one copies it: offset, bytes, characters.
    [[nodiscard]] QString dump() const;
    [[nodiscard]] QSize sizeHint() const override;

signals:
    /// A byte was clicked, or reached by key.
    void byteChosen(quint32 at);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Metrics {
        int line = 18;
        int bytes = 0; ///< x of the first byte
        int byte = 0;  ///< from one byte to the next
        int gap = 0;   ///< between the two halves of a line
        int text = 0;  ///< x of the characters
        int letter = 0;
    };
    [[nodiscard]] Metrics metrics() const;
    [[nodiscard]] int lines() const { return (static_cast<int>(m_bytes.size()) + kBytes - 1) / kBytes; }
    void syncScrollBar();
    void showLines(uint32_t first, uint32_t end);
    void paintLine(QPainter& painter, int line, int y) const;
    void choose(uint32_t at);
    [[nodiscard]] std::optional<uint32_t> byteAt(const QPoint& point) const;

    const Theme& m_theme;
    std::vector<uint8_t> m_bytes;
    ByteRange m_record;
    ByteRange m_field;
    uint32_t m_cursor = 0;
};

} // namespace rivereto::ui
