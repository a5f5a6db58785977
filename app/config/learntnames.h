// SPDX-License-Identifier: GPL-3.0-or-later
// LearntNames: interface names that exporters told in options data, gathered for all workers.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "core/decode/decoder.h"
#include "core/enrich/metadata.h"

namespace rivereto::app {

/// Any thread. Publishes immutable snapshots.
class LearntNames {
public:
    void add(const std::vector<core::LearntName>& names)
    {
        const std::lock_guard lock(m_mutex);
        auto next = m_current ? std::make_shared<core::LearntInterfaces>(*m_current) : std::make_shared<core::LearntInterfaces>();
        for (const auto& name : names) {
            if (name.kind == core::LearntName::Kind::Interface)
                next->interfaces[{name.exporter, name.id}] = {.name = name.name, .description = name.description};
        }
        m_current = std::move(next);
    }
    [[nodiscard]] std::shared_ptr<const core::LearntInterfaces> current() const
    {
        const std::lock_guard lock(m_mutex);
        return m_current;
    }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const core::LearntInterfaces> m_current;
};

} // namespace rivereto::app
