// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/filtercompleter.h"

#include <algorithm>

#include "core/filter/filter.h"
#include "ui/filter/filtercolours.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

/// Beside values that were seen, so many others of the language are no clutter.
constexpr size_t kFewNames = 16;

bool isQuote(QChar c) { return c == QLatin1Char('"') || c == QLatin1Char('\''); }

} // namespace

FilterCompleter::FilterCompleter(FilterEditor& editor, QWidget& box, const Theme& theme) : QObject(&box), m_editor(editor), m_box(box), m_theme(theme) { }

void FilterCompleter::setSchema(std::shared_ptr<const core::Schema> schema)
{
    if (schema == m_schema)
        return;
    m_schema = std::move(schema);
    close();
}

void FilterCompleter::setValueSource(ValueSource* source)
{
    if (m_source)
        disconnect(m_source, nullptr, this, nullptr);
    m_source = source;
    if (source != nullptr)
        connect(source, &ValueSource::answered, this, &FilterCompleter::take);
}

void FilterCompleter::close()
{
    m_wanted = false;
    m_editor.setGhost({});
    if (m_popup)
        m_popup->hide();
}

/// The column at the cursor, or the word for both ends.
std::string FilterCompleter::columnAsked() const
{
    const auto& ids = m_completion.valuesOf;
    if (m_completion.kind != core::CompletionKind::Value || ids.empty())
        return {};
    if (ids.size() == 1)
        return std::string((*m_schema)[ids[0]].name);
    const auto words = m_schema->endpoints();
    const auto it = std::ranges::find_if(words, [&](const auto& word) { return word.src == ids[0] && word.dst == ids[1]; });
    return it == words.end() ? std::string() : std::string(it->name);
}

void FilterCompleter::update(bool always)
{
    m_text = m_editor.text();
    m_cursor = m_editor.textCursor().position();
    m_completion = core::complete(m_text.toStdString(), toByteOffset(m_text, m_cursor), *m_schema);
    // Unasked it comes only where something has been begun.
    const bool begun = !m_completion.prefix.empty() || m_completion.kind == core::CompletionKind::Value || m_completion.kind == core::CompletionKind::Operator;
    m_wanted = m_completion.kind != core::CompletionKind::None && (always || (begun && !m_text.isEmpty()));
    if (!m_wanted) {
        close();
        return;
    }
    const auto column = columnAsked();
    if (column != m_column) {
        m_column = column;
        m_values.clear();
        m_known = false;
    }
    if (!m_column.empty() && m_source)
        m_source->ask(m_column, m_completion.prefix);
    present();
}

void FilterCompleter::take(const std::string& column, const QList<SeenValue>& values, bool all)
{
    if (column != m_column)
        return;
    m_values = values;
    m_all = all;
    m_known = true;
    if (m_wanted && m_editor.hasFocus() && m_text == m_editor.text() && m_cursor == m_editor.textCursor().position())
        present();
}

void FilterCompleter::present()
{
    const auto found = rows();
    const bool done = found.size() == 1 && found[0].text == typed();
    if (found.isEmpty() || done) {
        m_editor.setGhost({});
        if (m_popup)
            m_popup->hide();
        return;
    }
    if (!m_popup) {
        m_popup = new CompletionPopup(m_theme, m_box.window());
        connect(m_popup, &CompletionPopup::picked, this, &FilterCompleter::insert);
        connect(m_popup, &CompletionPopup::currentChanged, this, &FilterCompleter::showCurrent);
    }
    const bool counted = std::ranges::any_of(found, [](const auto& row) { return row.flows.has_value(); });
    m_popup->offer(heading(), counted ? tr("flows in range") : QString(), found, place());
    emit opened();
}

QPoint FilterCompleter::place() const
{
    auto cursor = m_editor.textCursor();
    cursor.setPosition(std::clamp(toPosition(m_text, m_completion.replace.begin), 0, static_cast<int>(m_text.size())));
    const auto left = m_editor.viewport()->mapTo(m_box.window(), m_editor.cursorRect(cursor).topLeft()).x();
    return {left - 14, m_box.mapTo(m_box.window(), QPoint(0, m_box.height())).y() + 2};
}

QString FilterCompleter::heading() const
{
    switch (m_completion.kind) {
    case core::CompletionKind::Column: return tr("Columns");
    case core::CompletionKind::Operator: return tr("Operators");
    case core::CompletionKind::Value: return m_column.empty() ? tr("Values") : tr("Values of %1").arg(text(m_column));
    default: return tr("Words");
    }
}

/// From the beginning of what is replaced up to the cursor.
QString FilterCompleter::typed() const
{
    const int begin = toPosition(m_text, m_completion.replace.begin);
    return m_text.mid(begin, m_cursor - begin);
}

