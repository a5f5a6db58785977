// SPDX-License-Identifier: GPL-3.0-or-later
// MmdbDatabase: countries, cities and AS numbers out of an MMDB file through libmaxminddb.
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/enrich/networks.h"

struct MMDB_s;

namespace rivereto::collectors {

/// Layouts of MaxMind and DB-IP (nested records) and of IPinfo (flat ones), told apart record by record.
/// Immutable; any thread.
class MmdbDatabase final : public core::AddressDatabase {
public:
    /// Errors name the file and say what is wrong with it.
    static core::Result<std::shared_ptr<const MmdbDatabase>> open(const std::string& path);
    ~MmdbDatabase() override;
    unsigned lookUp(const core::Ip& address, core::NetworkInfo& info) const override;

private:
    MmdbDatabase() = default;
    std::unique_ptr<MMDB_s> m_database;
};

} // namespace rivereto::collectors
