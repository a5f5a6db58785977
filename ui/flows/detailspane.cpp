// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/detailspane.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QVBoxLayout>

#include "core/text/number.h"

namespace rivereto::ui {

DetailsPane::DetailsPane(const Theme& theme, QWidget* parent) : QFrame(parent), m_theme(theme)
{
    setObjectName(QStringLiteral("details"));
    setAttribute(Qt::WA_StyledBackground);
    setMinimumWidth(300);
    setMaximumWidth(720);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(buildHead());
    m_words = new QLabel;
    m_words->setObjectName(QStringLiteral("detailsWords"));
    m_words->setWordWrap(true);
    m_words->setContentsMargins(16, 8, 16, 8);
    m_words->hide();
    rows->addWidget(m_words);
    m_decoded = new DecodedView(theme);
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_decoded);
    m_stack->addWidget(buildDatagram());
    rows->addWidget(m_stack, 1);
    connect(m_decoded, &DecodedView::lineChosen, this, &DetailsPane::chooseLine);
    connect(m_decoded, &DecodedView::copyAsked, this, &DetailsPane::copy);
    connect(m_hex, &HexView::byteChosen, this, &DetailsPane::chooseByte);
    connect(&theme, &Theme::changed, this, &DetailsPane::syncTabs);
    syncTabs();
    clear();
}

QWidget* DetailsPane::buildHead()
{
    auto* head = new QFrame;
    head->setObjectName(QStringLiteral("detailsHead"));
    head->setFixedHeight(40);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(10, 0, 8, 0);
    row->setSpacing(8);
    const QString names[] = {tr("Decoded"), tr("Datagram")};
    for (int i = 0; i < 2; ++i) {
        auto* button = new QPushButton(names[i]);
        button->setProperty("tab", true);
        button->setCheckable(true);
        button->setAutoExclusive(true);
        connect(button, &QPushButton::clicked, this, [this, i] { setTab(static_cast<Tab>(i)); });
        m_tabs[i] = button;
        row->addWidget(button);
    }
    row->addStretch(1);
    const auto tool = [&](const QString& name) {
        auto* button = new QPushButton;
        button->setFlat(true);
        button->setProperty("icon", true);
        button->setAccessibleName(name);
        button->setToolTip(name);
        row->addWidget(button);
        return button;
    };
    m_inspect = tool(tr("Show this datagram on the Inspect page"));
    m_copy = tool(tr("Copy what is shown"));
    connect(m_inspect, &QPushButton::clicked, this, [this] {
        if (m_details.datagram)
            emit inspectAsked(m_details.datagram->datagram, m_details.datagram->record);
    });
    m_close = tool(tr("Close the details (Esc)"));
    connect(m_copy, &QPushButton::clicked, this, &DetailsPane::copy);
    connect(m_close, &QPushButton::clicked, this, &DetailsPane::closeAsked);
    return head;
}

QWidget* DetailsPane::buildDatagram()
{
    auto* page = new QWidget;
    auto* rows = new QVBoxLayout(page);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    auto* top = new QFrame;
    top->setObjectName(QStringLiteral("detailsBar"));
    auto* heading = new QHBoxLayout(top);
    heading->setContentsMargins(16, 5, 16, 6);
    m_path = new QLabel;
    m_path->setTextFormat(Qt::RichText);
    m_size = new QLabel;
    m_size->setProperty("role", "small");
    heading->addWidget(m_path, 1);
    heading->addWidget(m_size);
    m_hex = new HexView(m_theme);
    auto* foot = new QFrame;
    foot->setObjectName(QStringLiteral("detailsFoot"));
    auto* lines = new QVBoxLayout(foot);
    lines->setContentsMargins(16, 7, 16, 7);
    lines->setSpacing(3);
    m_fieldName = new QLabel;
    m_fieldName->setTextFormat(Qt::RichText);
    m_fieldValue = new QLabel;
    m_fieldValue->setTextFormat(Qt::PlainText);
    m_fieldValue->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_fieldValue->setProperty("role", "small");
    m_fieldPlace = new QLabel;
    m_fieldPlace->setProperty("role", "small");
    auto* second = new QHBoxLayout;
    second->addWidget(m_fieldValue, 1);
    second->addWidget(m_fieldPlace);
    m_fieldOrigin = new QLabel(originName(Origin::Wire));
    m_fieldOrigin->setObjectName(QStringLiteral("wireBadge"));
    m_fieldOrigin->setToolTip(originMeaning(Origin::Wire));
    auto* first = new QHBoxLayout;
    first->addWidget(m_fieldName, 1);
    first->addWidget(m_fieldOrigin);
    lines->addLayout(first);
    lines->addLayout(second);
    rows->addWidget(top);
    rows->addWidget(m_hex, 1);
    rows->addWidget(foot);
    return page;
}

