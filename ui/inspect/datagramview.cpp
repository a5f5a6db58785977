// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/datagramview.h"

#include <functional>

#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QStyle>
#include <QVBoxLayout>

#include "core/decode/inspect.h"
#include "core/decode/locate.h"
#include "core/decode/registry.h"
#include "core/text/number.h"
#include "ui/explore/dottedsplitter.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

using core::DissectKind;
using core::DissectNode;

namespace {

/// More pieces than these are not all opened.
constexpr int kMostOpened = 400;
constexpr int kNameWidth = 330;
/// In a narrower view names take less, and types stand below the bytes only.
constexpr int kWide = 980;

QString endpoint(const core::Ip& address, uint16_t port)
{
    return QStringLiteral("%1:%2")
        .arg(address.isV4() ? text(address.toString()) : u'[' + text(address.toString()) + u']')
        .arg(port);
}

/// What a piece is a part of: a record, a template, a set.
bool isWhole(DissectKind kind)
{
    return kind >= DissectKind::Set && kind <= DissectKind::Layer;
}

} // namespace

DatagramView::DatagramView(const Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_theme(theme)
    , m_model(theme)
{
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    auto* head = new QFrame;
    head->setObjectName(QStringLiteral("inspectBar"));
    auto* heading = new QHBoxLayout(head);
    heading->setContentsMargins(12, 5, 16, 6);
    m_path = new QLabel;
    m_path->setTextFormat(Qt::RichText);
    m_path->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_size = new QLabel;
    m_size->setProperty("role", "small");
    heading->addWidget(m_path, 1);
    heading->addWidget(m_size);
    m_words = new QLabel;
    m_words->setObjectName(QStringLiteral("inspectWords"));
    m_words->setWordWrap(true);
    m_words->setContentsMargins(12, 6, 12, 6);
    m_words->hide();
    m_tree = new QTreeView;
    m_tree->setModel(&m_model);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setUniformRowHeights(true);
    m_tree->setIndentation(16);
    m_tree->setAllColumnsShowFocus(true);
    m_tree->setAccessibleName(tr("Fields of the datagram"));
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(DissectModel::Value, QHeaderView::Stretch);
    m_tree->header()->setMinimumSectionSize(60);
    m_tree->installEventFilter(this);
    m_tree->setColumnWidth(DissectModel::Name, kNameWidth);
    m_tree->setColumnWidth(DissectModel::Type, 140);
    m_tree->setColumnWidth(DissectModel::Place, 104);
    m_hex = new HexView(theme);
    m_hex->setMinimumWidth(m_hex->sizeHint().width() + 12);
    auto* split = new DottedSplitter(theme, Qt::Horizontal);
    split->setHandleWidth(9);
    split->setChildrenCollapsible(false);
    m_field = new QFrame;
    m_field->setObjectName(QStringLiteral("inspectField"));
    m_field->hide();
    auto* lines = new QGridLayout(m_field);
    lines->setContentsMargins(12, 7, 12, 8);
    lines->setVerticalSpacing(3);
    m_fieldName = new QLabel;
    m_fieldName->setTextFormat(Qt::RichText);
    m_fieldValue = new QLabel;
    m_fieldPlace = new QLabel;
    m_fieldPlace->setProperty("role", "small");
    for (auto* label : {m_fieldName, m_fieldValue})
        label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_fieldValue->setTextFormat(Qt::PlainText);
    m_fieldValue->setTextInteractionFlags(Qt::TextSelectableByMouse);
    lines->addWidget(m_fieldName, 0, 0, 1, 2);
    lines->addWidget(m_fieldValue, 1, 0);
    lines->addWidget(m_fieldPlace, 1, 1, Qt::AlignRight);
    lines->setColumnStretch(0, 1);
    auto* bytes = new QWidget;
    auto* byteRows = new QVBoxLayout(bytes);
    byteRows->setContentsMargins(0, 0, 0, 0);
    byteRows->setSpacing(0);
    byteRows->addWidget(m_hex, 1);
    byteRows->addWidget(m_field);
    split->addWidget(m_tree);
    split->addWidget(bytes);
    split->setStretchFactor(0, 1);
    split->setStretchFactor(1, 0);
    rows->addWidget(head);
    rows->addWidget(m_words);
    rows->addWidget(split, 1);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) {
        if (!m_quiet)
            choose(now);
    });
    connect(m_hex, &HexView::byteChosen, this, &DatagramView::chooseByte);
    connect(&theme, &Theme::changed, m_tree->viewport(), qOverload<>(&QWidget::update));
}

void DatagramView::setWords(const QString& words, bool calm)
{
    m_words->setText(words);
    m_words->setVisible(!words.isEmpty());
    if (m_words->property("calm").toBool() == calm)
        return;
    m_words->setProperty("calm", calm);
    m_words->style()->unpolish(m_words);
    m_words->style()->polish(m_words);
}

void DatagramView::showWords(const QString& words, bool calm)
{
    m_datagram = nullptr;
    m_model.setTree(nullptr);
    m_hex->setBytes({});
    m_path->clear();
    m_size->clear();
    setWords(words, calm);
    syncField(nullptr);
}

void DatagramView::show(const std::shared_ptr<const LoadedDatagram>& datagram)
{
    m_datagram = datagram;
    const auto& kept = datagram->datagram;
    m_quiet = true;
    m_model.setTree(datagram->tree);
    m_quiet = false;
    m_hex->setBytes(kept.payload);
    syncField(nullptr);
    const auto to = kept.destinationPort > 0 || !kept.destination.isZero()
        ? QStringLiteral(" → ") + endpoint(kept.destination, kept.destinationPort)
        : QString();
    m_path->setText(QStringLiteral("<b>%1</b>&nbsp;&nbsp;%2")
                        .arg(text(datagram->tree->name).toHtmlEscaped(),
                            (endpoint(kept.origin.source, kept.origin.sourcePort) + to).toHtmlEscaped()));
    m_size->setText(tr("%1 octets").arg(text(core::formatCount(kept.payload.size()))));
    setWords(text(datagram->tree->note), false);
    openTree();
}

