// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/emptystate.h"

#include <algorithm>

#include <QGridLayout>
#include <QPainter>

#include "core/text/number.h"
#include "ui/filter/filtercolours.h"

namespace rivereto::ui {

namespace {

constexpr int kRung = 40;
constexpr int kBarLeft = 160;
constexpr int kBarWidth = 240;
constexpr int kCountRight = 510;
constexpr int kWidth = 900;
constexpr int kLostWidth = 92;
constexpr int kConditionsHead = 36;
constexpr int kCondition = 26;

QString count(uint64_t n) { return text(core::formatCount(n)); }

} // namespace

Ladder::Ladder(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) { connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update)); }

void Ladder::set(std::vector<Rung> rungs, const std::vector<Answer::Condition>& conditions, std::shared_ptr<const core::Schema> schema)
{
    m_rungs = std::move(rungs);
    m_conditions = conditions;
    m_schema = std::move(schema);
    const int below = m_conditions.empty() ? 0 : kConditionsHead + kCondition * static_cast<int>(m_conditions.size()) + 8;
    setFixedHeight(kRung * static_cast<int>(m_rungs.size()) + below);
    QStringList lines;
    for (const auto& rung : m_rungs)
        lines << QStringLiteral("%1: %2. %3").arg(rung.name, count(rung.count), rung.note);
    for (const auto& condition : m_conditions)
        lines << QStringLiteral("%1: %2").arg(text(condition.filter), count(condition.rows));
    setAccessibleName(lines.join(u'\n'));
    update();
}

void Ladder::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (size_t i = 0; i < m_rungs.size(); ++i)
        paintRung(painter, i);
    if (!m_conditions.empty())
        paintConditions(painter, kRung * static_cast<int>(m_rungs.size()));
}

void Ladder::paintRung(QPainter& painter, size_t number) const
{
    const auto& rung = m_rungs[number];
    const int barWidth = std::min(kBarWidth, std::max(60, width() / 4));
    const double countRight = kBarLeft + barWidth + (kCountRight - kBarLeft - kBarWidth);
    const QRectF row(0, static_cast<double>(number) * kRung, width(), kRung);
    if (rung.culprit)
        painter.fillRect(row, m_theme[Token::warningGround]);
    else if (number > 0) {
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
    const auto most = m_rungs.front().count;
    const double share = most > 0 ? static_cast<double>(rung.count) / static_cast<double>(most) : 0;
    const QRectF bar(kBarLeft, row.center().y() - 4, barWidth, 8);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme[Token::softBorder]);
    painter.drawRoundedRect(bar, 2, 2);
    painter.setBrush(m_theme[Token::series1]);
    if (share > 0)
        painter.drawRoundedRect(QRectF(bar.topLeft(), QSizeF(std::max(2.0, bar.width() * share), bar.height())), 2, 2);
    put({kBarLeft + barWidth + 8.0, row.top(), countRight - kBarLeft - barWidth - 8.0, row.height()}, Qt::AlignRight, strong, Token::text, count(rung.count));
    const auto before = number > 0 ? m_rungs[number - 1].count : rung.count;
    const double lostRight = countRight + kLostWidth;
    if (before > rung.count)
        put({countRight, row.top(), static_cast<double>(kLostWidth), row.height()}, Qt::AlignRight, m_theme.font(13), rung.culprit ? Token::warning : Token::secondary,
            QStringLiteral("−%1").arg(count(before - rung.count)));
    put({lostRight + 16.0, row.top(), width() - lostRight - 32.0, row.height()}, Qt::AlignLeft, m_theme.font(12), rung.culprit ? Token::warning : Token::secondary, rung.note);
}

void Ladder::paintConditions(QPainter& painter, int top) const
{
    painter.setFont(m_theme.font(12));
    painter.setPen(m_theme[Token::secondary]);
    painter.drawText(QRect(16, top, width() - 32, kConditionsHead), Qt::AlignLeft | Qt::AlignVCenter, tr("Each condition alone, in this range:"));
    const int barWidth = std::min(kBarWidth, std::max(60, width() / 4));
    const int countRight = kBarLeft + barWidth + (kCountRight - kBarLeft - kBarWidth);
    int y = top + kConditionsHead;
    for (const auto& condition : m_conditions) {
        const bool none = condition.rows == 0;
        painter.drawPixmap(16, y + (kCondition - 14) / 2, m_theme.pixmap(none ? QStringLiteral("warning") : QStringLiteral("check"), none ? Token::warningMark : Token::good, 14, devicePixelRatioF()));
        paintFilter(painter, QRect(38, y, countRight - 130, kCondition), text(condition.filter), *m_schema, m_theme);
        painter.setFont(m_theme.font(13, none ? QFont::DemiBold : QFont::Normal));
        painter.setPen(m_theme[none ? Token::warning : Token::text]);
        painter.drawText(QRect(countRight - 90, y, 90, kCondition), Qt::AlignRight | Qt::AlignVCenter, count(condition.rows));
        painter.setFont(m_theme.font(12));
        painter.setPen(m_theme[Token::secondary]);
        painter.drawText(QRect(countRight + 8, y, 120, kCondition), Qt::AlignLeft | Qt::AlignVCenter, tr("flows"));
        y += kCondition;
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

/// Received → decoded → stored → in this range → matching; what is not known is left out.
std::vector<Rung> EmptyState::rungsOf(const Answer& answer) const
{
    const auto& result = *answer.result;
    const auto& clock = m_explorer.clock();
    std::vector<Rung> out;
    if (const auto& received = answer.status.received) {
        out.push_back({tr("received"), received->records, tr("records on the wire")});
        out.push_back({tr("decoded"), received->flows, received->flows < received->records ? tr("records without a template, or without traffic, give no flow") : QString()});
    }
    out.push_back({tr("stored"), result.rowsStored, clock.range(answer.status.range)});
    const auto outside = result.rowsStored - std::min(result.rowsStored, result.rowsInRange);
    out.push_back({tr("in this time range"), result.rowsInRange, outside > 0 ? tr("the others lie outside %1").arg(clock.range(result.range)) : QString(), result.rowsInRange == 0});
    if (!answer.asked.query.filter.empty() && result.rowsInRange > 0)
        out.push_back({tr("matching the filter"), result.rowsMatched, tr("the filter leaves none of them"), true});
    return out;
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
    m_ladder->set(rungsOf(answer), result.rowsInRange > 0 ? answer.conditions : std::vector<Answer::Condition>(), m_explorer.schema());

    const bool widenHelps = ranged && outside > 0 && answer.matchedAnywhere.value_or(1) > 0;
    m_widen->setVisible(widenHelps);
    m_remove->setVisible(filtered && result.rowsInRange > 0);
    if (widenHelps) {
        m_widenNote->setVisible(true);
        auto note = tr("to all of the database");
        if (answer.matchedAnywhere)
            note = tr("to all of the database: %1 flows match").arg(count(*answer.matchedAnywhere));
        if (answer.latestMatch)
            note = tr("%1,\nthe last on %2 at %3").arg(note, m_explorer.clock().day(*answer.latestMatch), m_explorer.clock().time(*answer.latestMatch));
        m_widenNote->setText(note);
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
