// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/dissectmodel.h"

#include <algorithm>
#include <functional>

#include "core/decode/inspect.h"
#include "core/text/number.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

using core::DissectKind;
using core::DissectNode;

void DissectModel::append(uint32_t at)
{
    const auto* node = m_entries[at].node;
    const auto first = static_cast<uint32_t>(m_entries.size());
    m_entries[at].firstChild = first;
    for (uint32_t row = 0; row < node->children.size(); ++row)
        m_entries.push_back({.node = &node->children[row], .parent = at, .row = row});
    for (uint32_t row = 0; row < node->children.size(); ++row)
        append(first + row);
}

void DissectModel::setTree(std::shared_ptr<const DissectNode> tree)
{
    beginResetModel();
    m_tree = std::move(tree);
    m_entries.clear();
    if (m_tree) {
        m_entries.push_back({.node = m_tree.get()});
        append(0);
    }
    endResetModel();
}

const DissectNode* DissectModel::node(const QModelIndex& index) const
{
    return m_entries.empty() ? nullptr : entry(index).node;
}

QModelIndex DissectModel::indexOf(uint32_t at) const
{
    return at == 0 ? QModelIndex() : createIndex(static_cast<int>(m_entries[at].row), 0, quintptr {at});
}

QModelIndex DissectModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, quintptr {entry(parent).firstChild + static_cast<uint32_t>(row)});
}

QModelIndex DissectModel::parent(const QModelIndex& index) const
{
    return index.isValid() ? indexOf(entry(index).parent) : QModelIndex();
}

int DissectModel::rowCount(const QModelIndex& parent) const
{
    if (m_entries.empty() || parent.column() > 0)
        return 0;
    return static_cast<int>(entry(parent).node->children.size());
}

QModelIndex DissectModel::indexAt(uint32_t offset) const
{
    if (m_entries.empty())
        return {};
    uint32_t at = 0;
    for (bool deeper = true; deeper;) {
        deeper = false;
        const auto& children = m_entries[at].node->children;
        for (uint32_t row = 0; row < children.size() && !deeper; ++row) {
            if (offset >= children[row].offset && offset < children[row].offset + children[row].length) {
                at = m_entries[at].firstChild + row;
                deeper = true;
            }
        }
    }
    return indexOf(at);
}

QModelIndex DissectModel::find(const QString& what, const QModelIndex& from) const
{
    if (m_entries.size() < 2 || what.isEmpty())
        return {};
    const auto wanted = what.toStdString();
    // Pieces in the order in which they are seen.
    std::vector<uint32_t> order;
    order.reserve(m_entries.size());
    const std::function<void(uint32_t)> visit = [&](uint32_t at) {
        order.push_back(at);
        for (uint32_t row = 0; row < m_entries[at].node->children.size(); ++row)
            visit(m_entries[at].firstChild + row);
    };
    visit(0);
    const auto here = from.isValid() ? static_cast<uint32_t>(from.internalId()) : 0;
    const auto start = static_cast<size_t>(std::ranges::find(order, here) - order.begin());
    const auto next = [&](const auto& fits) {
        for (size_t i = 1; i <= order.size(); ++i) {
            const auto at = order[(start + i) % order.size()];
            if (at != 0 && fits(*m_entries[at].node))
                return indexOf(at);
        }
        return QModelIndex();
    };
    // "1" is an element first, and a part of an address only where there is no such element.
    const auto named
        = next([&](const DissectNode& node) { return core::fieldMatches(node.name, node.element, node.enterprise, wanted); });
    return named.isValid() ? named : next([&](const DissectNode& node) {
        return text(node.value).contains(what, Qt::CaseInsensitive) || text(node.meaning).contains(what, Qt::CaseInsensitive);
    });
}

QModelIndexList DissectModel::problems() const
{
    QModelIndexList out;
    for (uint32_t at = 1; at < m_entries.size(); ++at) {
        if (!m_entries[at].node->note.empty() && !m_entries[at].node->remark)
            out << indexOf(at);
    }
    return out;
}

QString DissectModel::nameOf(const DissectNode& node) const
{
    auto name = text(core::nodeTitle(node));
    if (node.element)
        name
            = QStringLiteral("%1  %2").arg(node.enterprise == 0 ? QString::number(*node.element)
                                                                : QStringLiteral("%1:%2").arg(node.enterprise).arg(*node.element),
                name);
    if (node.scope)
        name += tr(" (scope)");
    if (node.reverse)
        name += tr(" (reverse)");
    return name;
}

QVariant DissectModel::data(const QModelIndex& index, int role) const
{
    const auto& node = *entry(index).node;
    const bool wrong = !node.note.empty() && !node.remark;
    if (role == Qt::ForegroundRole) {
        if (index.column() == Value && wrong)
            return m_theme[Token::warning];
        return m_theme[index.column() >= Type ? Token::secondary : Token::text];
    }
    if (role == Qt::FontRole)
        return index.column() == Name && !node.children.empty() && node.kind <= DissectKind::Sample
            ? m_theme.font(12, QFont::DemiBold)
            : m_theme.font(12);
    if (role == Qt::DecorationRole && index.column() == Value && wrong)
        return m_theme.icon(QStringLiteral("warning"), Token::warningMark, 14);
    const auto value = [&] {
        QStringList parts {text(node.value), text(node.meaning)};
        parts.removeAll(QString());
        auto out = parts.join(QStringLiteral(" – "));
        if (!node.note.empty())
            out += (out.isEmpty() ? QString() : QStringLiteral("  ")) + text(node.note);
        return out;
    };
    if (role == Qt::ToolTipRole) {
        const auto shown = value();
        return shown.isEmpty() ? nameOf(node) : nameOf(node) + u'\n' + shown;
    }
    if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole)
        return {};
    switch (index.column()) {
    case Name:
        return nameOf(node);
    case Value:
        return value();
    case Type:
        return text(node.type);
    case Place:
        return QStringLiteral("%1  %2").arg(node.offset, 4, 16, QLatin1Char('0')).arg(text(core::formatCount(node.length)));
    default:
        return {};
    }
}

QVariant DissectModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QString names[kColumns] = {tr("Field"), tr("Value"), tr("Type"), tr("Offset, octets")};
    return names[section];
}

} // namespace rivereto::ui
