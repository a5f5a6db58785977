// SPDX-License-Identifier: GPL-3.0-or-later
// Questions on the command line: the options that query, explain and report share, and the database or captures they are asked of.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cli/arguments.h"
#include "app/config/runtime.h"
#include "app/session/opendatabase.h"
#include "core/query/run.h"

namespace rivereto::app {

/// The clock's time; `local`: natural-language times are in the machine's zone.
core::Now nowFor(bool local);

/// --input: how captures are decoded, over what the configuration says.
void addInputOption(Arguments& args);
/// What --config and --input ask for.
core::Result<Runtime> loadRuntime(const Arguments& args);

/// --db, -r, the range and every option of a query, but those that a command has no use for.
void addQuestionOptions(Arguments& args, std::initializer_list<std::string_view> without = {});

/// What the options ask for.
struct Question {
    core::Query query;
    std::vector<std::string> fields; ///< kind flows
    std::optional<uint64_t> from; ///< ends of the range; one that is not given comes from the store
    std::optional<uint64_t> to;
};

/// "A, B" → names.
std::vector<std::string> splitList(const std::string& text);

/// Reads the options and the operands' filter; what is not given is as in `otherwise`. Prints what is wrong and gives the exit code on the error side.
tl::expected<Question, int> readQuestion(const Arguments& args, const core::Now& now, const core::Query& otherwise = {.sort = "TimeReceived"});

/// Ends of the range that were not given come from the store; what lies outside of what it holds is empty, not wrong.
core::Result<void> completeRange(Question& question, core::FlowStore& store);

struct QuestionInput {
    OpenDatabase database;
    int exit = 0; ///< kDone, or kDamaged when some capture was damaged
};
/// Opens --db, or reads the captures of -r into a temporary database after `check` has approved the question. Prints what is
/// wrong and gives the exit code on the error side.
tl::expected<QuestionInput, int> openQuestion(const Arguments& args, const Runtime& runtime, const std::function<core::Result<void>(const std::shared_ptr<const core::Schema>&)>& check,
                                              const std::string& filter, std::stop_token stop);

/// --db, or all operands of -r as captures in a temporary database, for commands that ask no question.
tl::expected<QuestionInput, int> openInput(const Arguments& args, const Runtime& runtime, std::stop_token stop);

/// Says which flows are missing from an answer because they could not be read; the exit code.
int sayDamagedParts(const std::vector<core::DamagedPart>& parts, const core::Now& now, const std::string& path);

} // namespace rivereto::app
