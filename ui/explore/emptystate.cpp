// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/emptystate.h"

#include <algorithm>

#include <QGridLayout>
#include <QPainter>

#include "core/text/number.h"

namespace rivereto::ui {

namespace {

constexpr int kRung = 40;
constexpr int kBarLeft = 160;
constexpr int kBarWidth = 240;
constexpr int kCountRight = 510;
constexpr int kWidth = 900;

QString count(uint64_t n) { return text(core::formatCount(n)); }

} // namespace

Ladder::Ladder(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) { connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update)); }

void Ladder::set(std::vector<Rung> rungs)
{
    m_rungs = std::move(rungs);
    setFixedHeight(kRung * static_cast<int>(m_rungs.size()));
    QStringList lines;
    for (const auto& rung : m_rungs)
        lines << QStringLiteral("%1: %2. %3").arg(rung.name, count(rung.count), rung.note);
    setAccessibleName(lines.join(u'\n'));
    update();
}

void Ladder::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const uint64_t most = m_rungs.empty() ? 0 : m_rungs.front().count;
    const int barWidth = std::min(kBarWidth, std::max(60, width() / 4));
    const int countRight = kBarLeft + barWidth + (kCountRight - kBarLeft - kBarWidth);
    for (size_t i = 0; i < m_rungs.size(); ++i) {
        const auto& rung = m_rungs[i];
        const QRectF row(0, static_cast<double>(i) * kRung, width(), kRung);
        if (rung.culprit)
            painter.fillRect(row, m_theme[Token::warningGround]);
        else if (i > 0) {
            painter.setPen(m_theme[Token::softBorder]);
            painter.drawLine(row.topLeft(), row.topRight());
        }
        const auto put = [&](const QRectF& rect, int flags, const QFont& font, Token colour, const QString& words) {
            painter.setFont(font);
            painter.setPen(m_theme[colour]);
            painter.drawText(rect, flags | Qt::AlignVCenter | Qt::TextSingleLine, QFontMetricsF(font).elidedText(words, Qt::ElideRight, rect.width()));
        };
        const auto strong = m_theme.font(13, QFont::DemiBold);
        put(row.adjusted(16, 0, 0, 0), Qt::AlignLeft, rung.culprit ? strong : m_theme.font(13), Token::text, rung.name);
        const double share = most > 0 ? static_cast<double>(rung.count) / static_cast<double>(most) : 0;
        const QRectF bar(kBarLeft, row.center().y() - 4, barWidth, 8);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme[Token::softBorder]);
        painter.drawRoundedRect(bar, 2, 2);
        painter.setBrush(m_theme[Token::series1]);
        if (share > 0)
            painter.drawRoundedRect(QRectF(bar.topLeft(), QSizeF(std::max(2.0, bar.width() * share), bar.height())), 2, 2);
        put({kBarLeft + barWidth + 8.0, row.top(), countRight - kBarLeft - barWidth - 8.0, row.height()}, Qt::AlignRight, strong, Token::text, count(rung.count));
        put({countRight + 24.0, row.top(), width() - countRight - 40.0, row.height()}, Qt::AlignLeft, m_theme.font(12), rung.culprit ? Token::warning : Token::secondary, rung.note);
    }
}

