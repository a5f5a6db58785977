// SPDX-License-Identifier: GPL-3.0-or-later
// FilterBox: one line of filter language with colours, live checking and completion. Read this first in ui/filter.
#pragma once

#include <memory>
#include <optional>

#include <QFrame>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTimer>

#include "core/filter/filter.h"
#include "ui/filter/completionpopup.h"
#include "ui/theme/theme.h"

class QLabel;

namespace rivereto::ui {

class FilterHighlighter;

/// What is typed waits for Enter, Ctrl+Enter or Apply; what is applied has been checked.
class FilterBox : public QFrame {
    Q_OBJECT
public:
    explicit FilterBox(const Theme& theme, QWidget* parent = nullptr);

    void setSchema(std::shared_ptr<const core::Schema> schema);
    /// The filter in force; replaces what is being typed.
    void setApplied(const QString& filter);
    [[nodiscard]] QString typed() const;
    [[nodiscard]] bool edited() const { return typed() != m_applied; }
    /// What is wrong with the typed text.
    [[nodiscard]] const std::optional<core::Error>& error() const { return m_error; }
    [[nodiscard]] QPlainTextEdit& editor() { return *m_editor; }
    /// Marks an error that only the query found.
    void showError(const core::Error& error);

signals:
    void applied(const QString& filter);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildRow();
    void onTyped();
    void check();
    void apply();
    void complete(bool always);
    void insert(const QString& candidate);
    bool handleKey(class QKeyEvent* event);
    void showMessage();
    void restyle();
    void syncButtons();
    [[nodiscard]] QRect cursorPlace(int position) const;

    const Theme& m_theme;
    std::shared_ptr<const core::Schema> m_schema = core::Schema::builtin();
    QString m_applied;
    std::optional<core::Error> m_error;
    bool m_errorShown = false; ///< while typing goes on an error keeps quiet
    bool m_setting = false; ///< the text changes by program
    QLabel* m_icon = nullptr;
    QPlainTextEdit* m_editor = nullptr;
    QLabel* m_valid = nullptr;
    QPushButton* m_clear = nullptr;
    QPushButton* m_apply = nullptr;
    FilterHighlighter* m_highlighter = nullptr;
    CompletionPopup* m_popup = nullptr;
    QLabel* m_message = nullptr;
    QTimer m_messageTimer;
    core::Completion m_completion;
};

/// Byte offset in UTF-8 → position in a QString, and back.
int toPosition(const QString& text, size_t byteOffset);
size_t toByteOffset(const QString& text, int position);

} // namespace rivereto::ui
