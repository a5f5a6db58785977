// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/stylesheet.h"

namespace rivereto::ui {

namespace {

constexpr auto kFrame = R"(
QMainWindow, QDialog { background: @background@; }
QWidget { color: @text@; }
#menuRow { background: @rail@; border-bottom: 1px solid @border@; }
QMenuBar { background: transparent; border: none; }
QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: 4px; }
QMenuBar::item:selected { background: @softAccent@; color: @accent@; }
QMenu { background: @popup@; border: 1px solid @popupBorder@; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 3px; }
QMenu::item:selected { background: @softAccent@; color: @accent@; }
QMenu::item:disabled { color: @disabled@; }
QMenu::separator { height: 1px; background: @softBorder@; margin: 4px 0; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 4px; }
QToolTip { background: @popup@; color: @text@; border: 1px solid @popupBorder@; padding: 4px 6px; }
#rail { background: @rail@; border-right: 1px solid @border@; }
#rail QToolButton { border: none; border-radius: 4px; color: @secondary@; font-size: 11px; padding: 6px 0 4px 0; }
#rail QToolButton:hover { background: @softBorder@; }
#rail QToolButton:checked { background: @softAccent@; color: @accent@; font-weight: 600; }
#rail QToolButton:focus { border: 1px solid @accent@; }
#rail QToolButton:disabled { color: @disabled@; }
#toolbar, #filterRow { background: @surface@; border-bottom: 1px solid @border@; }
#statusLine { background: @rail@; border-top: 1px solid @border@; }
#statusLine QLabel { font-size: 12px; color: @secondary@; }
#statusLine #lostChip { background: @warningGround@; color: @warning@; border: 1px solid transparent; border-radius: 4px; font-size: 12px; font-weight: 600; min-height: 18px; max-height: 18px; padding: 0 8px; margin-right: 12px; }
#statusLine #lostChip:focus { border-color: @warning@; }
#panel { background: @surface@; border-right: 1px solid @border@; }
#page, #chart, #state, #panelInside, #sides { background: @surface@; }
#home { background: @background@; }
#banner { background: @warningGround@; border-bottom: 1px solid @border@; }
#banner QLabel { color: @warning@; }
#banner[good="true"] { background: @softAccent@; }
#banner[good="true"] QLabel { color: @text@; }
QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @border@; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: @disabled@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
)";

