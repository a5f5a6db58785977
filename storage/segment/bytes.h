// SPDX-License-Identifier: GPL-3.0-or-later
// Little-endian bytes in and out of a blob.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rivereto::storage {

/// Appends little-endian bytes and variable-length numbers to a blob.
class ByteWriter {
public:
    template <class T>
    void put(T value)
    {
        m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    /// LEB128.
    void putVarint(uint64_t value)
    {
        for (; value >= 0x80; value >>= 7)
            m_bytes += static_cast<char>(value | 0x80);
        m_bytes += static_cast<char>(value);
    }
    void putBytes(std::string_view bytes) { m_bytes.append(bytes); }
    void reserve(size_t more) { m_bytes.reserve(m_bytes.size() + more); }
    [[nodiscard]] size_t size() const { return m_bytes.size(); }
    [[nodiscard]] std::string take() { return std::move(m_bytes); }

private:
    std::string m_bytes;
};

/// Reads what ByteWriter wrote; after a read past the end, ok() is false and values are 0.
class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : m_bytes(bytes) { }
    template <class T>
    T get()
    {
        T value{};
        const auto bytes = getBytes(sizeof value);
        if (bytes.size() == sizeof value)
            __builtin_memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    uint64_t getVarint()
    {
        uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = get<uint8_t>();
            value |= static_cast<uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80)
                return value;
        }
        m_ok = false;
        return 0;
    }
    std::string_view getBytes(size_t count)
    {
        if (count > m_bytes.size() - m_at) {
            m_ok = false;
            m_at = m_bytes.size();
            return {};
        }
        const auto bytes = m_bytes.substr(m_at, count);
        m_at += count;
        return bytes;
    }
    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] std::string_view rest() const { return m_bytes.substr(m_at); }

private:
    std::string_view m_bytes;
    size_t m_at = 0;
    bool m_ok = true;
};

/// Bits needed for values 0 … max.
constexpr unsigned bitWidth(uint64_t max) { return max == 0 ? 0 : 64U - static_cast<unsigned>(__builtin_clzll(max)); }
/// Bytes that `count` values of `width` bits take.
constexpr size_t bitBytes(size_t count, unsigned width) { return (count * width + 7) / 8; }

} // namespace rivereto::storage
