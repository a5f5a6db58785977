// SPDX-License-Identifier: GPL-3.0-or-later
// DetailsPane: one flow beside the table – decoded with the origin of every value, and the datagram it came in.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>

#include "ui/flows/decodedview.h"
#include "ui/flows/detailsloader.h"
#include "ui/flows/hexview.h"

namespace rivereto::ui {

class DetailsPane : public QFrame {
    Q_OBJECT
public:
    enum class Tab : uint8_t { Decoded, Datagram };

    explicit DetailsPane(const Theme& theme, QWidget* parent = nullptr);

    /// Nothing is chosen.
    void clear();
    /// `complete`: the datagram is there or will not come.
    void show(const FlowDetails& details, bool complete, const FlowFormat& format);
    void showError(const core::Error& error);
    void setFormat(const FlowFormat& format);
    void setTab(Tab tab);
    [[nodiscard]] Tab tab() const { return static_cast<Tab>(m_stack->currentIndex()); }
    [[nodiscard]] DecodedView& decoded() { return *m_decoded; }
    [[nodiscard]] HexView& hex() { return *m_hex; }
    /// What the pane says beside its lines: why there is no datagram.
    [[nodiscard]] QString words() const { return m_words->text(); }

signals:
    void closeAsked();
    /// The whole datagram is to be seen, with `record` of it, counted from 0.
    void inspectAsked(const rivereto::core::KeptDatagram& datagram, quint64 record);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QWidget* buildHead();
    QWidget* buildDatagram();
    void chooseLine(const DetailLine& line);
    void chooseByte(quint32 at);
    void describe(const core::DissectNode* node);
    void syncLines();
    void syncTabs();
    void copy();

    const Theme& m_theme;
    FlowDetails m_details;
    FlowFormat m_format;
    bool m_complete = false;
    QPushButton* m_tabs[2] = {};
    QPushButton* m_copy = nullptr;
    QPushButton* m_inspect = nullptr;
    QPushButton* m_close = nullptr;
    QLabel* m_words = nullptr;
    QStackedWidget* m_stack = nullptr;
    DecodedView* m_decoded = nullptr;
    HexView* m_hex = nullptr;
    QLabel* m_path = nullptr;
    QLabel* m_size = nullptr;
    QLabel* m_fieldName = nullptr;
    QLabel* m_fieldOrigin = nullptr;
    QLabel* m_fieldValue = nullptr;
    QLabel* m_fieldPlace = nullptr;
};

} // namespace rivereto::ui
