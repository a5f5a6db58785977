// SPDX-License-Identifier: GPL-3.0-or-later
// CaptureDialog: which interface to capture on, which packets, and how much of each.
#pragma once

#include <QDialog>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QTreeWidget>

#include "ui/window/backend.h"

namespace rivereto::ui {

/// Asks the program for the interfaces when it is made; the filter is checked while it is typed.
class CaptureDialog : public QDialog {
    Q_OBJECT
public:
    explicit CaptureDialog(Backend& backend, QWidget* parent = nullptr);

    [[nodiscard]] QTreeWidget& interfaces() { return *m_interfaces; }
    [[nodiscard]] QLineEdit& filter() { return *m_filter; }
    [[nodiscard]] QString problem() const { return m_problem->text(); }

    void accept() override;

private:
    void setInterfaces(const QList<InterfaceInfo>& interfaces, const QString& problem);
    void check();
    [[nodiscard]] QStringList chosen() const;

    Backend& m_backend;
    QTreeWidget* m_interfaces;
    QLineEdit* m_filter;
    QLabel* m_problem;
    QSpinBox* m_snapLength;
    QDialogButtonBox* m_buttons;
};

} // namespace rivereto::ui
