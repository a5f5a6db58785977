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
    /// May be null. Shows only templates that have a field meant by `field`, if that is not empty.
    void setHistory(std::shared_ptr<const core::TemplateHistory> history);
    void narrow(const QString& field, const std::optional<core::Ip>& exporter);
    void setClock(Clock clock);
    [[nodiscard]] int templatesShown() const { return m_shown; }

signals:
    /// Where something happened was activated: the datagram, counted from 0.
    void datagramAsked(quint64 number);

private:
    void refill();
    void fill(QTreeWidgetItem* item);
    void addFields(QTreeWidgetItem* to, const std::vector<core::TemplateHistory::Field>& fields);
    void addEvent(QTreeWidgetItem* to, const core::TemplateHistory::Event& event, const core::TemplateHistory::Entry& entry);

    const Theme& m_theme;
    Clock m_clock;
    std::shared_ptr<const core::TemplateHistory> m_history;
    std::vector<const std::pair<const core::TemplateHistory::Key, core::TemplateHistory::Entry>*> m_entries; ///< by an item's number
    QString m_field;
    std::optional<core::Ip> m_exporter;
    int m_shown = 0;
};

} // namespace rivereto::ui
