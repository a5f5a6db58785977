// SPDX-License-Identifier: GPL-3.0-or-later
// FilterBox: the filter language with colours, live checking and completion, on one line or several. Read this first in ui/filter.
#pragma once

#include <memory>
#include <optional>

#include <QFrame>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QStringList>
#include <QTimer>

#include "core/filter/filter.h"
#include "core/filter/translate.h"
#include "ui/filter/filtercompleter.h"
#include "ui/filter/filtereditor.h"
#include "ui/filter/foreignstrip.h"
#include "ui/theme/theme.h"

class QMenu;

namespace rivereto::ui {

class FilterHighlighter;

/// What is typed waits for Enter, Ctrl+Enter or Apply; what is applied has been checked. Shift+Enter begins another line, and the
/// box grows with its lines. Escape goes back to what is applied; Up and Down walk the history where nothing is offered.
class FilterBox : public QFrame {
    Q_OBJECT
public:
    explicit FilterBox(const Theme& theme, QWidget* parent = nullptr);
    ~FilterBox() override;

    void setSchema(std::shared_ptr<const core::Schema> schema);
    /// Who knows the values that the store has; not owned, may be null.
    void setValueSource(ValueSource* source) { m_completer->setValueSource(source); }
    /// Filters used before, newest first.
    void setHistory(const QStringList& filters);
    /// The filter in force; another one replaces what is being typed.
    void setApplied(const QString& filter);
    [[nodiscard]] const QString& appliedFilter() const { return m_applied; }
    /// Puts a text into the editor and applies it when it is valid, as for one from the history.
    void applyText(const QString& filter);
    [[nodiscard]] QString typed() const { return m_editor->text(); }
    [[nodiscard]] bool edited() const { return typed() != m_applied; }
    /// What is wrong with the typed text.
    [[nodiscard]] const std::optional<core::Error>& error() const { return m_error; }
    [[nodiscard]] FilterEditor& editor() { return *m_editor; }
    [[nodiscard]] FilterCompleter& completer() { return *m_completer; }
    [[nodiscard]] const core::Schema& schema() const { return *m_schema; }
    [[nodiscard]] std::shared_ptr<const core::Schema> sharedSchema() const { return m_schema; }
    /// Marks an error that only the query found.
    void showError(const core::Error& error);
    /// The selected text, or all of it, as another tool's filter.
    [[nodiscard]] core::Result<std::string> textAs(core::FilterLanguage language) const;
    /// The offer of a translation, while it is open.
    [[nodiscard]] ForeignStrip* offer() const;
    /// "Copy as" with what is possible for the text at hand; the caller owns it.
    [[nodiscard]] QMenu* copyAsMenu(QWidget* parent);

signals:
    /// The user has applied this.
    void applied(const QString& filter);
    /// Another filter is in force, by the user or by program.
    void appliedChanged();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void moveEvent(QMoveEvent* event) override;

private:
    void buildRow();
    void fitHeight();
    void onTyped();
    void onPasted();
    void check();
    void apply();
    void revert();
    void clear();
    void settle();
    bool handleKey(class QKeyEvent* event);
    bool enter(Qt::KeyboardModifiers modifiers);
    bool escape();
    bool upOrDown(bool up);
    void walk(int by);
    void recognise(bool refusedToo);
    void closeStrip();
    void showMessage();
    void hideMessage();
    void showMenu(const QPoint& place);
    void restyle();
    void rehighlight();
    void syncButtons();
    [[nodiscard]] core::BindContext context() const { return {.schema = *m_schema, .nowMs = 1}; }

    const Theme& m_theme;
    std::shared_ptr<const core::Schema> m_schema = core::Schema::builtin();
    QString m_applied;
    QString m_seen; ///< text that was checked last; formats are reported as changes, too
    std::optional<core::Error> m_error;
    bool m_errorShown = false; ///< while typing goes on an error keeps quiet
    bool m_setting = false;    ///< the text changes by program
    QString m_kept;            ///< foreign text that the user wants as it is
    QStringList m_history;
    int m_walked = -1; ///< place in the history; -1: at what was typed
    QString m_beforeWalk;
    QLabel* m_icon = nullptr;
    FilterEditor* m_editor = nullptr;
    FilterCompleter* m_completer = nullptr;
    QLabel* m_valid = nullptr;
    QPushButton* m_clear = nullptr;
    QPushButton* m_apply = nullptr;
    FilterHighlighter* m_highlighter = nullptr;
    QPointer<ForeignStrip> m_strip;
    QPointer<QLabel> m_message;
    QTimer m_pause;
};

} // namespace rivereto::ui
