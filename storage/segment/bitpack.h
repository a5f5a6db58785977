// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers in as few bits as they need: blocks of 256, each with its own base and width.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
    void putVarint(uint64_t value);
    void putBytes(std::string_view bytes) { m_bytes.append(bytes); }
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
    uint64_t getVarint();
    std::string_view getBytes(size_t count);
    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] std::string_view rest() const { return m_bytes.substr(m_at); }

private:
    std::string_view m_bytes;
    size_t m_at = 0;
    bool m_ok = true;
};

/// Bits needed for values 0 … max.
constexpr unsigned bitWidth(uint64_t max) { return max == 0 ? 0 : 64U - static_cast<unsigned>(__builtin_clzll(max)); }

/// Frame of reference in blocks of 256.
void packNumbers(ByteWriter& out, std::span<const uint64_t> values);
/// Differences between neighbours (zigzag), packed as above.
void packDeltas(ByteWriter& out, std::span<const uint64_t> values);
/// Like packDeltas for numbers that never fall: the differences need no sign.
void packAscending(ByteWriter& out, std::span<const uint64_t> values);
/// The same with each difference as a varint: larger, but what is frequent compresses.
void putSteps(ByteWriter& out, std::span<const uint64_t> values);
/// Bytes that packNumbers / packDeltas would write.
size_t packedSize(std::span<const uint64_t> values);
size_t packedDeltaSize(std::span<const uint64_t> values);

/// The reverse, for exactly out.size() values; false when the bytes do not hold them.
bool unpackNumbers(ByteReader& in, std::span<uint64_t> out);
bool unpackDeltas(ByteReader& in, std::span<uint64_t> out);
bool unpackAscending(ByteReader& in, std::span<uint64_t> out);
bool getSteps(ByteReader& in, std::span<uint64_t> out);
/// Straight into narrower cells; values must fit (what does not is cut).
template <class T>
bool unpackNumbersAs(ByteReader& in, std::span<T> out);

} // namespace rivereto::storage