constexpr auto kControls = R"(
QPushButton, QComboBox, QToolButton#control { background: @control@; border: 1px solid @border@; border-radius: 4px; padding: 0 10px; min-height: 26px; max-height: 26px; }
QPushButton:hover, QComboBox:hover, QToolButton#control:hover { background: @controlHover@; }
QPushButton:pressed, QToolButton#control:pressed { background: @softAccent@; }
QPushButton:focus, QComboBox:focus, QToolButton#control:focus { border-color: @accent@; }
QPushButton:disabled, QComboBox:disabled, QToolButton#control:disabled { color: @disabled@; background: @background@; border-color: @softBorder@; }
QPushButton::menu-indicator, QToolButton::menu-indicator { image: none; width: 0; }
QPushButton:flat { background: transparent; border: 1px solid transparent; }
QPushButton:flat:hover { background: @controlHover@; }
QPushButton:flat:checked { background: @softAccent@; color: @accent@; }
QPushButton:flat:focus { border-color: @accent@; }
QPushButton[primary="true"] { background: @accent@; color: @onAccent@; border-color: @accent@; font-weight: 600; }
QPushButton[primary="true"]:hover { background: @accentHover@; }
QPushButton[segment="first"] { border-top-right-radius: 0; border-bottom-right-radius: 0; }
QPushButton[segment="middle"] { border-radius: 0; border-left: none; }
QPushButton[segment="last"] { border-top-left-radius: 0; border-bottom-left-radius: 0; border-left: none; }
QPushButton[segment]:checked { background: @softAccent@; color: @accent@; font-weight: 600; }
QPushButton[segment="middle"]:focus, QPushButton[segment="last"]:focus { border: 1px solid @accent@; }
QPushButton[icon="true"] { padding: 0; min-width: 26px; }
QPushButton[link="true"] { background: transparent; border: none; color: @accent@; padding: 0; min-height: 18px; font-size: 12px; }
QPushButton[link="true"]:focus { text-decoration: underline; }
QPushButton[dashed="true"] { background: transparent; border: 1px dashed @disabled@; color: @secondary@; text-align: left; padding-left: 8px; }
QPushButton[dashed="true"]:focus { border-color: @accent@; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url(:/icons/chevron-@mode@.svg); width: 12px; height: 12px; }
QComboBox[compact="true"] { padding: 0 2px 0 8px; }
QComboBox[compact="true"]::drop-down { width: 16px; }
QComboBox[compact="true"]::down-arrow { width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: @popup@; border: 1px solid @popupBorder@; selection-background-color: @softAccent@; selection-color: @accent@; outline: none; }
QLineEdit { background: @control@; border: 1px solid @border@; border-radius: 4px; padding: 0 8px; min-height: 26px; selection-background-color: @accent@; selection-color: @onAccent@; }
QLineEdit:focus { border-color: @accent@; }
QCheckBox { spacing: 8px; min-height: 20px; }
QCheckBox:disabled { color: @disabled@; }
QCheckBox::indicator, #popup QListView::indicator { width: 14px; height: 14px; border: 1px solid @disabled@; border-radius: 3px; background: @control@; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: @accent@; }
QCheckBox:focus { color: @accent@; }
QCheckBox::indicator:disabled { border-color: @border@; background: @background@; }
QCheckBox::indicator:checked, #popup QListView::indicator:checked { background: @accent@; border-color: @accent@; image: url(:/icons/tick-@mode@.svg); }
QCheckBox::indicator:checked:disabled { background: @disabled@; border-color: @disabled@; }
QLabel[role="hint"] { color: @disabled@; font-size: 11px; }
QLabel:disabled { color: @disabled@; }
QLabel[role="caption"] { color: @secondary@; font-size: 11px; font-weight: 600; }
QLabel[role="secondary"] { color: @secondary@; }
QLabel[role="small"] { color: @secondary@; font-size: 12px; }
QLabel[role="title"] { font-size: 14px; font-weight: 600; }
QLabel[role="state"] { font-size: 20px; font-weight: 600; }
QLabel[role="heading"] { font-size: 22px; font-weight: 600; }
QLabel[role="error"] { color: @error@; font-size: 12px; }
#filterFrame { background: @control@; border: 1px solid @border@; border-radius: 4px; padding: 1px; }
#filterFrame[focused="true"] { border: 2px solid @accent@; padding: 0; }
#filterFrame[wrong="true"] { border-color: @error@; }
#filterFrame QPlainTextEdit { background: transparent; border: none; selection-background-color: @accent@; selection-color: @onAccent@; }
#filterFrame QPushButton { min-height: 22px; max-height: 22px; }
#panelHandle { padding: 0; min-height: 42px; max-height: 42px; border-radius: 4px; }
#chip { background: @control@; border: 1px solid @border@; border-radius: 4px; }
#chip:focus { border-color: @accent@; }
#popup { background: @popup@; border: 1px solid @popupBorder@; border-radius: 4px; }
#popupLine { background: @softBorder@; border: none; }
#popup QListView, #popup QListWidget { background: transparent; border: none; outline: none; }
#popup QListView::item { padding: 3px 8px; border-radius: 3px; }
#popup QListView::item:selected { background: @softAccent@; color: @accent@; }
#popup QListView::item:disabled { color: @secondary@; }
#card { background: @surface@; border: 1px solid @border@; border-radius: 4px; }
#card:hover { border: 1px solid @accent@; }
#card:focus, #card[first="true"] { border: 2px solid @accent@; }
#box { background: @surface@; border: 1px solid @border@; border-radius: 4px; }
#drop { border: 1px dashed @disabled@; border-radius: 4px; }
#key { background: @background@; border: 1px solid @border@; border-radius: 3px; color: @secondary@; font-size: 11px; padding: 1px 6px; }
QProgressBar { background: @softBorder@; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: @accent@; border-radius: 2px; }
QTreeWidget { background: @surface@; border: 1px solid @border@; border-radius: 4px; outline: none; }
#popup QTreeWidget { border: none; }
QTreeWidget::item { padding: 0 4px; height: 26px; border-bottom: 1px solid @softBorder@; }
QTreeWidget::item:selected { background: @softAccent@; color: @text@; }
QTreeWidget QHeaderView::section { background: @background@; border: none; border-bottom: 1px solid @border@; padding: 5px 7px; color: @secondary@; font-weight: 600; font-size: 12px; }
QSpinBox { background: @control@; border: 1px solid @border@; border-radius: 4px; padding: 0 8px; min-height: 26px; }
QSpinBox:focus { border-color: @accent@; }
QSpinBox::up-button, QSpinBox::down-button { width: 0; border: none; }
QTableView { background: @surface@; border: none; gridline-color: @softBorder@; outline: none; }
QHeaderView { background: @background@; border: none; }
QTableView QTableCornerButton::section { background: @background@; border: none; }
)";

} // namespace

QString stylesheetTemplate() { return QString::fromUtf8(kFrame) + QString::fromUtf8(kControls); }

} // namespace rivereto::ui
