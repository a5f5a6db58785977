// SPDX-License-Identifier: GPL-3.0-or-later
// QueryPanel: chart kind, dimensions, measure and options; choices apply at once.
#pragma once

#include <functional>

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
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

    /// Puts something below the options.
    void addBelow(QWidget* widget) { m_rows->insertWidget(m_rows->count() - 1, widget); }

private:
    void buildChart();
    void buildGroups();
    void buildMeasure();
    void buildPrefixes();
    void buildOptions();
    QComboBox* prefixBox(const QString& family, std::initializer_list<unsigned> lengths, unsigned core::Query::* option);
    QCheckBox* optionBox(const QString& name, const QString& help, const std::function<void(ViewState&, bool)>& set);
    void sync();
    void syncChips();
    void syncUnits();
    void move(size_t from, size_t to);
    void remove(size_t at);
    void pickDistinct();
    [[nodiscard]] bool groupsByAddress() const;

    Explorer& m_explorer;
    const Theme& m_theme;
    QVBoxLayout* m_rows = nullptr;
    QButtonGroup* m_charts = nullptr;
    QVBoxLayout* m_chips = nullptr;
    QPushButton* m_add = nullptr;
    QComboBox* m_units = nullptr;
    QComboBox* m_limit = nullptr;
    QComboBox* m_limitBy = nullptr;
    QLabel* m_prefix = nullptr;
    QComboBox* m_prefixV4 = nullptr;
    QComboBox* m_prefixV6 = nullptr;
    QLabel* m_prefixNote = nullptr;
    QCheckBox* m_bidirectional = nullptr;
    QCheckBox* m_previous = nullptr;
    QComboBox* m_period = nullptr;
    QCheckBox* m_spread = nullptr;
    QCheckBox* m_billing = nullptr;
    QCheckBox* m_logarithmic = nullptr;
    std::vector<std::string> m_shown; ///< dimensions that have chips
};

} // namespace rivereto::ui
