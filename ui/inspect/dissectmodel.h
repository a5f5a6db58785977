// SPDX-License-Identifier: GPL-3.0-or-later
// DissectModel: a datagram taken apart, as a tree of name, value and type.
#pragma once

#include <memory>
#include <vector>

#include <QAbstractItemModel>

#include "core/decode/dissect.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class DissectModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column : int { Name, Value, Type, Place, kColumns };

    explicit DissectModel(const Theme& theme, QObject* parent = nullptr) : QAbstractItemModel(parent), m_theme(theme) { }
    /// May be null. What stands at the top are the messages in it.
    void setTree(std::shared_ptr<const core::DissectNode> tree);
    [[nodiscard]] const core::DissectNode* node(const QModelIndex& index) const;
    /// The innermost piece with this byte; invalid when there is none.
    [[nodiscard]] QModelIndex indexAt(uint32_t offset) const;
    /// The next piece, in order, whose name, number or value has `what` in it; behind `from`, and from the beginning again.
    [[nodiscard]] QModelIndex find(const QString& what, const QModelIndex& from) const;
    /// All that has something wrong with it.
    [[nodiscard]] QModelIndexList problems() const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& index) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& = {}) const override { return kColumns; }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Entry {
        const core::DissectNode* node = nullptr;
        uint32_t parent = 0;
        uint32_t row = 0;
        uint32_t firstChild = 0; ///< the others follow it
    };
    void append(uint32_t at);
    [[nodiscard]] const Entry& entry(const QModelIndex& index) const { return m_entries[index.isValid() ? index.internalId() : 0]; }
    [[nodiscard]] QModelIndex indexOf(uint32_t entry) const;
    [[nodiscard]] QString nameOf(const core::DissectNode& node) const;

    const Theme& m_theme;
    std::shared_ptr<const core::DissectNode> m_tree;
    std::vector<Entry> m_entries; ///< the first is the datagram itself
};

} // namespace rivereto::ui