void DetailsPane::syncTabs()
{
    for (int i = 0; i < 2; ++i)
        m_tabs[i]->setChecked(i == m_stack->currentIndex());
    m_inspect->setIcon(m_theme.icon(QStringLiteral("inspect"), Token::secondary));
    m_inspect->setVisible(m_details.datagram != nullptr);
    m_copy->setIcon(m_theme.icon(QStringLiteral("copy"), Token::secondary));
    m_close->setIcon(m_theme.icon(QStringLiteral("close"), Token::secondary, 14));
}

void DetailsPane::setTab(Tab tab)
{
    m_stack->setCurrentIndex(static_cast<int>(tab));
    syncTabs();
}

void DetailsPane::clear()
{
    m_details = {};
    m_decoded->setLines({});
    m_hex->setBytes({});
    m_path->clear();
    m_size->clear();
    describe(nullptr);
    m_tabs[1]->setEnabled(false);
    setTab(Tab::Decoded);
    m_words->setText(tr("Choose a flow to see all that is known of it."));
    m_words->show();
}

void DetailsPane::showError(const core::Error& error)
{
    clear();
    m_words->setText(errorText(error));
}

void DetailsPane::setFormat(const FlowFormat& format)
{
    m_format = format;
    syncLines();
}

void DetailsPane::syncLines()
{
    if (m_details.row)
        m_decoded->setLines(detailLines(m_details, m_format));
}

void DetailsPane::show(const FlowDetails& details, bool complete, const FlowFormat& format)
{
    // A field that was looked at is looked at in the next flow, too.
    const auto name = m_decoded->chosen().name;
    const auto tab = this->tab();
    m_details = details;
    m_format = format;
    m_complete = complete;
    if (details.datagram)
        m_words->clear();
    else if (!complete)
        m_words->setText(tr("Looking for the datagram in the capture…"));
    else if (details.row && FlowColumns::value(core::ColumnId::ExportProtocol, *details.row, 0) == "packets")
        m_words->setText(tr("Metered from packets. Its row's menu saves them, or opens them in Wireshark, where the capture is still at hand."));
    else
        m_words->setText(tr("The datagram itself was not kept; this is what was stored of it."));
    m_words->setVisible(!details.datagram);
    m_tabs[1]->setEnabled(details.datagram != nullptr || (!complete && tab == Tab::Datagram));
    syncLines();
    if (!details.datagram) {
        if (complete)
            setTab(Tab::Decoded);
        m_hex->setBytes({});
        m_path->clear();
        m_size->clear();
        describe(nullptr);
        return;
    }
    const auto& kept = details.datagram->datagram;
    const auto& record = *core::recordsOf(details.datagram->tree)[details.datagram->record];
    m_hex->setBytes(kept.payload);
    m_hex->setRecord({record.offset, record.offset + record.length});
    const auto from = QStringLiteral("%1:%2").arg(text(kept.origin.source.toString())).arg(kept.origin.sourcePort);
    const auto to = kept.destinationPort == 0 ? QString() : QStringLiteral(" → :%1").arg(kept.destinationPort);
    m_path->setText(QStringLiteral("<b>%1</b>&nbsp;&nbsp;<span>%2</span>").arg(text(details.datagram->tree.name), from + to));
    m_path->setToolTip(kept.destinationPort == 0 ? from : QStringLiteral("%1 → %2:%3").arg(from, text(kept.destination.toString())).arg(kept.destinationPort));
    m_size->setText(tr("%1 bytes").arg(text(core::formatCount(kept.payload.size()))));
    const core::DissectNode* field = nullptr;
    for (const auto& child : record.children) {
        if (!field || (text(child.name) == name && !name.isEmpty()))
            field = text(child.name) == name && !name.isEmpty() ? &child : field;
    }
    const ByteRange range = field ? ByteRange{field->offset, field->offset + field->length} : ByteRange{};
    m_hex->setField(range);
    if (field)
        m_decoded->choose(range);
    else
        m_hex->setField({record.offset, record.offset});
    describe(field ? field : &record);
    setTab(tab);
}

