// SPDX-License-Identifier: GPL-3.0-or-later
// DatagramView: one datagram as a tree, and its bytes beside it; what is chosen in one is marked in the other.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QTreeView>

#include "ui/flows/hexview.h"
#include "ui/inspect/datagramloader.h"
#include "ui/inspect/dissectmodel.h"

namespace rivereto::ui {

class DatagramView : public QWidget {
    Q_OBJECT
public:
    explicit DatagramView(const Theme& theme, QWidget* parent = nullptr);
    void show(const std::shared_ptr<const LoadedDatagram>& datagram);
    /// Without a datagram: why. `calm`: nothing is wrong.
    void showWords(const QString& words, bool calm = false);
    /// Goes to the next piece with `what` in its name, number or value; false when there is none.
    bool findNext(const QString& what);
    /// Goes to a record, counted as core::recordsOf() does.
    void chooseRecord(quint64 number);
    [[nodiscard]] QTreeView& tree() { return *m_tree; }
    [[nodiscard]] HexView& hex() { return *m_hex; }
    [[nodiscard]] const DissectModel& model() const { return m_model; }
    /// What is said instead of a datagram, or is wrong with it.
    [[nodiscard]] QString words() const { return m_words->isVisibleTo(this) ? m_words->text() : QString(); }
    /// The tree as indented text, for the clipboard.
    [[nodiscard]] QString asText() const;

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void choose(const QModelIndex& index);
    void chooseByte(quint32 at);
    void openTree();
    void setWords(const QString& words, bool calm);
    void syncField(const core::DissectNode* node);

    const Theme& m_theme;
    DissectModel m_model;
    std::shared_ptr<const LoadedDatagram> m_datagram;
    QTreeView* m_tree;
    HexView* m_hex;
    QLabel* m_path;
    QLabel* m_size;
    QLabel* m_words;
    QFrame* m_field; ///< what is chosen, in words
    QLabel* m_fieldName;
    QLabel* m_fieldValue;
    QLabel* m_fieldPlace;
    bool m_quiet = false;
};

} // namespace rivereto::ui
