// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/jobstrip.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QStyle>

#include "core/text/number.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {
constexpr int kHeight = 40;
constexpr int kSteps = 1000;
} // namespace

JobStrip::JobStrip(Backend& backend, QWidget* parent)
    : QFrame(parent), m_backend(backend), m_title(new QLabel), m_figures(new QLabel), m_bar(new QProgressBar), m_list(new QPushButton), m_pause(new QPushButton)
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
    m_list->setObjectName(QStringLiteral("jobFiles"));
    m_pause->setObjectName(QStringLiteral("pauseJob"));
    auto* cancel = new QPushButton(tr("Cancel"));
    cancel->setObjectName(QStringLiteral("cancelJob"));
    row->addWidget(m_title);
    row->addWidget(m_bar, 1);
    row->addWidget(m_figures);
    row->addWidget(m_list);
    row->addWidget(m_pause);
    row->addWidget(cancel);
    connect(m_list, &QPushButton::clicked, this, &JobStrip::showFiles);
    connect(m_pause, &QPushButton::clicked, this, [this] { m_backend.setJobPaused(!m_backend.job().paused); });
    connect(cancel, &QPushButton::clicked, this, [this] { m_backend.cancelJob(); });
    connect(&backend, &Backend::jobChanged, this, &JobStrip::sync);
    sync();
}

void JobStrip::sync()
{
    const auto job = m_backend.job();
    setVisible(job.running);
    if (!job.running) {
        if (m_files)
            m_files->close();
        return;
    }
    m_title->setText(QFontMetrics(m_title->font()).elidedText(job.title, Qt::ElideMiddle, m_title->maximumWidth()));
    m_bar->setRange(0, job.share < 0 ? 0 : kSteps);
    m_bar->setValue(static_cast<int>(job.share * kSteps));
    QStringList figures;
    if (job.share >= 0)
        figures << text(core::formatPercent(job.share));
    figures << tr("%1 flows").arg(text(core::formatCount(job.flows)));
    if (job.flowsPerSecond > 0)
        figures << quantity(job.flowsPerSecond, tr("flows/s"));
    if (job.paused)
        figures << tr("paused");
    else if (job.secondsLeft >= 1)
        figures << tr("%1 left").arg(lengthText(static_cast<uint64_t>(job.secondsLeft) * 1000));
    m_figures->setText(figures.join(QStringLiteral(" · ")));
    m_pause->setVisible(job.mayPause);
    m_pause->setText(job.paused ? tr("Resume") : tr("Pause"));
    syncFiles(job);
}

void JobStrip::syncFiles(const JobStatus& job)
{
    const auto count = job.files ? job.files->size() : 0;
    m_list->setVisible(count > 1);
    if (count < 2)
        return;
    const auto done = std::ranges::count_if(*job.files, [](const JobFile& file) { return file.state != JobFile::State::Waiting && file.state != JobFile::State::Reading; });
    m_list->setText(tr("%1 of %2 files").arg(QString::number(done), QString::number(count)));
    if (m_files)
        m_files->setFiles(*job.files);
}

void JobStrip::showFiles()
{
    if (!m_files)
        m_files = new JobFiles(this);
    syncFiles(m_backend.job());
    m_files->openBelow(*m_list);
}

Banner::Banner(const Theme& theme, QWidget* parent) : QFrame(parent), m_theme(theme), m_mark(new QLabel), m_words(new QLabel), m_close(new QPushButton)
{
    setObjectName(QStringLiteral("banner"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 6, 12, 6);
    row->setSpacing(10);
    m_close->setProperty("icon", true);
    m_close->setFlat(true);
    m_close->setStyleSheet(QStringLiteral("QPushButton{border:none;background:transparent}"));
    m_close->setAccessibleName(tr("Close the message"));
    m_words->setWordWrap(true);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_words->setObjectName(QStringLiteral("bannerText"));
    row->addWidget(m_mark, 0, Qt::AlignTop);
    row->addWidget(m_words, 1);
    row->addWidget(m_close, 0, Qt::AlignTop);
    connect(&theme, &Theme::changed, this, &Banner::restyle);
    restyle();
    connect(m_close, &QPushButton::clicked, this, &QWidget::hide);
    hide();
}

void Banner::restyle()
{
    m_mark->setPixmap(m_theme.pixmap(m_good ? QStringLiteral("check") : QStringLiteral("warning"), m_good ? Token::good : Token::warningMark, 16, devicePixelRatioF()));
    m_close->setIcon(m_theme.icon(QStringLiteral("close"), m_good ? Token::secondary : Token::warning));
}

void Banner::show(const QString& what, bool good)
{
    m_words->setText(what);
    m_good = good;
    setProperty("good", good);
    for (auto* widget : std::initializer_list<QWidget*>{this, m_words})
        widget->style()->polish(widget);
    restyle();
    setVisible(true);
}

} // namespace rivereto::ui
