// SPDX-License-Identifier: GPL-3.0-or-later
// TemplateLog: templates of exporters that were received live, kept in the file for the next time. Its table is made with the first.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/decode/knowntemplate.h"
#include "storage/sqlite/database.h"

namespace rivereto::storage {

/// News that wait to be written, the latest of each template; bounded: what is too much is not kept.
class TemplateNotes {
public:
    void add(core::TemplateNews&& news);
    [[nodiscard]] bool empty() const { return m_latest.empty(); }
    /// Nothing: it is gone.
    [[nodiscard]] const std::map<core::TemplateId, std::optional<core::KnownTemplate>>& latest() const { return m_latest; }

private:
    void put(const core::TemplateId& id, std::optional<core::KnownTemplate> known);

    std::map<core::TemplateId, std::optional<core::KnownTemplate>> m_latest;
    size_t m_fields = 0;
};

/// Within the writer's transaction. Beyond the limit those that were announced longest ago go.
core::Result<void> writeTemplates(Database& database, const TemplateNotes& notes);

/// All that the file has, the one announced last at the end. Rows that are damaged, or no template that could be, are left out.
core::Result<std::vector<core::KnownTemplate>> readTemplates(Database& database);

} // namespace rivereto::storage
