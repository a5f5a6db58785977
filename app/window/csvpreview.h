// SPDX-License-Identifier: GPL-3.0-or-later
// csvPreview: what the window shows of a CSV file before somebody says which field is which column.
#pragma once

#include <stop_token>

#include "core/schema/schema.h"
#include "ui/window/backend.h"

namespace rivereto::app {

/// The file's header, some of its records and what the reader takes each field for by its name. `mapping`: in the words of
/// collectors::CsvMapping, empty for none. Only regular files are looked at. Blocks; any thread. Takes bounded memory, and as
/// much time as lines are long, or until `stop`. What is wrong is in CsvPreview::error.
ui::CsvPreview csvPreview(const QString& path, const QString& mapping, const core::Schema& schema, std::stop_token stop);

} // namespace rivereto::app
