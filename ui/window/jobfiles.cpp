// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/jobfiles.h"

#include <QFileInfo>
#include <QHeaderView>
#include <QVBoxLayout>

#include "core/text/number.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

constexpr QSize kSize(620, 320);
constexpr int kFlowsWidth = 110;
constexpr int kStateWidth = 130;

QString stateText(JobFile::State state)
{
    switch (state) {
    case JobFile::State::Waiting: return JobFiles::tr("waiting");
    case JobFile::State::Reading: return JobFiles::tr("being read");
    case JobFile::State::Done: return JobFiles::tr("read");
    case JobFile::State::Left: return JobFiles::tr("left");
    case JobFile::State::Damaged: return JobFiles::tr("damaged");
    }
    return {};
}

} // namespace

JobFiles::JobFiles(QWidget* parent) : QFrame(parent, Qt::Popup), m_list(new QTreeWidget)
{
    setObjectName(QStringLiteral("popup"));
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(1, 1, 1, 1);
    rows->addWidget(m_list);
    m_list->setColumnCount(3);
    m_list->setHeaderLabels({tr("File"), tr("Flows"), tr("State")});
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->setColumnWidth(1, kFlowsWidth);
    m_list->setColumnWidth(2, kStateWidth);
    m_list->headerItem()->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    m_list->setAccessibleName(tr("Files of the task"));
    resize(kSize);
}

void JobFiles::setFiles(const QList<JobFile>& files)
{
    while (m_list->topLevelItemCount() > files.size())
        delete m_list->takeTopLevelItem(m_list->topLevelItemCount() - 1);
    QList<QTreeWidgetItem*> more;
    for (auto i = m_list->topLevelItemCount(); i < files.size(); ++i)
        more << new QTreeWidgetItem;
    m_list->addTopLevelItems(more);
    for (int i = 0; i < files.size(); ++i) {
        const auto& file = files[i];
        auto* item = m_list->topLevelItem(i);
        item->setText(0, QFileInfo(file.path).fileName());
        item->setToolTip(0, file.path);
        item->setText(1, file.flows > 0 ? text(core::formatCount(file.flows)) : QString());
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setText(2, stateText(file.state));
        item->setToolTip(2, file.note);
        if (file.state == JobFile::State::Reading && item != m_list->currentItem())
            m_list->setCurrentItem(item);
    }
}

void JobFiles::openBelow(const QWidget& widget)
{
    const auto corner = widget.mapToGlobal(QPoint(widget.width(), widget.height() + 2));
    move(corner.x() - width(), corner.y());
    show();
}

} // namespace rivereto::ui
