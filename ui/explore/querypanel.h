// SPDX-License-Identifier: GPL-3.0-or-later
// QueryPanel: chart kind, dimensions, unit and limit; choices apply at once.
#pragma once

#include <QButtonGroup>
#include <QComboBox>
#include <QFrame>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/explore/explorer.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class QueryPanel : public QFrame {
    Q_OBJECT
public:
    QueryPanel(Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);
    /// Opens the list of dimensions.
    void addDimension();

private:
    void buildChart(QVBoxLayout& column);
    void buildGroups(QVBoxLayout& column);
    void buildMeasure(QVBoxLayout& column);
    void sync();
    void syncChips();
    void move(size_t from, size_t to);
    void remove(size_t at);

    Explorer& m_explorer;
    const Theme& m_theme;
    QButtonGroup* m_charts = nullptr;
    QVBoxLayout* m_chips = nullptr;
    QPushButton* m_add = nullptr;
    QComboBox* m_units = nullptr;
    QComboBox* m_limit = nullptr;
    QComboBox* m_limitBy = nullptr;
    std::vector<std::string> m_shown; ///< dimensions that have chips
};

} // namespace rivereto::ui
