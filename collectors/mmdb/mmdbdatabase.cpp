// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/mmdb/mmdbdatabase.h"

#include <charconv>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <maxminddb.h>

namespace rivereto::collectors {

using core::NetworkAttribute;

namespace {

/// A text somewhere in the record; empty when the path leads elsewhere.
template <class... Path>
std::string textAt(MMDB_entry_s& entry, Path... path)
{
    MMDB_entry_data_s data{};
    if (MMDB_get_value(&entry, &data, path..., nullptr) != MMDB_SUCCESS || !data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING)
        return {};
    return {data.utf8_string, data.data_size};
}

template <class... Path>
uint32_t numberAt(MMDB_entry_s& entry, Path... path)
{
    MMDB_entry_data_s data{};
    if (MMDB_get_value(&entry, &data, path..., nullptr) != MMDB_SUCCESS || !data.has_data)
        return 0;
    return data.type == MMDB_DATA_TYPE_UINT32 ? data.uint32 : data.type == MMDB_DATA_TYPE_UINT16 ? data.uint16 : 0;
}

/// "AS13335" as IPinfo writes it.
uint32_t parseAs(std::string_view text)
{
    if (text.starts_with("AS"))
        text.remove_prefix(2);
    uint32_t as = 0;
    std::from_chars(text.data(), text.data() + text.size(), as);
    return as;
}

void fill(std::string& target, std::string value)
{
    if (target.empty())
        target = std::move(value);
}

/// The first of some texts that is not empty.
template <class... Texts>
std::string firstOf(std::string first, Texts... rest)
{
    if constexpr (sizeof...(rest) > 0)
        return first.empty() ? firstOf(std::move(rest)...) : first;
    else
        return first;
}

bool isCountryCode(const std::string& text) { return text.size() == 2; }

} // namespace

core::Result<std::shared_ptr<const MmdbDatabase>> MmdbDatabase::open(const std::string& path)
{
    auto handle = std::make_unique<MMDB_s>();
    const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, handle.get());
    if (status != MMDB_SUCCESS) {
        const char* why = status == MMDB_IO_ERROR || status == MMDB_FILE_OPEN_ERROR ? std::strerror(errno) : MMDB_strerror(status);
        return core::fail("{}: cannot be read as an MMDB database: {}", path, why);
    }
    std::shared_ptr<MmdbDatabase> out(new MmdbDatabase);
    out->m_database = std::move(handle);
    return out;
}

MmdbDatabase::~MmdbDatabase()
{
    if (m_database)
        MMDB_close(m_database.get());
}

unsigned MmdbDatabase::lookUp(const core::Ip& address, core::NetworkInfo& info) const
{
    sockaddr_storage storage{};
    if (address.isV4()) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
        v4.sin_family = AF_INET;
        v4.sin_addr.s_addr = htonl(address.v4Value());
    } else {
        if (m_database->metadata.ip_version == 4)
            return 0;
        auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
        v6.sin6_family = AF_INET6;
        address.toBytes(v6.sin6_addr.s6_addr);
    }
    int status = MMDB_SUCCESS;
    auto result = MMDB_lookup_sockaddr(m_database.get(), reinterpret_cast<const sockaddr*>(&storage), &status);
    if (status != MMDB_SUCCESS || !result.found_entry)
        return 0;
    auto& entry = result.entry;
    fill(info.text(NetworkAttribute::Country),
         firstOf(textAt(entry, "country", "iso_code"), textAt(entry, "registered_country", "iso_code"), textAt(entry, "country_code")));
    if (auto flat = textAt(entry, "country"); isCountryCode(flat))
        fill(info.text(NetworkAttribute::Country), std::move(flat));
    fill(info.text(NetworkAttribute::City), firstOf(textAt(entry, "city", "names", "en"), textAt(entry, "city")));
    fill(info.text(NetworkAttribute::State),
         firstOf(textAt(entry, "subdivisions", "0", "iso_code"), textAt(entry, "subdivisions", "0", "names", "en"), textAt(entry, "region")));
    if (info.asn == 0)
        info.asn = numberAt(entry, "autonomous_system_number");
    if (info.asn == 0)
        info.asn = parseAs(textAt(entry, "asn"));
    // In a database of both families IPv4 hangs 96 bits below the root, and the library tells the length from there.
    return address.isV4() && result.netmask <= 32 ? 96U + result.netmask : result.netmask;
}

} // namespace rivereto::collectors
