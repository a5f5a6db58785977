// SPDX-License-Identifier: GPL-3.0-or-later
// FilterHighlighter: syntax colours of the filter language, and a wave under what is wrong.
#pragma once

#include <optional>

#include <QSyntaxHighlighter>

#include "ui/filter/filtercolours.h"

namespace rivereto::ui {

class FilterHighlighter : public QSyntaxHighlighter {
    Q_OBJECT
public:
    FilterHighlighter(const Theme& theme, QTextDocument* document) : QSyntaxHighlighter(document), m_theme(theme) { }
    /// Colours the whole text; a quote or a comment may reach over lines. `error`: bytes of the text. What ends at the position
    /// `typing` is not called wrong yet.
    void show(const QString& text, const core::Schema& schema, std::optional<core::SourceSpan> error, int typing = -1);

protected:
    void highlightBlock(const QString& line) override;

private:
    const Theme& m_theme;
    std::vector<ColouredPart> m_parts;
    std::optional<core::SourceSpan> m_error; ///< positions, at least one letter where there is any
};

} // namespace rivereto::ui
