// SPDX-License-Identifier: GPL-3.0-or-later
// IpfixFile: IPFIX messages one after another in a file (RFC 5655) as a FlowFile. Read this first in collectors/ipfix to read.
#pragma once

#include "collectors/capture/bytestream.h"
#include "collectors/files/flowfile.h"

namespace rivereto::collectors {

/// Each message is handed out as a datagram without a sender, received at its export time. Where a message is broken the next
/// one that can be believed is looked for; what lies between is counted and told of by damage().
class IpfixFile final : public FlowFile {
public:
    static bool recognise(std::span<const uint8_t> beginning);
    static core::Result<std::unique_ptr<FlowFile>> open(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, const FileOptions& options);
    /// Export time of the first message.
    static uint64_t beginsMs(std::unique_ptr<ByteStream> stream);

    Status read(core::DatagramBatch& datagrams, core::FlowBatch& rows, std::stop_token stop) override;
    [[nodiscard]] const std::optional<core::Error>& damage() const override { return m_damage; }
    [[nodiscard]] const core::DecodeStats& decoded() const override { return m_decoded; }
    [[nodiscard]] std::vector<FileCount> counts() const override;
    [[nodiscard]] uint64_t bytesRead() const override { return m_stream->position(); }
    [[nodiscard]] uint64_t bytesTotal() const override { return m_stream->size(); }

private:
    IpfixFile(std::unique_ptr<ByteStream> stream, std::filesystem::path path, uint16_t input);
    /// Whether so many bytes lie ahead; reads as far as that takes.
    bool ahead(size_t bytes);
    [[nodiscard]] std::span<const uint8_t> bytes() const { return std::span(m_buffer).subspan(m_begin, m_end - m_begin); }
    void take(size_t bytes);

    enum class Step : uint8_t { Good, End, Stopped };
    Step message(core::DatagramBatch& out);
    void handOut(core::DatagramBatch& out, size_t length);
    void brokenOff(core::DatagramBatch& out, size_t length);
    [[nodiscard]] bool believable(size_t at);
    [[nodiscard]] bool follows(size_t at);
    [[nodiscard]] size_t find(size_t from, size_t to);
    void note(std::string why);
    void skip();
    void ended();

    std::unique_ptr<ByteStream> m_stream;
    std::filesystem::path m_path;
    uint16_t m_input;
    std::vector<uint8_t> m_buffer;
    size_t m_begin = 0; ///< of what was read and not yet taken, in m_buffer
    size_t m_end = 0;
    uint64_t m_at = 0; ///< of m_begin in the file, compression taken off

    uint64_t m_messages = 0;
    uint64_t m_skipped = 0; ///< bytes
    uint64_t m_places = 0;  ///< broken ones
    uint64_t m_firstPlace = 0;
    std::string m_firstWhy;
    std::optional<core::Error> m_damage;
    core::DecodeStats m_decoded; ///< stays empty: datagrams are decoded by others
};

} // namespace rivereto::collectors
