// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/findings/findingpane.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

namespace rivereto::ui {

namespace {
constexpr int kHead = 40;
constexpr int kTextWidth = 720;
} // namespace

FindingPane::FindingPane(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme), m_mark(new QLabel), m_title(new QLabel), m_whose(new QLabel)
{
    setObjectName(QStringLiteral("findingPane"));
    setAttribute(Qt::WA_StyledBackground);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(buildHead());
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(buildBody());
    rows->addWidget(scroll, 1);
    connect(&theme, &Theme::changed, this, &FindingPane::syncLook);
    syncLook();
}

QWidget* FindingPane::buildHead()
{
    auto* head = new QFrame;
    head->setObjectName(QStringLiteral("findingHead"));
    head->setFixedHeight(kHead);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(16, 0, 12, 0);
    row->setSpacing(8);
    m_title->setProperty("role", "title");
    m_whose->setProperty("role", "secondary");
    m_whose->setMinimumWidth(40);
    m_whose->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_flows = new QPushButton(tr("Show flows"));
    m_exporter = new QPushButton(tr("Show exporter"));
    row->addWidget(m_mark);
    row->addWidget(m_title);
    row->addWidget(m_whose, 1);
    row->addWidget(m_flows);
    row->addWidget(m_exporter);
    connect(m_flows, &QPushButton::clicked, this, [this] { emit flowsAsked(m_condition); });
    connect(m_exporter, &QPushButton::clicked, this, [this] { emit exporterAsked(m_stream); });
    return head;
}

QLabel* FindingPane::addPart(QLayout& rows, const QString& title)
{
    auto* caption = new QLabel(title);
    caption->setProperty("role", "caption");
    auto* words = new QLabel;
    words->setWordWrap(true);
    words->setMaximumWidth(kTextWidth);
    words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    words->setAccessibleName(title);
    rows.addWidget(caption);
    rows.addWidget(words);
    return words;
}

QWidget* FindingPane::buildBody()
{
    auto* body = new QWidget;
    body->setObjectName(QStringLiteral("findingBody"));
    auto* rows = new QVBoxLayout(body);
    rows->setContentsMargins(16, 12, 16, 16);
    rows->setSpacing(4);
    m_evidence = addPart(*rows, tr("Evidence"));
    rows->addSpacing(8);
    m_cause = addPart(*rows, tr("Cause"));
    rows->addSpacing(8);
    m_next = addPart(*rows, tr("What to do"));
    m_configuration = new QWidget;
    m_configuration->setMaximumWidth(kTextWidth);
    auto* lines = new QVBoxLayout(m_configuration);
    lines->setContentsMargins(0, 8, 0, 0);
    auto* choice = new QHBoxLayout;
    m_vendors = new QComboBox;
    m_vendors->setAccessibleName(tr("Device"));
    m_vendors->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_copy = new QPushButton(tr("Copy"));
    m_copy->setToolTip(tr("Copy these lines"));
    choice->addWidget(m_vendors);
    choice->addStretch(1);
    choice->addWidget(m_copy);
    m_lines = new QPlainTextEdit;
    m_lines->setReadOnly(true);
    m_lines->setTabChangesFocus(true);
    m_lines->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_lines->setAccessibleName(tr("Configuration"));
    lines->addLayout(choice);
    lines->addWidget(m_lines);
    rows->addWidget(m_configuration);
    rows->addStretch(1);
    connect(m_vendors, &QComboBox::currentIndexChanged, this, &FindingPane::showLines);
    connect(m_copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_lines->toPlainText()); });
    return body;
}

void FindingPane::syncLook()
{
    setStyleSheet(QStringLiteral("#findingPane,#findingBody,QScrollArea{background:%1}"
                                 "#findingHead{background:%1;border-bottom:1px solid %2}"
                                 "QPlainTextEdit{background:%3;color:%4;border:1px solid %2;border-radius:4px;padding:4px}")
                      .arg(m_theme[Token::surface].name(), m_theme[Token::border].name(), m_theme[Token::background].name(), m_theme[Token::text].name()));
    m_lines->setFont(m_theme.fixedFont(12));
    QPixmap mark(QSize(14, 14) * devicePixelRatioF());
    mark.setDevicePixelRatio(devicePixelRatioF());
    mark.fill(Qt::transparent);
    if (m_shown) {
        QPainter painter(&mark);
        paintSeverity(painter, m_theme, {7, 7}, m_severity);
    }
    m_mark->setPixmap(mark);
}

/// The device that was chosen stays chosen for the next finding.
void FindingPane::show(const core::Finding* finding, const FindingsModel& model, const Clock& clock)
{
    m_shown = finding != nullptr;
    setEnabled(m_shown);
    m_steps = finding ? finding->steps : std::span<const core::FindingStep>();
    m_stream = finding ? finding->stream : core::StreamKey {};
    m_condition = finding ? finding->condition : std::string();
    m_severity = finding ? finding->severity : core::Severity::Note;
    m_title->setText(finding ? titleText(finding->kind) : tr("No finding chosen"));
    QStringList whose;
    if (finding) {
        whose << severityText(finding->severity) << model.exporterText(*finding);
        const auto when = [&](uint64_t ms) { return QStringLiteral("%1, %2").arg(clock.day(ms, true), clock.time(ms, 1000)); };
        if (finding->sinceMs > 0)
            whose << (finding->untilMs > finding->sinceMs ? tr("%1 – %2").arg(when(finding->sinceMs), when(finding->untilMs)) : when(finding->sinceMs));
    }
    m_whose->setText(whose.join(QStringLiteral(" · ")));
    m_mark->setAccessibleName(finding ? severityText(finding->severity) : QString());
    m_evidence->setText(finding ? sentenceText(finding->evidence) : QString());
    m_cause->setText(finding ? sentenceText(finding->cause) : QString());
    m_next->setText(finding ? sentenceText(finding->next) : QString());
    m_flows->setVisible(!m_condition.empty());
    m_exporter->setVisible(finding && !m_stream.exporter.isZero());
    const auto vendor = m_vendors->currentText();
    {
        const QSignalBlocker blocker(m_vendors);
        m_vendors->clear();
        for (const auto& step : m_steps)
            m_vendors->addItem(text(step.vendor));
        m_vendors->setCurrentIndex(std::max(0, m_vendors->findText(vendor)));
    }
    m_configuration->setVisible(!m_steps.empty());
    showLines();
    syncLook();
}

void FindingPane::showLines()
{
    const auto chosen = m_vendors->currentIndex();
    if (chosen < 0 || chosen >= static_cast<int>(m_steps.size()))
        return;
    const auto lines = text(m_steps[static_cast<size_t>(chosen)].lines);
    m_lines->setPlainText(lines);
    const auto height = QFontMetrics(m_lines->font()).lineSpacing() * (static_cast<int>(lines.count(QLatin1Char('\n'))) + 1);
    m_lines->setFixedHeight(height + 36);
}

} // namespace rivereto::ui