void DetailsPane::chooseLine(const DetailLine& line)
{
    if (!m_details.datagram || line.bytes.empty())
        return;
    m_hex->setField(line.section ? ByteRange{} : line.bytes);
    const auto* node = core::nodeAt(m_details.datagram->tree, line.bytes.begin);
    // The line may stand for something larger that begins with the same byte.
    const auto find = [&](const auto& self, const core::DissectNode& in) -> const core::DissectNode* {
        if (in.offset == line.bytes.begin && in.offset + in.length == line.bytes.end)
            return &in;
        for (const auto& child : in.children) {
            if (const auto* found = self(self, child))
                return found;
        }
        return nullptr;
    };
    const auto* exact = find(find, m_details.datagram->tree);
    describe(exact ? exact : node);
}

void DetailsPane::chooseByte(quint32 at)
{
    if (!m_details.datagram)
        return;
    const auto* node = core::nodeAt(m_details.datagram->tree, at);
    if (!node)
        return;
    const ByteRange bytes{node->offset, node->offset + node->length};
    m_hex->setField(bytes);
    m_decoded->choose(bytes);
    describe(node);
}

void DetailsPane::describe(const core::DissectNode* node)
{
    m_fieldOrigin->setVisible(node != nullptr);
    if (!node) {
        m_fieldName->setText(QStringLiteral("&nbsp;"));
        m_fieldValue->clear();
        m_fieldPlace->clear();
        return;
    }
    QStringList about;
    if (node->element)
        about << (node->enterprise == 0 ? tr("element %1").arg(*node->element) : tr("element %1 of enterprise %2").arg(*node->element).arg(node->enterprise));
    if (!node->type.empty())
        about << text(node->type);
    if (!node->element && node->id >= 256)
        about << tr("template %1").arg(node->id);
    const auto name = node->name.empty() ? tr("bytes") : text(node->name);
    m_fieldName->setText(about.isEmpty() ? QStringLiteral("<b>%1</b>").arg(name.toHtmlEscaped()) : QStringLiteral("<b>%1</b> · %2").arg(name.toHtmlEscaped(), about.join(QStringLiteral(", "))));
    const auto value = QStringList{text(node->value), text(node->meaning), text(node->note)}.join(u' ').simplified();
    m_fieldValue->setText(value);
    m_fieldValue->setToolTip(value);
    m_fieldPlace->setText(tr("offset 0x%1, %2 bytes").arg(node->offset, 4, 16, QLatin1Char('0')).arg(node->length));
}

void DetailsPane::copy()
{
    if (!m_details.row)
        return;
    QApplication::clipboard()->setText(tab() == Tab::Datagram ? m_hex->dump() : detailText(detailLines(m_details, m_format)));
}

void DetailsPane::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape) {
        emit closeAsked();
        return;
    }
    if (event->matches(QKeySequence::Copy)) {
        copy();
        return;
    }
    QFrame::keyPressEvent(event);
}

} // namespace rivereto::ui
