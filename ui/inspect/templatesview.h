// SPDX-License-Identifier: GPL-3.0-or-later
// TemplatesView: templates of each exporter and domain, their fields, and what happened to them.
#pragma once

#include <memory>

#include <QTreeWidget>

#include "core/decode/templatehistory.h"
#include "ui/models/texts.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class TemplatesView : public QTreeWidget {
    Q_OBJECT
public:
    explicit TemplatesView(const Theme& theme, QWidget* parent = nullptr);
    /// Which templates are shown; what is empty narrows nothing.
    struct Narrowing {
        QString field; ///< part of a field's name, its number, or a part of the exporter
        std::optional<core::Ip> exporter;
        std::optional<core::Protocol> protocol;
        bool onlyProblems = false; ///< changed, or data came without it
        bool operator==(const Narrowing&) const = default;
    };
    /// May be null.
    void setHistory(std::shared_ptr<const core::TemplateHistory> history);
    void narrow(const Narrowing& narrowing);
    void setClock(Clock clock);
    [[nodiscard]] int templatesShown() const { return m_shown; }

signals:
    /// Where something happened was activated: the datagram, counted from 0.
    void datagramAsked(quint64 number);

private:
    void refill();
    [[nodiscard]] bool isShown(const core::TemplateHistory::Key& key, const core::TemplateHistory::Entry& entry) const;
    void fill(QTreeWidgetItem* item);
    void addFields(QTreeWidgetItem* to, const std::vector<core::TemplateHistory::Field>& fields);
    void addEvent(QTreeWidgetItem* to, const core::TemplateHistory::Event& event, const core::TemplateHistory::Entry& entry);

    const Theme& m_theme;
    Clock m_clock;
    std::shared_ptr<const core::TemplateHistory> m_history;
    std::vector<const std::pair<const core::TemplateHistory::Key, core::TemplateHistory::Entry>*>
        m_entries; ///< by an item's number
    Narrowing m_narrowing;
    int m_shown = 0;
};

} // namespace rivereto::ui