QList<CompletionRow> FilterCompleter::rows() const
{
    auto out = valueRows();
    const bool seen = !out.isEmpty();
    if (seen && m_completion.prefix.empty() && m_completion.candidates.size() > kFewNames)
        return out;
    const auto prefix = text(m_completion.prefix);
    for (const auto& candidate : m_completion.candidates) {
        CompletionRow row{.text = text(candidate.text), .detail = {}, .flows = {}};
        if (std::ranges::any_of(out, [&](const auto& one) { return one.text == row.text; }))
            continue;
        if (!candidate.detail.empty())
            row.detail = QCoreApplication::translate("columns", std::string(candidate.detail).c_str());
        row.matchBegin = std::max(0, static_cast<int>(row.text.indexOf(prefix, 0, Qt::CaseInsensitive)));
        row.matchLength = static_cast<int>(prefix.size());
        if (m_known && m_all && !m_column.empty() && m_schema->find(candidate.text) == core::ColumnId::kNone)
            row.flows = 0;
        out.append(row);
    }
    return out;
}

/// Those that begin with what is typed, then those that have it somewhere, then those whose description does.
QList<CompletionRow> FilterCompleter::valueRows() const
{
    if (m_column.empty() || m_completion.kind != core::CompletionKind::Value)
        return {};
    const auto prefix = text(m_completion.prefix);
    const bool quoted = !typed().isEmpty() && isQuote(typed()[0]);
    QList<CompletionRow> groups[3];
    for (const auto& value : m_values) {
        const bool literalQuoted = isQuote(value.literal[0]);
        if ((quoted && !literalQuoted) || (value.alternative && prefix.isEmpty() && !quoted))
            continue;
        const auto at = value.plain.indexOf(prefix, 0, Qt::CaseInsensitive);
        CompletionRow row{.text = value.literal, .detail = value.detail, .flows = value.flows};
        if (at >= 0) {
            row.matchBegin = static_cast<int>(at) + (literalQuoted ? 1 : 0);
            row.matchLength = static_cast<int>(prefix.size());
            groups[at == 0 ? 0 : 1].append(row);
        } else if (!value.alternative && value.detail.contains(prefix, Qt::CaseInsensitive)) {
            groups[2].append(row);
        }
    }
    return groups[0] + groups[1] + groups[2];
}

/// The text with a candidate at its place.
QString FilterCompleter::with(const QString& candidate) const
{
    const int begin = toPosition(m_text, m_completion.replace.begin);
    const int end = toPosition(m_text, m_completion.replace.end);
    return m_text.left(begin) + candidate + m_text.mid(end);
}

void FilterCompleter::showCurrent()
{
    const auto candidate = m_popup->current();
    auto whole = with(candidate);
    // A list that ends with the candidate wants its parenthesis only.
    if (m_completion.inList && toPosition(m_text, m_completion.replace.end) == m_text.size())
        whole += QLatin1Char(')');
    m_popup->setValid(core::bindFilter(whole.toStdString(), {.schema = *m_schema, .nowMs = 1}).has_value());
    const auto begun = typed();
    const bool continues = !begun.isEmpty() && candidate.size() > begun.size() && candidate.startsWith(begun, Qt::CaseInsensitive);
    const auto colour = m_completion.kind == core::CompletionKind::Column ? Token::filterColumn
        : m_completion.kind == core::CompletionKind::Value                ? Token::filterValue
                                                                          : Token::filterOperator;
    m_editor.setGhost(continues ? candidate.mid(begun.size()) : QString(), colour);
}

void FilterCompleter::insert(const QString& candidate)
{
    const int begin = toPosition(m_text, m_completion.replace.begin);
    const int end = toPosition(m_text, m_completion.replace.end);
    const bool spaced = end < m_text.size() && m_text[end].isSpace();
    // Behind a list's value comes a comma or a parenthesis; "IN (" has its blank already where one is wanted.
    const bool open = candidate.endsWith(QLatin1Char('('));
    const bool blank = !spaced && !open && !(m_completion.inList && m_completion.kind == core::CompletionKind::Value);
    close();
    m_editor.replaceRange(begin, end, candidate + (blank ? QStringLiteral(" ") : QString()));
    if (spaced && m_editor.textCursor().position() < m_editor.text().size()) {
        auto cursor = m_editor.textCursor();
        cursor.movePosition(QTextCursor::NextCharacter);
        m_editor.setTextCursor(cursor);
    }
    m_editor.setFocus();
}

QStringList FilterCompleter::candidates() const
{
    QStringList out;
    if (isOpen()) {
        for (const auto& row : m_popup->rows())
            out << row.text;
    }
    return out;
}

} // namespace rivereto::ui
