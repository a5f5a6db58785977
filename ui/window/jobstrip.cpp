// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/jobstrip.h"

#include <QHBoxLayout>
#include <QPushButton>

#include "core/text/number.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {
constexpr int kHeight = 40;
constexpr int kSteps = 1000;
} // namespace

JobStrip::JobStrip(Backend& backend, QWidget* parent)
    : QFrame(parent), m_backend(backend), m_title(new QLabel), m_figures(new QLabel), m_bar(new QProgressBar)
{
    setObjectName(QStringLiteral("toolbar"));
    setFixedHeight(kHeight);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 0, 12, 0);
    row->setSpacing(16);
    m_title->setMaximumWidth(420);
    m_figures->setProperty("role", "small");
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress"));
    auto* cancel = new QPushButton(tr("Cancel"));
    cancel->setObjectName(QStringLiteral("cancelJob"));
    row->addWidget(m_title);
    row->addWidget(m_bar, 1);
    row->addWidget(m_figures);
    row->addWidget(cancel);
    connect(cancel, &QPushButton::clicked, this, [this] { m_backend.cancelJob(); });
    connect(&backend, &Backend::jobChanged, this, &JobStrip::sync);
    sync();
}

void JobStrip::sync()
{
    const auto job = m_backend.job();
    setVisible(job.running);
    if (!job.running)
        return;
    m_title->setText(QFontMetrics(m_title->font()).elidedText(job.title, Qt::ElideMiddle, m_title->maximumWidth()));
    m_bar->setRange(0, job.share < 0 ? 0 : kSteps);
    m_bar->setValue(static_cast<int>(job.share * kSteps));
    QStringList figures;
    if (job.share >= 0)
        figures << text(core::formatPercent(job.share));
    figures << tr("%1 flows").arg(text(core::formatCount(job.flows)));
    if (job.flowsPerSecond > 0)
        figures << quantity(job.flowsPerSecond, tr("flows/s"));
    m_figures->setText(figures.join(QStringLiteral(" · ")));
}

Banner::Banner(const Theme& theme, QWidget* parent) : QFrame(parent), m_words(new QLabel)
{
    setObjectName(QStringLiteral("banner"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 6, 12, 6);
    row->setSpacing(10);
    auto* mark = new QLabel;
    auto* close = new QPushButton;
    close->setProperty("icon", true);
    close->setFlat(true);
    close->setStyleSheet(QStringLiteral("QPushButton{border:none;background:transparent}"));
    close->setAccessibleName(tr("Close the message"));
    m_words->setWordWrap(true);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_words->setObjectName(QStringLiteral("bannerText"));
    row->addWidget(mark, 0, Qt::AlignTop);
    row->addWidget(m_words, 1);
    row->addWidget(close, 0, Qt::AlignTop);
    const auto icons = [&theme, mark, close] {
        mark->setPixmap(theme.pixmap(QStringLiteral("warning"), Token::warningMark, 16, mark->devicePixelRatioF()));
        close->setIcon(theme.icon(QStringLiteral("close"), Token::warning));
    };
    connect(&theme, &Theme::changed, this, icons);
    icons();
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    hide();
}

void Banner::say(const QString& what)
{
    m_words->setText(what);
    show();
}

} // namespace rivereto::ui