/// Messages and sets open, of their records the first; what is wrong is open, too.
void DatagramView::openTree()
{
    int opened = 0;
    for (int m = 0; m < m_model.rowCount(); ++m) {
        const auto message = m_model.index(m, 0);
        m_tree->expand(message);
        for (int s = 0; s < m_model.rowCount(message) && opened < kMostOpened; ++s) {
            const auto set = m_model.index(s, 0, message);
            if (m_model.rowCount(set) == 0)
                continue;
            m_tree->expand(set);
            ++opened;
            bool first = true;
            for (int r = 0; r < m_model.rowCount(set) && first; ++r) {
                const auto record = m_model.index(r, 0, set);
                if (m_model.rowCount(record) > 0 && std::exchange(first, false))
                    m_tree->expand(record);
            }
        }
    }
    for (const auto& wrong : m_model.problems()) {
        for (auto parent = wrong.parent(); parent.isValid() && opened < kMostOpened; parent = parent.parent(), ++opened)
            m_tree->expand(parent);
    }
    m_tree->scrollToTop();
}

void DatagramView::choose(const QModelIndex& index)
{
    const auto* node = index.isValid() ? m_model.node(index) : nullptr;
    if (!node)
        return;
    ByteRange whole;
    for (auto parent = index.parent(); parent.isValid() && whole.empty(); parent = parent.parent()) {
        const auto* around = m_model.node(parent);
        if (isWhole(around->kind))
            whole = {around->offset, around->offset + around->length};
    }
    m_hex->setRecord(whole);
    m_hex->setField({node->offset, node->offset + node->length});
    syncField(node);
}

void DatagramView::syncField(const DissectNode* node)
{
    m_field->setVisible(node != nullptr);
    if (!node)
        return;
    QStringList about;
    if (node->element)
        about << (node->enterprise == 0 ? tr("element %1").arg(*node->element)
                                        : tr("element %1 of %2")
                                              .arg(*node->element)
                                              .arg(text(core::enterpriseName(node->enterprise)).isEmpty()
                                                      ? QString::number(node->enterprise)
                                                      : text(core::enterpriseName(node->enterprise))));
    if (!node->type.empty())
        about << text(node->type);
    else if (node->element)
        about << tr("unknown type");
    const auto quiet = about.isEmpty()
        ? QString()
        : QStringLiteral(" <span style='color:%1'>· %2</span>")
              .arg(m_theme[Token::secondary].name(), about.join(QStringLiteral(", ")).toHtmlEscaped());
    m_fieldName->setText(QStringLiteral("<b>%1</b>%2").arg(text(core::nodeTitle(*node)).toHtmlEscaped(), quiet));
    QStringList values {text(node->value), text(node->meaning)};
    values.removeAll(QString());
    const auto value = values.isEmpty() ? text(node->note) : values.join(QStringLiteral(" – "));
    m_fieldValue->setText(value);
    m_fieldValue->setToolTip(value);
    m_fieldPlace->setText(
        tr("offset 0x%1, %2 octets").arg(node->offset, 4, 16, QLatin1Char('0')).arg(text(core::formatCount(node->length))));
}

void DatagramView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    const bool wide = width() >= kWide;
    if (m_tree->isColumnHidden(DissectModel::Type) != wide)
        return;
    m_tree->setColumnHidden(DissectModel::Type, !wide);
    m_tree->setColumnWidth(DissectModel::Name, wide ? kNameWidth : 250);
}

void DatagramView::chooseByte(quint32 at)
{
    const auto index = m_model.indexAt(at);
    if (!index.isValid())
        return;
    m_tree->setCurrentIndex(index);
    m_tree->scrollTo(index);
    choose(index);
}

void DatagramView::chooseRecord(quint64 number)
{
    const auto records = core::recordsOf(*m_datagram->tree);
    if (number >= records.size())
        return;
    auto index = m_model.indexAt(records[number]->offset);
    while (index.isValid() && m_model.node(index) != records[number])
        index = index.parent();
    if (!index.isValid())
        return;
    m_tree->expand(index);
    m_tree->setCurrentIndex(index);
    m_tree->scrollTo(index, QAbstractItemView::PositionAtTop);
}

bool DatagramView::findNext(const QString& what)
{
    const auto found = m_model.find(what, m_tree->currentIndex());
    if (!found.isValid())
        return false;
    m_tree->setCurrentIndex(found);
    m_tree->scrollTo(found);
    return true;
}

QString DatagramView::asText() const
{
    QString out;
    const std::function<void(const QModelIndex&, int)> add = [&](const QModelIndex& parent, int depth) {
        for (int row = 0; row < m_model.rowCount(parent); ++row) {
            const auto index = m_model.index(row, 0, parent);
            const auto value = index.siblingAtColumn(DissectModel::Value).data().toString();
            out += QString(depth * 2, u' ') + index.data().toString()
                + (value.isEmpty() ? QString() : QStringLiteral(": ") + value) + u'\n';
            add(index, depth + 1);
        }
    };
    add({}, 0);
    return out;
}

bool DatagramView::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        const auto index = m_tree->currentIndex();
        const auto value = index.siblingAtColumn(DissectModel::Value).data().toString();
        QApplication::clipboard()->setText(index.isValid()
                ? index.siblingAtColumn(0).data().toString() + (value.isEmpty() ? QString() : QStringLiteral(": ") + value)
                : asText());
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace rivereto::ui
