// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/csvdialog.h"

#include <algorithm>

#include <QCryptographicHash>
#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QVBoxLayout>

namespace rivereto::ui {

namespace {

constexpr QSize kSize(960, 620);
constexpr int kFieldWidth = 200, kRowHeight = 26, kChoiceHeight = 40;
constexpr int kMostMinutes = 24 * 60, kZoneStep = 30;

QString numbered(qsizetype field) { return QStringLiteral("#%1").arg(field + 1); }

/// "time" of "SrcAddr=#1+time=ms"; empty when it is not there.
QString wordOf(const QString& mapping, const QString& key)
{
    for (const auto& part : mapping.split(u'+')) {
        if (part.section(u'=', 0, 0) == key)
            return part.section(u'=', 1);
    }
    return {};
}

void select(QComboBox& box, const QVariant& data) { box.setCurrentIndex(std::max(0, box.findData(data))); }

QComboBox* comboOf(const QList<std::pair<QString, QString>>& entries, const QString& name)
{
    auto* out = new QComboBox;
    for (const auto& [label, data] : entries)
        out->addItem(label, data);
    out->setAccessibleName(name);
    return out;
}

} // namespace

CsvDialog::CsvDialog(Backend& backend, const Theme& theme, const QString& path, QWidget* parent) : QDialog(parent), m_backend(backend), m_theme(theme)
{
    setWindowTitle(tr("Fields of %1").arg(QFileInfo(path).fileName()));
    resize(kSize);
    m_preview.path = path;
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(20, 18, 20, 16);
    rows->setSpacing(12);
    auto* about = new QLabel(tr("Choose above the samples what each field is. What the names say is chosen already."));
    about->setWordWrap(true);
    rows->addWidget(about);
    rows->addWidget(buildTable(), 1);
    rows->addLayout(buildForm());
    m_message = new QLabel(tr("Looking at the file …"));
    m_message->setWordWrap(true);
    rows->addWidget(m_message);
    m_buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    openButton().setText(tr("&Open"));
    openButton().setEnabled(false);
    rows->addWidget(m_buttons);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &CsvDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(&backend, &Backend::csvPreviewed, this, &CsvDialog::setPreview);
    connect(&theme, &Theme::changed, this, &CsvDialog::syncLook);
    syncLook();
    askWith({});
}

QWidget* CsvDialog::buildTable()
{
    auto* box = new QFrame;
    box->setObjectName(QStringLiteral("box"));
    auto* inside = new QVBoxLayout(box);
    inside->setContentsMargins(1, 1, 1, 1);
    m_table = new QTableWidget;
    m_table->setAccessibleName(tr("Fields and samples"));
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setMinimumSectionSize(kRowHeight);
    m_table->verticalHeader()->setDefaultSectionSize(kRowHeight);
    m_table->horizontalHeader()->setDefaultSectionSize(kFieldWidth);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    // Tab goes from choice to choice, and out again.
    m_table->setTabKeyNavigation(false);
    inside->addWidget(m_table);
    return box;
}

QLayout* CsvDialog::buildForm()
{
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    const auto add = [row](const QString& label, QWidget* field) {
        auto* caption = new QLabel(label);
        caption->setBuddy(field);
        row->addWidget(caption);
        row->addWidget(field);
        row->addSpacing(12);
    };
    m_delimiter = comboOf({{tr("Comma"), QStringLiteral("comma")}, {tr("Semicolon"), QStringLiteral("semicolon")}, {tr("Tab"), QStringLiteral("tab")}, {tr("Bar"), QStringLiteral("pipe")}},
                          tr("What separates the fields"));
    m_time = comboOf({{tr("As they look"), QString()}, {tr("Seconds since 1970"), QStringLiteral("s")}, {tr("Milliseconds since 1970"), QStringLiteral("ms")},
                      {tr("Microseconds since 1970"), QStringLiteral("us")}, {tr("Nanoseconds since 1970"), QStringLiteral("ns")}, {tr("Dates, day first"), QStringLiteral("dmy")},
                      {tr("Dates, month first"), QStringLiteral("mdy")}}, tr("What times are"));
    m_zone = new QSpinBox;
    m_zone->setRange(-kMostMinutes, kMostMinutes);
    m_zone->setSingleStep(kZoneStep);
    m_zone->setSuffix(tr(" min"));
    m_zone->setAccessibleName(tr("Minutes that the times are ahead of UTC"));
    m_zone->setToolTip(tr("Of times that name no zone themselves: 60 in Paris in winter, −300 in New York."));
    add(tr("&Delimiter"), m_delimiter);
    add(tr("&Times"), m_time);
    add(tr("&Ahead of UTC"), m_zone);
    row->addStretch(1);
    connect(m_delimiter, &QComboBox::activated, this, [this] { askWith(QStringLiteral("delimiter=") + m_delimiter->currentData().toString()); });
    return row;
}

void CsvDialog::askWith(const QString& mapping)
{
    m_preview.mapping = mapping;
    openButton().setEnabled(false);
    m_backend.previewCsv(m_preview.path, mapping);
}

void CsvDialog::setPreview(const CsvPreview& preview)
{
    // Another window may have asked, or this one again since.
    if (preview.path != m_preview.path || preview.mapping != m_preview.mapping)
        return;
    m_preview = preview;
    const QString marks = QStringLiteral(",;\t|");
    if (const auto at = marks.indexOf(preview.delimiter); at >= 0)
        m_delimiter->setCurrentIndex(static_cast<int>(at));
    fillColumns();
    fillTable();
    if (!recall())
        return;
    check();
    if (!m_choices.isEmpty() && !m_delimiter->hasFocus())
        m_choices.first()->setFocus(Qt::OtherFocusReason);
}

/// One list for all choices: there may be hundreds of fields.
void CsvDialog::fillColumns()
{
    qDeleteAll(std::exchange(m_choices, {}));
    m_columns.clear();
    const auto add = [this](const QString& text, const QString& name) {
        auto* item = new QStandardItem(text);
        item->setData(name, Qt::UserRole);
        m_columns.appendRow(item);
        return item;
    };
    add(tr("not used"), QString());
    QString group;
    for (const auto& column : m_preview.columns) {
        if (column.group != std::exchange(group, column.group)) {
            auto* heading = add(column.group, QStringLiteral("-"));
            heading->setEnabled(false);
            heading->setSelectable(false);
        }
        add(column.label, column.name)->setToolTip(column.name);
    }
}

void CsvDialog::fillTable()
{
    m_table->clear();
    m_table->setColumnCount(static_cast<int>(m_preview.fields.size()));
    m_table->setRowCount(m_preview.fields.isEmpty() ? 0 : static_cast<int>(m_preview.samples.size()) + 1);
    for (int field = 0; field < m_table->columnCount(); ++field) {
        const auto& told = m_preview.fields[field];
        const auto name = told.name.isEmpty() ? numbered(field) : told.name;
        m_table->setHorizontalHeaderItem(field, new QTableWidgetItem(name));
        m_table->horizontalHeaderItem(field)->setToolTip(name);
        auto* box = new QComboBox;
        box->setModel(&m_columns);
        box->setAccessibleName(tr("Column for the field %1").arg(name));
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->view()->setMinimumWidth(2 * kFieldWidth);
        box->setFocusPolicy(Qt::StrongFocus);
        box->installEventFilter(this);
        select(*box, told.guess);
        connect(box, &QComboBox::currentIndexChanged, this, &CsvDialog::check);
        auto* cell = new QWidget;
        auto* inside = new QHBoxLayout(cell);
        inside->setContentsMargins(4, 0, 4, 0);
        inside->addWidget(box);
        m_table->setCellWidget(0, field, cell);
        m_choices << box;
        for (qsizetype row = 0; row < m_preview.samples.size(); ++row)
            m_table->setItem(static_cast<int>(row) + 1, field, new QTableWidgetItem(m_preview.samples[row].value(field)));
    }
    if (m_table->rowCount() > 0)
        m_table->setRowHeight(0, kChoiceHeight);
}

bool CsvDialog::eventFilter(QObject* watched, QEvent* event)
{
    auto* box = qobject_cast<QComboBox*>(watched);
    const auto field = box ? m_choices.indexOf(box) : -1;
    if (field >= 0 && event->type() == QEvent::FocusIn)
        m_table->scrollTo(m_table->model()->index(0, static_cast<int>(field)));
    // The wheel is for the table; it must not change what is under it on the way.
    if (field >= 0 && event->type() == QEvent::Wheel) {
        event->ignore();
        return true;
    }
    return QDialog::eventFilter(watched, event);
}

QString CsvDialog::preferenceName() const
{
    return QStringLiteral("csv/") + QString::fromLatin1(QCryptographicHash::hash(m_preview.headerLine, QCryptographicHash::Sha256).toHex().left(32));
}

void CsvDialog::remember()
{
    // All fields by number: what their names say may be another guess some day.
    QStringList words;
    for (qsizetype field = 0; field < m_choices.size(); ++field) {
        if (!chosen(field).isEmpty())
            words << chosen(field) + u'=' + numbered(field);
    }
    words << QStringLiteral("delimiter=") + m_delimiter->currentData().toString();
    words << QStringLiteral("time=") + m_time->currentData().toString();
    words << QStringLiteral("zone=%1").arg(m_zone->value());
    m_backend.setPreference(preferenceName(), words.join(u'+'));
}

/// False when it has to be looked at again, as it was read before.
bool CsvDialog::recall()
{
    const auto kept = m_preview.headerLine.isEmpty() ? QString() : m_backend.preference(preferenceName());
    if (kept.isEmpty())
        return true;
    const auto delimiter = wordOf(kept, QStringLiteral("delimiter"));
    if (delimiter != m_delimiter->currentData().toString()) {
        // Unless the user just wants another one.
        if (!m_preview.mapping.isEmpty() || m_delimiter->findData(delimiter) < 0)
            return true;
        askWith(QStringLiteral("delimiter=") + delimiter);
        return false;
    }
    for (auto* box : std::as_const(m_choices))
        box->setCurrentIndex(0);
    for (const auto& part : kept.split(u'+')) {
        const auto number = part.section(u'=', 1);
        const auto field = number.startsWith(u'#') ? number.mid(1).toLongLong() - 1 : -1;
        if (field >= 0 && field < m_choices.size())
            select(*m_choices[field], part.section(u'=', 0, 0));
    }
    select(*m_time, wordOf(kept, QStringLiteral("time")));
    m_zone->setValue(wordOf(kept, QStringLiteral("zone")).toInt());
    return true;
}

bool CsvDialog::isChosen(const QString& column) const
{
    return std::ranges::any_of(m_choices, [&](const QComboBox* box) { return box->currentData() == column; });
}

/// Whether a column has the fields that their names say.
bool CsvDialog::asGuessed(const QString& column) const
{
    for (qsizetype field = 0; field < m_choices.size(); ++field) {
        if ((m_preview.fields[field].guess == column) != (chosen(field) == column))
            return false;
    }
    return true;
}

QString CsvDialog::mapping() const
{
    QStringList words;
    for (qsizetype field = 0; field < m_choices.size(); ++field) {
        const auto column = chosen(field);
        const auto& told = m_preview.fields[field];
        // Where nothing is changed the reader knows more: which of two fields counts first, and what belongs together.
        if (!column.isEmpty() && !asGuessed(column) && !(told.part && told.guess == column))
            words << column + u'=' + numbered(field);
    }
    words << QStringLiteral("delimiter=") + m_delimiter->currentData().toString();
    if (m_time->currentIndex() > 0)
        words << QStringLiteral("time=") + m_time->currentData().toString();
    if (m_zone->value() != 0)
        words << QStringLiteral("zone=%1").arg(m_zone->value());
    return words.join(u'+');
}

/// What there must be beside what is chosen; empty: nothing.
QString CsvDialog::missing() const
{
    const auto any = [this](std::initializer_list<const char*> columns) { return std::ranges::any_of(columns, [this](const char* name) { return isChosen(QLatin1String(name)); }); };
    const bool what = any({"SrcAddr", "DstAddr", "Bytes"});
    const bool when = any({"TimeReceived", "TimeFlowStart", "TimeFlowEnd"});
    return !what && !when ? tr("Choose at least an address or the bytes, and a time.")
        : !what           ? tr("Choose at least an address or the bytes.")
        : !when           ? tr("Choose a time: when a flow was received, began or ended.")
                          : QString();
}

/// What will not go as chosen, or what is not shown.
QString CsvDialog::note() const
{
    for (qsizetype field = 0; field < m_choices.size(); ++field) {
        const auto& told = m_preview.fields[field];
        if (!told.guess.isEmpty() && chosen(field).isEmpty() && (told.part || !isChosen(told.guess)))
            return tr("“%1” is read by its name all the same, as long as no other field is chosen for that column.").arg(told.name);
    }
    return m_preview.fieldsLeft > 0 ? tr("The last %n fields are not shown; those with usual names are read.", nullptr, m_preview.fieldsLeft) : QString();
}

void CsvDialog::check()
{
    const auto wrong = !m_preview.error.isEmpty() ? m_preview.error : missing();
    m_message->setProperty("role", wrong.isEmpty() ? "small" : "error");
    m_message->setText(wrong.isEmpty() ? note() : wrong);
    m_message->style()->unpolish(m_message);
    m_message->style()->polish(m_message);
    openButton().setEnabled(wrong.isEmpty());
}

void CsvDialog::accept()
{
    if (!openButton().isEnabled())
        return;
    remember();
    emit openAsked(m_preview.path, mapping());
    QDialog::accept();
}

void CsvDialog::syncLook()
{
    m_table->setStyleSheet(QStringLiteral("QTableWidget::item{padding:0 8px;border-bottom:1px solid %1}"
                                          "QHeaderView::section{background:%2;color:%3;border:none;border-bottom:1px solid %4;padding:5px 7px;font-size:12px;font-weight:600}")
                               .arg(m_theme[Token::softBorder].name(), m_theme[Token::background].name(), m_theme[Token::secondary].name(), m_theme[Token::border].name()));
}

} // namespace rivereto::ui
