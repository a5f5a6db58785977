// SPDX-License-Identifier: GPL-3.0-or-later
// CsvDialog: which field of a table fills which column, beside what the table holds.
#pragma once

#include <QComboBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QTableWidget>

#include "ui/theme/theme.h"
#include "ui/window/backend.h"

namespace rivereto::ui {

/// Asks the program for the beginning of the table when it is made, and again for another delimiter. A choice is kept for tables
/// with the same header line; without one the fields begin with what their names say.
class CsvDialog : public QDialog {
    Q_OBJECT
public:
    CsvDialog(Backend& backend, const Theme& theme, const QString& path, QWidget* parent = nullptr);

    /// The first row holds the choices, the others are samples.
    [[nodiscard]] QTableWidget& table() { return *m_table; }
    /// What fills a field; its data are names of columns, empty for none.
    [[nodiscard]] QComboBox& choice(int field) { return *m_choices[field]; }
    [[nodiscard]] QComboBox& delimiter() { return *m_delimiter; }
    [[nodiscard]] QComboBox& time() { return *m_time; }
    [[nodiscard]] QSpinBox& zone() { return *m_zone; }
    [[nodiscard]] QString message() const { return m_message->text(); }
    [[nodiscard]] QPushButton& openButton() { return *m_buttons->button(QDialogButtonBox::Ok); }
    /// The choice in the words of --input csv=.
    [[nodiscard]] QString mapping() const;

    void accept() override;

signals:
    /// The choice is made and kept.
    void openAsked(const QString& path, const QString& mapping);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* buildTable();
    QLayout* buildForm();
    void askWith(const QString& mapping);
    void setPreview(const CsvPreview& preview);
    void fillColumns();
    void fillTable();
    void remember();
    [[nodiscard]] bool recall();
    [[nodiscard]] QString preferenceName() const;
    [[nodiscard]] QString chosen(qsizetype field) const { return m_choices[field]->currentData().toString(); }
    [[nodiscard]] bool isChosen(const QString& column) const;
    [[nodiscard]] bool asGuessed(const QString& column) const;
    [[nodiscard]] QString missing() const;
    [[nodiscard]] QString note() const;
    void check();
    void syncLook();

    Backend& m_backend;
    const Theme& m_theme;
    CsvPreview m_preview;
    QStandardItemModel m_columns; ///< of all choices
    QTableWidget* m_table = nullptr;
    QList<QComboBox*> m_choices; ///< one a field
    QComboBox* m_delimiter = nullptr;
    QComboBox* m_time = nullptr;
    QSpinBox* m_zone = nullptr;
    QLabel* m_message = nullptr;
    QDialogButtonBox* m_buttons = nullptr;
};

} // namespace rivereto::ui
