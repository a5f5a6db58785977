// SPDX-License-Identifier: GPL-3.0-or-later
// FilterCompleter: offers what may come at an editor's cursor – names, operators, values of the language and of the store.
#pragma once

#include <memory>

#include <QPointer>

#include "core/filter/completion.h"
#include "ui/filter/completionpopup.h"
#include "ui/filter/filtereditor.h"
#include "ui/filter/valuesource.h"

namespace rivereto::ui {

class FilterCompleter : public QObject {
    Q_OBJECT
public:
    /// `box` is what the list opens below; both outlive this.
    FilterCompleter(FilterEditor& editor, QWidget& box, const Theme& theme);

    void setSchema(std::shared_ptr<const core::Schema> schema);
    /// Not owned; may be null.
    void setValueSource(ValueSource* source);

    /// Looks at the cursor again. `always`: also where nothing has been begun.
    void update(bool always);
    void close();
    [[nodiscard]] bool isOpen() const { return m_popup && m_popup->isVisible(); }
    /// The user has moved to a candidate on purpose.
    [[nodiscard]] bool chosen() const { return isOpen() && m_popup->chosen(); }
    void step(int by) { m_popup->step(by); }
    void insertCurrent() { insert(m_popup->current()); }
    /// What stands in the list.
    [[nodiscard]] QStringList candidates() const;
    [[nodiscard]] CompletionPopup* popup() const { return m_popup; }

signals:
    void opened();

private:
    void take(const std::string& column, const QList<SeenValue>& values, bool all);
    void present();
    void insert(const QString& candidate);
    void showCurrent();
    [[nodiscard]] QList<CompletionRow> rows() const;
    [[nodiscard]] QList<CompletionRow> valueRows() const;
    [[nodiscard]] QString heading() const;
    [[nodiscard]] QString typed() const;
    [[nodiscard]] QString with(const QString& candidate) const;
    [[nodiscard]] std::string columnAsked() const;
    [[nodiscard]] QPoint place() const;

    FilterEditor& m_editor;
    QWidget& m_box;
    const Theme& m_theme;
    std::shared_ptr<const core::Schema> m_schema = core::Schema::builtin();
    QPointer<ValueSource> m_source;
    QPointer<CompletionPopup> m_popup; ///< the window's
    core::Completion m_completion;
    QString m_text;      ///< that the completion is of
    int m_cursor = 0;
    bool m_wanted = false; ///< a list is open, or would be if there were candidates
    std::string m_column; ///< whose values are asked for; empty: none
    QList<SeenValue> m_values;
    bool m_known = false; ///< the store has answered
    bool m_all = false;
};

} // namespace rivereto::ui
