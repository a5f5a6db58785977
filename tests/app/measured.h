// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the program and measures its memory; writes large captures without holding them.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/app/program.h"
#include "tests/support/messages.h"
#include "tests/support/pcapwriter.h"

extern char** environ;

namespace rivereto::support {

struct Measured {
    int exit = -1; ///< -1: a signal ended it
    long maxMb = 0;
    double seconds = 0;
};

/// Output goes nowhere. What the test itself holds at that moment counts as the program's (exec keeps the mark), so hold little.
inline Measured runMeasured(const QStringList& arguments)
{
    Measured out;
    std::vector<QByteArray> bytes{Program::path().toUtf8()};
    for (const auto& argument : arguments)
        bytes.push_back(argument.toUtf8());
    std::vector<char*> argv;
    for (auto& text : bytes)
        argv.push_back(text.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    QElapsedTimer timer;
    timer.start();
    pid_t pid = 0;
    const int failed = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    rusage usage{};
    if (failed != 0 || ::wait4(pid, &status, 0, &usage) != pid)
        return out;
    out.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    out.maxMb = usage.ru_maxrss / 1024;
    out.seconds = static_cast<double>(timer.elapsed()) / 1000;
    return out;
}

/// Memory means something only without a sanitizer.
constexpr bool measuresMemory()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#else
    return true;
#endif
}

/// A pcap file of export datagrams, written as they come.
class CaptureFile {
public:
    explicit CaptureFile(const QString& path) : m_file(path)
    {
        if (!m_file.open(QIODevice::WriteOnly))
            qFatal("cannot write %s", qPrintable(path));
        flush();
    }
    ~CaptureFile() { flush(); }
    void add(const Octets& payload, std::string_view source = "192.0.2.1", uint16_t port = 4000)
    {
        m_writer.packet(m_us += 100, ethernet(0x0800, ipv4(udp(port, 2055, payload), {}, source, "192.0.2.254")));
        if (m_writer.bytes().size() > 1 << 20)
            flush();
    }

private:
    void flush()
    {
        auto& bytes = m_writer.bytes();
        m_file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
        bytes.clear();
    }
    QFile m_file;
    PcapWriter m_writer{PcapWriter::Format{}};
    uint64_t m_us = 1'700'000'000'000'000;
};

} // namespace rivereto::support
