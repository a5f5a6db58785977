// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto inspect: the datagrams of captures, taken apart.
#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/inspectprinter.h"
#include "app/cli/output.h"
#include "collectors/capture/capturereader.h"
#include "core/text/number.h"

namespace rivereto::app {

namespace {

using collectors::CaptureReader;

/// What is to be shown of what is read.
struct Wanted {
    uint64_t count = 0; ///< 0: all
    uint64_t datagram = 0; ///< 0: all
    std::optional<core::Ip> exporter;
};

/// Reads captures one after another; numbers of datagrams and templates carry over.
class Inspection {
public:
    Inspection(Wanted wanted, InspectPrinter& printer, Output& out) : m_wanted(wanted), m_printer(printer), m_out(out) { }

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
            say(fmt::format("rivereto: “{}” holds no flows: nothing in its {} packets looks like NetFlow, IPFIX or sFlow\n", file, core::formatCount((*reader)->stats().packets)));
        return kDone;
    }

    /// Whether anything that is still to come can matter.
    [[nodiscard]] bool more() const
    {
        const bool shown = (m_wanted.count > 0 && m_printer.totals().shown >= m_wanted.count) || (m_wanted.datagram > 0 && m_number >= m_wanted.datagram);
        return m_out.open() && !shown;
    }
    [[nodiscard]] bool opened() const { return m_opened; }
    [[nodiscard]] uint64_t datagrams() const { return m_number; }

private:
    void take(const core::Datagram& datagram, const std::string& file, const collectors::CapturedDestination& to)
    {
        ++m_number;
        const bool chosen = (m_wanted.datagram == 0 || m_number == m_wanted.datagram) && (!m_wanted.exporter || datagram.source == *m_wanted.exporter);
        if (chosen)
            m_printer.add({.number = m_number, .file = file, .datagram = datagram, .destination = to.address, .destinationPort = to.port}, m_dissector.dissect(datagram));
        else
            m_dissector.learn(datagram);
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
    Arguments args(QStringLiteral("inspect"), QObject::tr("Takes the export datagrams of captures apart: header, sets, templates and records, field by field. “-” is standard input."), QStringLiteral("FILE…"));
    const auto option = [&](const char* name, const char* value, const QString& help) { args.addOption(QLatin1String(name), QLatin1String(value), help); };
    option("count", "N", QObject::tr("At most so many datagrams; 0, the default, is all."));
    option("exporter", "ADDR", QObject::tr("Only what this address sent."));
    option("datagram", "N", QObject::tr("Only this one, counted from 1 over all files."));
    args.addFlag(QStringLiteral("templates"), QObject::tr("Instead of datagrams the templates of each exporter and domain, with what happened to them."));
    args.addFlag(QStringLiteral("errors"), QObject::tr("Only what could not be decoded, where and why."));
    args.addFlag(QStringLiteral("hex"), QObject::tr("All octets of each datagram, too (text)."));
    option("format", "text|json|ndjson", QObject::tr("json is one array, ndjson a line a datagram or template."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto count = args.number(QStringLiteral("count"), 0);
    const auto datagram = args.number(QStringLiteral("datagram"), 0);
    if (!count || !datagram)
        return kUsage;
    if (args.has(QStringLiteral("datagram")) && *datagram == 0)
        return args.wrongUsage("datagrams are counted from 1");
    Wanted wanted{.count = *count, .datagram = *datagram, .exporter = {}};
    if (const auto address = args.value(QStringLiteral("exporter"))) {
        wanted.exporter = core::Ip::parse(*address);
        if (!wanted.exporter)
            return args.wrongUsage(fmt::format("“{}” is no address", *address));
    }
    const auto format = inspectFormat(args.value(QStringLiteral("format"), "text"));
    if (!format)
        return args.wrongUsage(fmt::format("“{}” is no format: text, json or ndjson", args.value(QStringLiteral("format"), "")));
    if (args.has(QStringLiteral("templates")) && args.has(QStringLiteral("errors")))
        return args.wrongUsage("say either --templates or --errors");
    if (args.operands().isEmpty())
        return args.wrongUsage("name at least one capture");

    const StopOnSignal interrupt;
    Output out;
    InspectPrinter printer(out, {.format = *format, .templates = args.has(QStringLiteral("templates")), .errors = args.has(QStringLiteral("errors")), .hex = args.has(QStringLiteral("hex")),
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
    if (wanted.datagram > inspection.datagrams())
        return sayFailed(core::makeError("there is no datagram {}: the captures hold {}", wanted.datagram, inspection.datagrams()));
    const auto& totals = printer.totals();
    if (!args.quiet())
        say(printer.totalsText());
    return totals.problems > 0 ? kDamaged : exit;
}

} // namespace rivereto::app
