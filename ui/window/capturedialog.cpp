// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/capturedialog.h"

#include <QFormLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QVBoxLayout>

namespace rivereto::ui {

namespace {

constexpr QSize kSize(640, 440);
constexpr int kLeastOctets = 64, kMostOctets = 262144;
constexpr int kNameWidth = 150, kStateWidth = 100;
const QString kFilterPreference = QStringLiteral("captureFilter");
const QString kSnapLengthPreference = QStringLiteral("snapLength");
const QString kInterfacePreference = QStringLiteral("captureInterface");

} // namespace

CaptureDialog::CaptureDialog(Backend& backend, QWidget* parent)
    : QDialog(parent), m_backend(backend), m_interfaces(new QTreeWidget), m_filter(new QLineEdit), m_problem(new QLabel), m_snapLength(new QSpinBox),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel))
{
    setWindowTitle(tr("Capture from an interface"));
    resize(kSize);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(20, 18, 20, 16);
    rows->setSpacing(12);
    m_interfaces->setColumnCount(3);
    m_interfaces->setHeaderLabels({tr("Interface"), tr("State"), tr("Addresses")});
    m_interfaces->setRootIsDecorated(false);
    m_interfaces->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_interfaces->setColumnWidth(0, kNameWidth);
    m_interfaces->setColumnWidth(1, kStateWidth);
    m_interfaces->header()->setStretchLastSection(true);
    m_interfaces->setAccessibleName(tr("Interfaces"));
    rows->addWidget(m_interfaces, 1);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    m_filter->setPlaceholderText(tr("everything; or host 192.0.2.1 and not port 22"));
    m_filter->setText(backend.preference(kFilterPreference));
    m_filter->setClearButtonEnabled(true);
    form->addRow(tr("Capture &filter"), m_filter);
    m_problem->setProperty("role", "error");
    m_problem->setWordWrap(true);
    form->addRow(QString(), m_problem);
    m_snapLength->setRange(kLeastOctets, kMostOctets);
    const int octets = backend.preference(kSnapLengthPreference).toInt();
    m_snapLength->setValue(octets > 0 ? octets : 256);
    m_snapLength->setSuffix(tr(" octets"));
    m_snapLength->setToolTip(tr("How much of each packet is looked at: 256 are enough for headers and most server names."));
    form->addRow(tr("&Of each packet"), m_snapLength);
    rows->addLayout(form);
    rows->addWidget(m_buttons);
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("&Capture"));
    connect(m_buttons, &QDialogButtonBox::accepted, this, &CaptureDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_filter, &QLineEdit::textChanged, this, &CaptureDialog::check);
    connect(m_interfaces, &QTreeWidget::itemSelectionChanged, this, &CaptureDialog::check);
    connect(m_interfaces, &QTreeWidget::itemDoubleClicked, this, &CaptureDialog::accept);
    connect(&backend, &Backend::interfacesListed, this, &CaptureDialog::setInterfaces);
    check();
    backend.listInterfaces();
}

void CaptureDialog::setInterfaces(const QList<InterfaceInfo>& interfaces, const QString& problem)
{
    m_interfaces->clear();
    const auto last = m_backend.preference(kInterfacePreference);
    for (const auto& one : interfaces) {
        auto* item = new QTreeWidgetItem(m_interfaces, {one.name, one.state, one.addresses.isEmpty() ? one.description : one.addresses.join(QStringLiteral(", "))});
        item->setToolTip(2, one.description);
        if (one.name == last)
            m_interfaces->setCurrentItem(item);
    }
    if (!m_interfaces->currentItem() && m_interfaces->topLevelItemCount() > 0)
        m_interfaces->setCurrentItem(m_interfaces->topLevelItem(0));
    if (!problem.isEmpty()) {
        m_problem->setText(problem);
        m_problem->show();
    }
}

QStringList CaptureDialog::chosen() const
{
    QStringList out;
    for (const auto* item : m_interfaces->selectedItems())
        out << item->text(0);
    return out;
}

void CaptureDialog::check()
{
    const auto wrong = m_backend.captureFilterError(m_filter->text());
    m_problem->setText(wrong);
    m_problem->setVisible(!wrong.isEmpty());
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(wrong.isEmpty() && !chosen().isEmpty());
}

void CaptureDialog::accept()
{
    if (!m_buttons->button(QDialogButtonBox::Ok)->isEnabled())
        return;
    m_backend.setPreference(kFilterPreference, m_filter->text());
    m_backend.setPreference(kSnapLengthPreference, QString::number(m_snapLength->value()));
    m_backend.setPreference(kInterfacePreference, chosen().first());
    m_backend.startCapture(chosen(), m_filter->text(), static_cast<unsigned>(m_snapLength->value()));
    QDialog::accept();
}

} // namespace rivereto::ui
