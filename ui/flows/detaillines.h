// SPDX-License-Identifier: GPL-3.0-or-later
// DetailLine: what the details of a flow say, line by line, with where each value came from.
#pragma once

#include <vector>

#include "ui/flows/detailsloader.h"
#include "ui/flows/hexview.h"

namespace rivereto::ui {

/// Where a value came from.
enum class Origin : uint8_t { None, Wire, Options, Configuration, Metadata, Networks, Routing, Meter, Dictionary, Collector, Computed, Stored };
/// "wire", "options" … as on a badge.
QString originName(Origin origin);
/// A sentence for a tool tip.
QString originMeaning(Origin origin);

struct DetailLine {
    QString number; ///< of the information element
    QString name;
    QString value;
    QString meaning; ///< quiet, behind the value
    QString note;    ///< what is wrong
    Origin origin = Origin::None;
    ByteRange bytes; ///< in the datagram; empty: not from it
    bool section = false; ///< a heading of its own, always first level
    bool open = true;     ///< its children are shown
    std::vector<DetailLine> children;
};

/// Sections: message, record, what was added to it; or, without the datagram, what is stored.
std::vector<DetailLine> detailLines(const FlowDetails& details, const FlowFormat& format);

/// Indented text of all lines, for the clipboard.
QString detailText(const std::vector<DetailLine>& lines);

} // namespace rivereto::ui
