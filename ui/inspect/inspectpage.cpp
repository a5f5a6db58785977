// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/inspectpage.h"

#include <QHeaderView>
#include <QShortcut>
#include <QShowEvent>
#include <QVBoxLayout>

#include "core/text/number.h"
#include "ui/explore/dottedsplitter.h"

namespace rivereto::ui {

namespace {

/// While keys are held down, datagrams that are only passed are not read.
constexpr int kLoadDelayMs = 40;
constexpr int kSlowMs = 200;
constexpr int kRow = 22;
constexpr int kWidths[DatagramList::kColumns] = {66, 104, 136, 92, 88, 66, 50, 80, 70, 160};

QString count(uint64_t n)
{
    return text(core::formatCount(n));
}

} // namespace

InspectPage::InspectPage(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent)
    : QWidget(parent)
    , m_backend(backend)
    , m_explorer(explorer)
    , m_theme(theme)
{
    setObjectName(QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(buildHead());
    m_progress = new QProgressBar;
    m_progress->setTextVisible(false);
    m_progress->setRange(0, 1000);
    m_progress->setAccessibleName(tr("Progress of reading the datagrams"));
    rows->addWidget(m_progress);
    m_templates = new TemplatesView(theme);
    m_stack = new QStackedWidget;
    m_stack->addWidget(buildDatagrams());
    m_stack->addWidget(m_templates);
    m_stack->addWidget(buildState());
    rows->addWidget(m_stack, 1);
    m_loadTimer.setSingleShot(true);
    m_loadTimer.setInterval(kLoadDelayMs);

    m_slowTimer.setSingleShot(true);
    m_slowTimer.setInterval(kSlowMs);
    connect(&m_loadTimer, &QTimer::timeout, this, &InspectPage::load);
    connect(&m_slowTimer, &QTimer::timeout, this,
        [this] { m_view->showWords(tr("Reading the capture up to this datagram…"), true); });
    connect(&m_indexer, &DatagramIndexer::found, this, [this](const std::shared_ptr<IndexPart>& part) { take(*part); });
    connect(&m_indexer, &DatagramIndexer::finished, this, &InspectPage::finish);
    connect(&m_loader, &DatagramLoader::loaded, this, &InspectPage::loaded);
    connect(&m_loader, &DatagramLoader::failed, this, [this](quint64) {
        m_slowTimer.stop();
        m_view->showWords(tr("This datagram cannot be read again: its file was moved or changed."));
    });
    connect(m_templates, &TemplatesView::datagramAsked, this, qOverload<quint64>(&InspectPage::showDatagram));
    connect(&backend, &Backend::storeChanged, this, &InspectPage::reset);
    connect(&backend, &Backend::inputChanged, this, &InspectPage::syncState);
    connect(&explorer, &Explorer::clockChanged, this, [this] {
        m_list.setClock(m_explorer.clock());
        m_templates->setClock(m_explorer.clock());
    });
    connect(&theme, &Theme::changed, this, &InspectPage::restyle);
    m_list.setClock(explorer.clock());
    m_templates->setClock(explorer.clock());
    restyle();
    reset();
}

QPushButton* InspectPage::addTab(QHBoxLayout& row, const QString& name, Tab tab)
{
    auto* button = new QPushButton(name);
    button->setProperty("tab", true);
    button->setCheckable(true);
    button->setAutoExclusive(true);
    connect(button, &QPushButton::clicked, this, [this, tab] { setTab(tab); });
    row.addWidget(button);
    return button;
}

QWidget* InspectPage::buildHead()
{
    auto* head = new QFrame;
    head->setObjectName(QStringLiteral("inspectHead"));
    head->setFixedHeight(40);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(8, 0, 12, 0);
    row->setSpacing(8);
    m_tabs[0] = addTab(*row, tr("Datagrams"), Tab::Datagrams);
    m_tabs[1] = addTab(*row, tr("Templates"), Tab::Templates);
    m_tabs[0]->setChecked(true);
    m_heading = new QLabel;
    m_heading->setTextFormat(Qt::RichText);
    m_heading->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_heading->setMinimumWidth(40);
    row->addSpacing(4);
    row->addWidget(m_heading, 1);
    m_cancel = new QPushButton(tr("Cancel"));
    m_exporter = new QComboBox;
    m_exporter->setAccessibleName(tr("Exporter"));
    m_exporter->setMinimumWidth(140);
    m_protocol = new QComboBox;
    m_protocol->setAccessibleName(tr("Protocol"));
    m_problems = new QPushButton(tr("Only problems"));
    m_problems->setCheckable(true);
    m_problems->setProperty("choice", true);
    m_search = new QLineEdit;
    m_search->setPlaceholderText(tr("Field, exporter, problem"));
    m_search->setAccessibleName(tr("Only datagrams with this"));
    m_search->setToolTip(tr("Shows datagrams that have such a field – “octet”, “1”, “9:12001” –, exporter, protocol or problem. "
                            "Enter goes to the next such field in the datagram."));
    m_search->setClearButtonEnabled(true);
    m_search->setFixedWidth(190);
    for (QWidget* widget : std::initializer_list<QWidget*> {m_cancel, m_exporter, m_protocol, m_problems, m_search})
        row->addWidget(widget);
    connect(m_cancel, &QPushButton::clicked, &m_indexer, &DatagramIndexer::cancel);
    connect(m_exporter, &QComboBox::currentIndexChanged, this, &InspectPage::narrow);
    connect(m_protocol, &QComboBox::currentIndexChanged, this, &InspectPage::narrow);
    connect(m_problems, &QPushButton::toggled, this, &InspectPage::narrow);
    connect(m_search, &QLineEdit::textChanged, this, &InspectPage::narrow);
    connect(m_search, &QLineEdit::returnPressed, this, &InspectPage::findNext);
    auto* find = new QShortcut(QKeySequence(Qt::Key_F3), this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(find, &QShortcut::activated, this, &InspectPage::findNext);
    return head;
}

QWidget* InspectPage::buildDatagrams()
{
    m_table = new QTableView;
    m_list.setTheme(m_theme);
    m_table->setModel(&m_list);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setAccessibleName(tr("Datagrams"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(kRow);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setStretchLastSection(true);
    for (int i = 0; i < DatagramList::kColumns; ++i)
        m_table->setColumnWidth(i, kWidths[i]);
    m_view = new DatagramView(m_theme);
    auto* split = new DottedSplitter(m_theme, Qt::Vertical);
    split->setHandleWidth(9);
    split->setChildrenCollapsible(false);
    split->addWidget(m_table);
    split->addWidget(m_view);
    split->setSizes({300, 480});
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        m_loader.cancel();
        m_slowTimer.stop();
        if (now.isValid())
            m_loadTimer.start();
    });
    return split;
}

QWidget* InspectPage::buildState()
{
    auto* box = new QWidget;
    box->setObjectName(QStringLiteral("state"));
    auto* rows = new QVBoxLayout(box);
    rows->setContentsMargins(40, 0, 40, 0);
    rows->setSpacing(8);
    m_stateTitle = new QLabel;
    m_stateTitle->setProperty("role", "state");
    m_stateWords = new QLabel;
    m_stateWords->setProperty("role", "secondary");
    m_stateWords->setWordWrap(true);
    m_stateWords->setMaximumWidth(640);
    rows->addStretch(2);
    rows->addWidget(m_stateTitle, 0, Qt::AlignHCenter);
    auto* middle = new QHBoxLayout;
    middle->addStretch(1);
    middle->addWidget(m_stateWords, 4);
    middle->addStretch(1);
    rows->addLayout(middle);
    rows->addStretch(3);
    m_stateWords->setAlignment(Qt::AlignHCenter);
    return box;
}

void InspectPage::restyle()
{
    setStyleSheet(
        QStringLiteral(
            "#inspectHead{background:%2;border-bottom:1px solid %1}"
            "#inspectBar{background:%2;border-bottom:1px solid %1}"
            "#inspectWords{background:%9;border-bottom:1px solid %1;color:%8}"
            "#inspectWords[calm=\"true\"]{background:%2;color:%4}"
            "QTableView,QTreeView{background:%3;border:none;font-size:12px;alternate-background-color:%2}"
            "QTableView::item,QTreeView::item{border:none;padding:0 6px;min-height:20px}"
            "QTableView,QTreeView{selection-background-color:%7;selection-color:%5;show-decoration-selected:1}"
            "QTableView::item:selected,QTreeView::item:selected{background:%7;color:%5}"
            "#inspectField{background:%2;border-top:1px solid %1}"
            "QHeaderView::section{background:%2;border:none;border-bottom:1px solid "
            "%1;color:%4;font-size:12px;font-weight:600;padding:4px 6px}"
            "QPushButton[tab=\"true\"]{background:transparent;border:none;border-bottom:2px solid "
            "transparent;border-radius:0;color:%4;min-height:36px;max-height:36px;padding:0 8px}"
            "QPushButton[tab=\"true\"]:checked{color:%5;border-bottom-color:%6;font-weight:600}"
            "QPushButton[tab=\"true\"]:focus{color:%6}"
            "QTreeView{outline:0}"
            "#inspectHead QPushButton[choice=\"true\"]:checked{background:%7;border-color:%6;color:%6;font-weight:600}")
            .arg(m_theme[Token::border].name(), m_theme[Token::background].name(), m_theme[Token::surface].name(),
                m_theme[Token::secondary].name(), m_theme[Token::text].name(), m_theme[Token::accent].name(),
                m_theme[Token::selectedRow].name(), m_theme[Token::warning].name(), m_theme[Token::warningGround].name()));
    syncHeading();
}

void InspectPage::setTab(Tab tab)
{
    for (int i = 0; i < 2; ++i)
        m_tabs[i]->setChecked(i == static_cast<int>(tab));
    if (m_source)
        m_stack->setCurrentIndex(static_cast<int>(tab));
    syncHeading();
}

/// Another database, perhaps with other captures behind it.
void InspectPage::reset()
{
    m_indexer.start(nullptr);
    m_source = m_backend.datagrams();
    m_loader.setSource(m_source);
    m_list.clear();
    m_wanted.reset();
    m_wantedRecord.reset();
    m_templates->setHistory(nullptr);
    m_slowTimer.stop();
    m_view->showWords({});
    m_stale = true;
    m_whole = false;
    m_datagrams = 0;
    m_share = 0;
    syncChoices();
    syncState();
    syncHeading();
    if (isVisible())
        begin();
}

void InspectPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    begin();
}

void InspectPage::begin()
{
    if (!m_source || !std::exchange(m_stale, false))
        return;
    m_indexer.start(m_source);
    syncHeading();
}

void InspectPage::take(const IndexPart& part)
{
    const bool none = m_list.total() == 0;
    const auto exporters = m_list.exporters().size();
    const auto protocols = m_list.protocols().size();
    m_list.add(part);
    m_share = part.share;
    if (m_list.exporters().size() != exporters || m_list.protocols().size() != protocols)
        syncChoices();
    if (none && m_list.rowCount() > 0)
        m_table->selectRow(0);
    seek();
    syncHeading();
}

void InspectPage::finish(std::shared_ptr<const core::TemplateHistory> templates, quint64 datagrams, bool whole)
{
    m_whole = whole;
    m_datagrams = datagrams;
    m_templates->setHistory(std::move(templates));
    syncHeading();
    syncState();
}

void InspectPage::syncChoices()
{
    const QSignalBlocker quietExporter(m_exporter);
    const QSignalBlocker quietProtocol(m_protocol);
    const auto fill = [](QComboBox& box, const QString& all, const QStringList& names) {
        const auto before = box.currentText();
        box.clear();
        box.addItem(all);
        box.addItems(names);
        box.setCurrentIndex(std::max(box.findText(before), 0));
    };
    QStringList exporters;
    for (const auto& address : m_list.exporters())
        exporters << text(address.toString());
    QStringList protocols;
    for (const auto protocol : m_list.protocols())
        protocols << (protocol == core::Protocol::Unknown ? tr("unknown") : text(core::dissectName(protocol)));
    fill(*m_exporter, tr("All exporters"), exporters);
    fill(*m_protocol, tr("All protocols"), protocols);
    narrow();
}

void InspectPage::narrow()
{
    DatagramList::Narrowing wanted {
        .exporter = {}, .protocol = {}, .onlyProblems = m_problems->isChecked(), .words = m_search->text().trimmed()};
    if (const int at = m_exporter->currentIndex(); at > 0)
        wanted.exporter = m_list.exporters()[static_cast<size_t>(at - 1)];
    if (const int at = m_protocol->currentIndex(); at > 0)
        wanted.protocol = m_list.protocols()[static_cast<size_t>(at - 1)];
    m_templates->narrow(
        {.field = wanted.words, .exporter = wanted.exporter, .protocol = wanted.protocol, .onlyProblems = wanted.onlyProblems});
    if (wanted == m_list.narrowing())
        return;
    const auto current = m_table->currentIndex();
    const auto number = current.isValid() ? std::optional(m_list.numberAt(current.row())) : std::nullopt;
    m_list.narrow(wanted);
    const int row = number ? m_list.rowOf(*number) : -1;
    if (m_list.rowCount() > 0)
        m_table->selectRow(std::max(row, 0));
    else
        m_view->showWords(m_list.total() > 0 ? tr("No datagram is like this.") : QString(), true);
    syncHeading();
}

void InspectPage::showDatagram(quint64 number)
{
    setTab(Tab::Datagrams);
    if (m_list.rowOf(number) < 0) {
        m_problems->setChecked(false);
        m_search->clear();
        m_exporter->setCurrentIndex(0);
        m_protocol->setCurrentIndex(0);
    }
    if (const int row = m_list.rowOf(number); row >= 0) {
        m_table->selectRow(row);
        m_table->scrollTo(m_list.index(row, 0), QAbstractItemView::PositionAtCenter);
        m_table->setFocus();
    }
}

void InspectPage::showDatagram(const core::KeptDatagram& datagram, quint64 record)
{
    setTab(Tab::Datagrams);
    core::Dissector dissector;
    const auto summary = core::summarize(dissector.outline(datagram.view()), datagram.payload);
    m_wanted = Wanted {.marks = {.exporter = datagram.origin.source,
                           .timeMs = datagram.origin.receivedMs,
                           .sequence = summary.sequence,
                           .length = static_cast<uint16_t>(datagram.payload.size())},
        .record = record};
    seek();
}

/// In what was read since it was looked for last.
void InspectPage::seek()
{
    if (!m_wanted)
        return;
    const auto found = m_list.find(m_wanted->marks, m_wanted->searched);
    m_wanted->searched = m_list.total();
    if (!found)
        return;
    m_wantedRecord = std::pair(quint64 {*found}, m_wanted->record);
    m_wanted.reset();
    showDatagram(quint64 {*found});
    m_loadTimer.start(); // it may be the one that is shown
}

void InspectPage::loaded(quint64 number, const std::shared_ptr<const LoadedDatagram>& datagram)
{
    m_slowTimer.stop();
    m_view->show(datagram);
    if (m_wantedRecord && m_wantedRecord->first == number)
        m_view->chooseRecord(m_wantedRecord->second);
    m_wantedRecord.reset();
}

void InspectPage::load()
{
    const auto now = m_table->currentIndex();
    if (!now.isValid())
        return;
    m_slowTimer.start();
    m_loader.load(m_list.numberAt(now.row()));
}

void InspectPage::findNext()
{
    if (m_stack->currentIndex() == 0)
        m_view->findNext(m_search->text().trimmed());
}

void InspectPage::syncHeading()
{
    const bool running = m_indexer.running();
    m_cancel->setVisible(running);
    m_progress->setVisible(running);
    m_progress->setValue(static_cast<int>(m_share * 1000));
    if (!m_source) {
        m_heading->clear();
        return;
    }
    const auto quiet = [this](const QString& words) {
        return QStringLiteral(" <span style='color:%1'>· %2</span>").arg(m_theme[Token::secondary].name(), words.toHtmlEscaped());
    };
    QString out;
    if (m_tabs[1]->isChecked()) {
        out = running ? tr("Reading the templates…")
                      : tr("<b>%1</b> templates").arg(count(static_cast<uint64_t>(m_templates->templatesShown())));
    } else {
        const auto shown = static_cast<uint64_t>(m_list.rowCount());
        out = shown == m_list.total() ? tr("<b>%1</b> datagrams").arg(count(shown))
                                      : tr("<b>%1</b> of %2 datagrams").arg(count(shown), count(m_list.total()));
        if (m_list.problems() > 0)
            out += quiet(tr("%1 problems").arg(count(m_list.problems())));
    }
    if (running)
        out += quiet(tr("reading, %1").arg(text(core::formatPercent(m_share))));
    else if (m_datagrams > m_list.total())
        out += quiet(tr("the first of %1; “rivereto inspect --datagram” shows any").arg(count(m_datagrams)));
    else if (!m_whole && !m_stale)
        out += quiet(tr("reading was cancelled"));
    m_heading->setText(out);
}

QString InspectPage::stateWords() const
{
    return m_stack->currentIndex() == 2 ? m_stateTitle->text() + u'\n' + m_stateWords->text() : QString();
}

void InspectPage::syncState()
{
    const bool nothing = m_whole && m_list.total() == 0;
    for (QWidget* widget : std::initializer_list<QWidget*> {m_exporter, m_protocol, m_problems, m_search, m_tabs[0], m_tabs[1]})
        widget->setEnabled(m_source != nullptr && !nothing);
    m_stack->setCurrentIndex(!m_source || nothing ? 2 : m_tabs[1]->isChecked() ? 1 : 0);
    if (m_source && nothing) {
        m_stateTitle->setText(tr("There is no flow export here"));
        m_stateWords->setText(tr("None of the packets that were read is a datagram of NetFlow, IPFIX or sFlow. Flows were metered from the packets themselves: "
                                 "the Flows page lists them, and saves the packets behind them."));
        return;
    }
    if (m_source)
        return;
    if (m_backend.input().listening) {
        m_stateTitle->setText(tr("Datagrams received live are not kept"));
        m_stateWords->setText(tr("What arrives is decoded and stored as flows. To look into the datagrams themselves, capture "
                                 "them – “tcpdump -w flows.pcap udp” on this machine – and open that file."));
    } else if (m_backend.store()) {
        m_stateTitle->setText(tr("There are no datagrams here"));
        m_stateWords->setText(tr("A database holds flows, not the datagrams that they came in. Open the captures themselves to "
                                 "see each datagram, its templates and what could not be decoded."));
    } else {
        m_stateTitle->setText(tr("Nothing is open"));
        m_stateWords->setText(tr("Open a capture to see each of its datagrams as a tree."));
    }
}

} // namespace rivereto::ui