EmptyState::EmptyState(Explorer& explorer, const Theme& theme, QWidget* parent)
    : QWidget(parent), m_explorer(explorer), m_theme(theme), m_title(new QLabel), m_words(new QLabel), m_box(new QFrame), m_ladder(new Ladder(theme)),
      m_widen(new QPushButton(tr("Widen the range"))), m_remove(new QPushButton(tr("Remove the filter"))), m_retry(new QPushButton(tr("Try again"))),
      m_widenNote(new QLabel), m_removeNote(new QLabel)
{
    setObjectName(QStringLiteral("state"));
    setAttribute(Qt::WA_StyledBackground);
    m_title->setProperty("role", "state");
    m_words->setProperty("role", "secondary");
    m_words->setWordWrap(true);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_box->setObjectName(QStringLiteral("box"));
    auto* inside = new QVBoxLayout(m_box);
    inside->setContentsMargins(5, 5, 5, 5);
    inside->addWidget(m_ladder);
    m_widen->setProperty("primary", true);
    auto* buttons = new QGridLayout;
    buttons->setHorizontalSpacing(32);
    buttons->setVerticalSpacing(8);
    int column = 0;
    for (auto* button : {m_widen, m_remove, m_retry})
        buttons->addWidget(button, 0, column++, Qt::AlignLeft);
    column = 0;
    for (auto* note : {m_widenNote, m_removeNote}) {
        note->setProperty("role", "small");
        buttons->addWidget(note, 1, column++, Qt::AlignLeft | Qt::AlignTop);
    }
    buttons->setColumnStretch(3, 1);

    auto* middle = new QWidget;
    middle->setMaximumWidth(kWidth);
    auto* rows = new QVBoxLayout(middle);
    rows->setContentsMargins(0, 48, 0, 24);
    rows->setSpacing(10);
    rows->addWidget(m_title);
    rows->addWidget(m_words);
    rows->addSpacing(8);
    rows->addWidget(m_box);
    rows->addSpacing(10);
    rows->addLayout(buttons);
    rows->addStretch(1);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(32, 0, 32, 0);
    row->addStretch(1);
    row->addWidget(middle, 100);
    row->addStretch(1);

    const auto icons = [this] {
        m_widen->setIcon(m_theme.icon(QStringLiteral("widen"), Token::onAccent));
        m_remove->setIcon(m_theme.icon(QStringLiteral("filter")));
        m_retry->setIcon(m_theme.icon(QStringLiteral("refresh")));
    };
    connect(&theme, &Theme::changed, this, icons);
    icons();
    connect(m_widen, &QPushButton::clicked, this, [this] { m_explorer.setRange({}); });
    connect(m_remove, &QPushButton::clicked, this, [this] { m_explorer.setFilter({}); });
    connect(m_retry, &QPushButton::clicked, this, [this] { m_explorer.refresh(); });
}

void EmptyState::show(const QString& title, const QString& words, bool ladder)
{
    m_title->setText(title);
    m_words->setText(words);
    m_words->setVisible(!words.isEmpty());
    m_box->setVisible(ladder);
    for (auto* widget : std::initializer_list<QWidget*>{m_widen, m_remove, m_retry, m_widenNote, m_removeNote})
        widget->hide();
}

void EmptyState::showEmpty(const Answer& answer)
{
    const auto& result = *answer.result;
    if (answer.status.rows == 0)
        return showWaiting(tr("No flows yet"), tr("The database is empty. Flows appear here as soon as they arrive."));
    const bool ranged = answer.asked.range.kind != RangeChoice::Kind::All;
    const bool filtered = !answer.asked.query.filter.empty();
    const auto outside = result.rowsStored - std::min(result.rowsStored, result.rowsInRange);
    QString words;
    if (result.rowsInRange == 0)
        words = tr("The database holds %1 flows, and none of them lies in this time range.").arg(count(result.rowsStored));
    else
        words = tr("This range holds %1 flows, and the filter leaves none of them.").arg(count(result.rowsInRange));
    show(result.rowsInRange == 0 ? tr("No flow in this range") : tr("No flow matches"), words, true);
    std::vector<Rung> rungs{{tr("stored"), result.rowsStored, m_explorer.clock().range(answer.status.range)}};
    rungs.push_back({tr("in this time range"), result.rowsInRange,
                     outside > 0 ? tr("%1 lie outside %2").arg(count(outside), m_explorer.clock().range(result.range)) : QString(), result.rowsInRange == 0});
    if (filtered && result.rowsInRange > 0)
        rungs.push_back({tr("matching the filter"), result.rowsMatched, tr("the filter leaves none of them"), true});
    m_ladder->set(std::move(rungs));

    const bool widenHelps = ranged && outside > 0;
    m_widen->setVisible(widenHelps);
    m_remove->setVisible(filtered && result.rowsInRange > 0);
    if (widenHelps) {
        m_widenNote->setVisible(true);
        m_widenNote->setText(answer.matchedAnywhere ? tr("to all of the database: %1 flows match").arg(count(*answer.matchedAnywhere)) : tr("to all of the database"));
    }
    if (m_remove->isVisibleTo(this)) {
        m_removeNote->setVisible(true);
        m_removeNote->setText(tr("shows all %1 flows of this range").arg(count(result.rowsInRange)));
    }
}

void EmptyState::showError(const core::Error& error)
{
    show(error.span ? tr("The filter cannot be used") : tr("The question could not be answered"), errorText(error), false);
    m_retry->setVisible(!error.span);
    m_remove->setVisible(error.span.has_value());
}

void EmptyState::showWaiting(const QString& title, const QString& words) { show(title, words, false); }

} // namespace rivereto::ui
