// SPDX-License-Identifier: GPL-3.0-or-later
// Fuzzes CSV files: the first line is the words of a mapping, the rest the file. What was read comes back when it is written as
// Rivereto writes it.
#include <cstdint>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "collectors/csv/csvfile.h"
#include "core/query/flowlines.h"

using namespace rivereto;

namespace {

core::FlowBatch readCsvFile(std::string_view bytes, std::string_view mapping)
{
    core::FlowBatch flows(core::Schema::builtin());
    const int fd = memfd_create("csv", 0);
    if (fd < 0 || write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        return flows;
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    auto stream = collectors::ByteStream::open(path);
    close(fd);
    core::InputSettings settings;
    if (!mapping.empty())
        settings.csv = std::string(mapping);
    if (!stream)
        return flows;
    const auto file = collectors::CsvFile::open(std::move(*stream), path, {.schema = core::Schema::builtin(), .settings = settings});
    core::DatagramBatch none;
    auto status = collectors::FlowFile::Status::More;
    while (file && status == collectors::FlowFile::Status::More) {
        status = (*file)->read(none, flows, {});
        if (flows.rows() > 20'000)
            break;
    }
    if (file && (*file)->decoded().flows() != flows.rows())
        __builtin_trap();
    return flows;
}

std::string written(const core::FlowBatch& flows)
{
    std::vector<std::string> fields;
    for (const auto& column : flows.schema().columns()) {
        if (column.stored())
            fields.emplace_back(column.name);
    }
    core::FlowLines lines(flows.schema(), fields, core::FlowForm::Csv, 0);
    auto out = lines.header();
    lines.append(out, flows, 0, flows.rows());
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const auto end = std::min(all.find('\n'), all.size());
    const auto words = all.substr(0, end);
    const auto bytes = all.substr(std::min(end + 1, all.size()));
    if (const auto mapping = collectors::CsvMapping::parse(words)) {
        const auto again = collectors::CsvMapping::parse(mapping->print());
        if (!again || again->print() != mapping->print())
            __builtin_trap();
    }
    (void)collectors::CsvFile::recognise({data, size});
    const auto flows = readCsvFile(bytes, words);
    if (flows.empty() || flows.rows() > 1000)
        return 0;
    const auto text = written(flows);
    const auto again = readCsvFile(text, {});
    if (again.rows() == flows.rows() && written(again) != text)
        __builtin_trap();
    return 0;
}
