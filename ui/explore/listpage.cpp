// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/listpage.h"

#include <QFrame>
#include <QHeaderView>

namespace rivereto::ui {

namespace {

constexpr int kHeadHeight = 40;
constexpr int kRowHeight = 28;

} // namespace

ListPage::ListPage(const Theme& theme, const QString& title, const QString& findWords, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_title(title)
{
    setObjectName(QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    m_splitter = new DottedSplitter(theme, Qt::Vertical);
    m_splitter->setHandleWidth(9);
    m_splitter->setChildrenCollapsible(false);
    auto* box = new QWidget;
    m_body = new QVBoxLayout(box);
    m_body->setContentsMargins(0, 0, 0, 0);
    m_body->setSpacing(0);
    buildHead(findWords);
    buildTable();
    m_splitter->addWidget(box);
    rows->addWidget(m_splitter);
    connect(&theme, &Theme::changed, this, &ListPage::syncLook);
    syncLook();
}

void ListPage::buildHead(const QString& findWords)
{
    auto* head = new QFrame;
    head->setObjectName(QStringLiteral("listHead"));
    head->setFixedHeight(kHeadHeight);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(16, 0, 12, 0);
    m_heading = new QLabel;
    m_heading->setTextFormat(Qt::RichText);
    m_heading->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_find = new QLineEdit;
    m_find->setPlaceholderText(findWords);
    m_find->setAccessibleName(findWords);
    m_find->setClearButtonEnabled(true);
    m_find->setFixedWidth(240);
    row->addWidget(m_heading, 1);
    row->addWidget(m_find);
    m_body->addWidget(head);
}

void ListPage::buildTable()
{
    m_table = new QTableView;
    m_table->setAccessibleName(m_title);
    m_table->setShowGrid(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(kRowHeight);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setMinimumSectionSize(kRowHeight);
}

void ListPage::setDetails(QWidget* details, const QList<int>& heights)
{
    m_splitter->addWidget(details);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes(heights);
}

void ListPage::setWords(const QString& words)
{
    auto text = QStringLiteral("<b>%1</b>").arg(m_title);
    if (!words.isEmpty())
        text += QStringLiteral("&nbsp; <span style='color:%1'>%2</span>").arg(m_theme[Token::secondary].name(), words.toHtmlEscaped());
    m_heading->setText(text);
}

void ListPage::syncLook()
{
    setStyleSheet(QStringLiteral("#listHead{background:%1;border-bottom:1px solid %2}#listState{background:%1}"
                                 "QHeaderView::section{background:%3;color:%4;border:none;border-bottom:1px solid %2;padding:4px 8px;font-size:12px;font-weight:600}")
                      .arg(m_theme[Token::surface].name(), m_theme[Token::border].name(), m_theme[Token::background].name(), m_theme[Token::secondary].name()));
    m_table->viewport()->update();
}

} // namespace rivereto::ui
