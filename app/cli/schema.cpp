// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto schema: every column, its type, operators and meaning.
#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/config/runtime.h"
#include "core/text/escape.h"

namespace rivereto::app {

namespace {

std::string_view operatorsOf(core::Operators operators)
{
    switch (operators) {
    case core::Operators::Ordered: return "= != < <= > >= IN NOTIN BETWEEN";
    case core::Operators::Equal: return "= != IN NOTIN";
    case core::Operators::Text: return "= != IN NOTIN LIKE UNLIKE ILIKE IUNLIKE MATCHES";
    case core::Operators::Address: return "= != IN NOTIN << !<<";
    case core::Operators::Has: return "= !=";
    case core::Operators::Flags: return "= != < <= > >= IN NOTIN BETWEEN HAS";
    case core::Operators::None: break;
    }
    return "";
}

std::string elementsOf(const core::Column& column)
{
    std::string out;
    for (const auto& element : column.elements) {
        if (element.id == 0)
            continue;
        out += out.empty() ? "" : " ";
        out += element.enterprise == 0 ? fmt::format("{}", element.id) : fmt::format("{}/{}", element.enterprise, element.id);
    }
    return out;
}

std::string asMarkdown(const core::Schema& schema)
{
    std::string out = "| column | type | operators | in a filter | from | elements | roll-ups | meaning |\n|---|---|---|---|---|---|---|---|\n";
    for (const auto& column : schema.columns()) {
        const auto& type = core::typeInfo(column.type);
        fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} | {} | {} | {} | {} |\n", column.name, type.name,
                       QString::fromUtf8(operatorsOf(column.type == core::Type::Elements ? core::Operators::None : type.operators).data()).toHtmlEscaped().toStdString(),
                       type.doc, column.stored() ? core::fromName(column.from) : "computed", elementsOf(column),
                       column.rollup ? "yes" : "", column.doc);
    }
    return out;
}

std::string asJson(const core::Schema& schema)
{
    std::string out = "[";
    for (const auto& column : schema.columns()) {
        const auto& type = core::typeInfo(column.type);
        out += index(column.id) == 0 ? "{" : ",\n {";
        const auto text = [&](std::string_view name, std::string_view value, bool last = false) {
            core::appendJson(out, name);
            out += ": ";
            core::appendJson(out, value);
            out += last ? "" : ", ";
        };
        text("name", column.name);
        text("type", type.name);
        text("operators", operatorsOf(type.operators));
        text("literal", type.doc);
        text("group", core::groupName(column.group));
        text("from", column.stored() ? core::fromName(column.from) : "computed");
        text("elements", elementsOf(column));
        text("pair", column.pair == core::ColumnId::kNone ? "" : schema[column.pair].name);
        fmt::format_to(std::back_inserter(out), "\"rollup\": {}, \"dimension\": {}, ", column.rollup, column.dimension);
        text("label", column.label);
        text("unit", column.unit);
        text("doc", column.doc, true);
        out += "}";
    }
    return out + "]\n";
}

} // namespace

int runSchema(const QStringList& arguments)
{
    Arguments args(QStringLiteral("schema"), QObject::tr("Lists every column: type, operators, where it comes from, meaning."), QString());
    args.addOption(QStringLiteral("format"), QStringLiteral("md|json"), QObject::tr("Form of the list; default md."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    if (!args.operands().isEmpty())
        return args.wrongUsage("schema takes no operands");
    const auto format = args.value(QStringLiteral("format"), "md");
    if (format != "md" && format != "json")
        return args.wrongUsage(fmt::format("“{}” is no format: md or json", format));
    const auto runtime = Runtime::load(args.value(QStringLiteral("config")));
    if (!runtime)
        return sayFailed(runtime.error());
    Output out;
    out.write(format == "md" ? asMarkdown(*runtime->schema()) : asJson(*runtime->schema()));
    out.flush();
    return out.ok() ? kDone : kFailed;
}

} // namespace rivereto::app
