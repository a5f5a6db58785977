// SPDX-License-Identifier: GPL-3.0-or-later
// FilterHighlighter: syntax colours of the filter language, and a wave under what is wrong.
#pragma once

#include <optional>

#include <QSyntaxHighlighter>

#include "core/schema/schema.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class FilterHighlighter : public QSyntaxHighlighter {
    Q_OBJECT
public:
    FilterHighlighter(const Theme& theme, QTextDocument* document) : QSyntaxHighlighter(document), m_theme(theme) { }
    void setSchema(std::shared_ptr<const core::Schema> schema) { m_schema = std::move(schema); }
    void setError(std::optional<core::SourceSpan> span) { m_error = span; }

protected:
    void highlightBlock(const QString& line) override;

private:
    const Theme& m_theme;
    std::shared_ptr<const core::Schema> m_schema = core::Schema::builtin();
    std::optional<core::SourceSpan> m_error;
};

} // namespace rivereto::ui
