// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto inspect: the datagrams of captures, taken apart.
#include <algorithm>
#include <charconv>
#include <tuple>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/inspectprinter.h"
#include "app/cli/output.h"
#include "collectors/capture/capturereader.h"
#include "core/decode/inspect.h"
#include "core/text/number.h"

namespace rivereto::app {

namespace {

using collectors::CaptureReader;

/// What is to be shown of what is read.
struct Wanted {
    uint64_t count = 0; ///< 0: all
    uint64_t first = 1; ///< datagrams, counted from 1
    uint64_t last = UINT64_MAX;
    std::optional<core::Ip> exporter;
    std::string field; ///< a field's name or number; empty: any
};

/// "7", "7-12", "7-"; nothing for what is none of these.
std::optional<std::pair<uint64_t, uint64_t>> datagramRange(std::string_view text)
{
    const auto number = [](std::string_view digits) -> std::optional<uint64_t> {
        uint64_t out = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
        return error == std::errc() && end == digits.data() + digits.size() && out > 0 ? std::optional(out) : std::nullopt;
    };
    const auto dash = text.find('-');
    const auto first = number(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first
        : dash + 1 == text.size()                    ? std::optional(UINT64_MAX)
                                                     : number(text.substr(dash + 1));
    return first && last && *first <= *last ? std::optional(std::pair(*first, *last)) : std::nullopt;
}

bool hasField(const core::DissectNode& node, std::string_view what)
{
    return core::fieldMatches(node.name, node.element, node.enterprise, what)
        || std::ranges::any_of(node.children, [&](const auto& child) { return hasField(child, what); });
}

/// Reads captures one after another; numbers of datagrams and templates carry over.
class Inspection {
public:
    Inspection(Wanted wanted, InspectPrinter& printer, Output& out)
        : m_wanted(wanted)
        , m_printer(printer)
        , m_out(out)
    {
    }

    /// Says what is wrong with the file; the Exit that this makes.
    int read(const std::string& file, const std::stop_token& stop)
    {
        auto reader = CaptureReader::open(file, {.keepDestinations = true});
        if (!reader) {
            sayFailed(reader.error());
            return kDamaged;
        }
        core::DatagramBatch batch;
        for (auto status = CaptureReader::Status::More; status == CaptureReader::Status::More && more();) {
            batch.clear();
            status = (*reader)->read(batch, stop);
            const auto destinations = (*reader)->destinations();
            for (size_t i = 0; i < batch.size() && more(); ++i)
                take(batch[i], file, destinations[i]);
        }
        m_opened = true;
        if (const auto& damage = (*reader)->damage()) {
            sayFailed(*damage);
            return kDamaged;
        }
        if (more() && !stop.stop_requested() && (*reader)->stats().datagrams == 0)
            say(fmt::format("rivereto: “{}” holds no flow export: nothing in its {} packets looks like NetFlow, IPFIX or sFlow\n", file,
                core::formatCount((*reader)->stats().packets)));
        return kDone;
    }

    /// Whether anything that is still to come can matter.
    [[nodiscard]] bool more() const
    {
        const bool shown = (m_wanted.count > 0 && m_printer.totals().shown >= m_wanted.count) || m_number >= m_wanted.last;
        return m_out.open() && !shown;
    }
    [[nodiscard]] bool opened() const { return m_opened; }
    [[nodiscard]] uint64_t datagrams() const { return m_number; }

private:
    void take(const core::Datagram& datagram, const std::string& file, const collectors::CapturedDestination& to)
    {
        ++m_number;
        const bool chosen = m_number >= m_wanted.first && (!m_wanted.exporter || datagram.source == *m_wanted.exporter);
        if (!chosen) {
            m_dissector.learn(datagram);
            return;
        }
        const auto tree = m_printer.wantsRecords() ? m_dissector.dissect(datagram) : m_dissector.outline(datagram);
        if (m_wanted.field.empty() || hasField(tree, m_wanted.field))
            m_printer.add(
                {.number = m_number, .file = file, .datagram = datagram, .destination = to.address, .destinationPort = to.port},
                tree);
    }

    Wanted m_wanted;
    InspectPrinter& m_printer;
    Output& m_out;
    core::Dissector m_dissector;
    uint64_t m_number = 0;
    bool m_opened = false;
};

} // namespace

int runInspect(const QStringList& arguments)
{
    Arguments args(QStringLiteral("inspect"),
        QObject::tr("Takes the export datagrams of captures apart: header, sets, templates and records, field by field. “-” is "
                    "standard input."),
        QStringLiteral("FILE…"));
    const auto option = [&](const char* name, const char* value, const QString& help) {
        args.addOption(QLatin1String(name), QLatin1String(value), help);
    };
    option("count", "N", QObject::tr("At most so many datagrams; 0, the default, is all."));
    option("exporter", "ADDR", QObject::tr("Only what this address sent."));
    option("datagram", "N|N-M|N-", QObject::tr("Only this one or these, counted from 1 over all files."));
    option("field", "NAME",
        QObject::tr("Only datagrams that have such a field: a part of its name, its number, or 9:12001 with its enterprise."));
    args.addFlag(QStringLiteral("templates"),
        QObject::tr("Instead of datagrams the templates of each exporter and domain, with what happened to them."));
    args.addFlag(QStringLiteral("problems"), QObject::tr("Only what could not be decoded, where and why."));
    args.addFlag(QStringLiteral("hex"), QObject::tr("All octets of each datagram, too (text)."));
    option("format", "text|json|ndjson", QObject::tr("json is one array, ndjson a line a datagram or template."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto count = args.number(QStringLiteral("count"), 0);
    if (!count)
        return kUsage;
    Wanted wanted {.count = *count, .exporter = {}, .field = args.value(QStringLiteral("field"), "")};
    if (const auto datagrams = args.value(QStringLiteral("datagram"))) {
        const auto range = datagramRange(*datagrams);
        if (!range)
            return args.wrongUsage(
                fmt::format("“{}” is neither a number nor a range as 7-12; datagrams are counted from 1", *datagrams));
        std::tie(wanted.first, wanted.last) = *range;
    }
    if (const auto address = args.value(QStringLiteral("exporter"))) {
        wanted.exporter = core::Ip::parse(*address);
        if (!wanted.exporter)
            return args.wrongUsage(fmt::format("“{}” is no address", *address));
    }
    const auto format = inspectFormat(args.value(QStringLiteral("format"), "text"));
    if (!format)
        return args.wrongUsage(fmt::format("“{}” is no format: text, json or ndjson", args.value(QStringLiteral("format"), "")));
    if (args.has(QStringLiteral("templates")) && args.has(QStringLiteral("problems")))
        return args.wrongUsage("say either --templates or --problems");
    if (args.operands().isEmpty())
        return args.wrongUsage("name at least one capture");

    const StopOnSignal interrupt;
    Output out;
    InspectPrinter printer(out,
        {.format = *format,
            .templates = args.has(QStringLiteral("templates")),
            .problems = args.has(QStringLiteral("problems")),
            .hex = args.has(QStringLiteral("hex")),
            .files = args.operands().size() > 1});
    Inspection inspection(wanted, printer, out);
    int exit = kDone;
    for (const auto& file : args.operands()) {
        if (inspection.more() && !interrupt.token().stop_requested())
            exit = std::max(exit, inspection.read(file.toStdString(), interrupt.token()));
    }
    printer.finish();
    out.flush();
    if (!out.open())
        return out.ok() ? kDone : kFailed;
    if (!inspection.opened())
        return kFailed;
    if (args.has(QStringLiteral("datagram")) && wanted.first > inspection.datagrams())
        return sayFailed(core::makeError("there is no datagram {}: the captures hold {}", wanted.first, inspection.datagrams()));
    const auto& totals = printer.totals();
    if (!args.quiet())
        say(printer.totalsText());
    return totals.problems > 0 ? kDamaged : exit;
}

} // namespace rivereto::app
