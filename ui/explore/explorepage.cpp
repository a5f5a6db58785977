// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/explorepage.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>


namespace rivereto::ui {

namespace {

/// An answer that comes sooner than this replaces the old one without a sign.
constexpr int kBusyAfterMs = 150;
constexpr int kResizeSettleMs = 250;
constexpr int kHandleWidth = 12;
constexpr int kHandlePlace = 46; ///< per cent of the height

/// Dims the old result and offers to give up.
class BusyVeil : public QWidget {
public:
    BusyVeil(const Theme& theme, Explorer& explorer, QWidget* parent) : QWidget(parent), m_theme(theme)
    {
        auto* column = new QVBoxLayout(this);
        auto* card = new QFrame;
        card->setObjectName(QStringLiteral("popup"));
        auto* row = new QHBoxLayout(card);
        row->setContentsMargins(12, 6, 6, 6);
        row->setSpacing(12);
        row->addWidget(new QLabel(QObject::tr("Asking the database…")));
        auto* cancel = new QPushButton(QObject::tr("Cancel"));
        row->addWidget(cancel);
        column->addWidget(card, 0, Qt::AlignCenter);
        connect(cancel, &QPushButton::clicked, &explorer, &Explorer::cancel);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        auto veil = m_theme[Token::surface];
        veil.setAlpha(140);
        QPainter(this).fillRect(rect(), veil);
    }

private:
    const Theme& m_theme;
};

} // namespace

ExplorePage::ExplorePage(Explorer& explorer, const Theme& theme, QWidget* parent) : QWidget(parent), m_explorer(explorer), m_theme(theme)
{
    setObjectName(QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);
    auto* body = new QHBoxLayout(this);
    body->setContentsMargins(0, 0, 0, 0);
    body->setSpacing(0);
    m_panel = new QueryPanel(explorer, theme);
    m_state = new EmptyState(explorer, theme);
    m_stack = new QStackedWidget;
    m_result = new ResultView(explorer, theme);
    m_stack->addWidget(m_result);
    m_stack->addWidget(m_state);
    body->addWidget(m_panel);
    body->addWidget(m_stack, 1);

    m_handle = new QPushButton(this);
    m_handle->setObjectName(QStringLiteral("panelHandle"));
    m_handle->setFixedSize(kHandleWidth, 44);
    m_handle->setIconSize({10, 10});
    m_handle->setFocusPolicy(Qt::NoFocus);
    m_handle->setAccessibleName(tr("Hide the query panel (Ctrl+B)"));
    m_handle->setToolTip(m_handle->accessibleName());
    const auto handleIcon = [this] { m_handle->setIcon(m_theme.icon(m_panel->isVisibleTo(this) ? QStringLiteral("left") : QStringLiteral("right"), Token::secondary, 10)); };
    connect(m_handle, &QPushButton::clicked, this, [this] { setPanelShown(!m_panel->isVisibleTo(this)); });
    connect(&theme, &Theme::changed, this, handleIcon);
    handleIcon();

    m_busy = new BusyVeil(theme, explorer, m_stack);
    m_busy->hide();
    m_busyTimer.setSingleShot(true);
    m_busyTimer.setInterval(kBusyAfterMs);
    m_resizeTimer.setSingleShot(true);
    m_resizeTimer.setInterval(kResizeSettleMs);
    connect(&m_busyTimer, &QTimer::timeout, this, [this] {
        m_busy->setGeometry(m_stack->rect());
        m_busy->show();
        m_busy->raise();
    });
    connect(&m_resizeTimer, &QTimer::timeout, this, [this] { m_explorer.setPoints(chart().pointsWanted()); });
    connect(&explorer, &Explorer::answerChanged, this, &ExplorePage::syncAnswer);
    connect(&explorer, &Explorer::runningChanged, this, &ExplorePage::syncRunning);
    syncAnswer();
}

bool ExplorePage::showsState() const { return m_stack->currentWidget() == m_state; }

void ExplorePage::setPanelShown(bool shown)
{
    if (shown == m_panel->isVisibleTo(this))
        return;
    m_panel->setVisible(shown);
    m_handle->setAccessibleName(shown ? tr("Hide the query panel (Ctrl+B)") : tr("Show the query panel (Ctrl+B)"));
    m_handle->setToolTip(m_handle->accessibleName());
    m_handle->setIcon(m_theme.icon(shown ? QStringLiteral("left") : QStringLiteral("right"), Token::secondary, 10));
    layout()->activate();
    placeHandle();
    emit panelShown(shown);
}

void ExplorePage::placeHandle()
{
    const int edge = m_panel->isVisibleTo(this) ? m_panel->width() : 0;
    m_handle->move(std::max(edge - kHandleWidth / 2, 0), height() * kHandlePlace / 100);
    m_handle->raise();
}

void ExplorePage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_busy->setGeometry(m_stack->rect());
    m_resizeTimer.start();
    placeHandle();
}

void ExplorePage::syncRunning()
{
    if (m_explorer.running()) {
        if (!m_busy->isVisible() && !m_busyTimer.isActive())
            m_busyTimer.start();
        return;
    }
    m_busyTimer.stop();
    m_busy->hide();
}

void ExplorePage::syncAnswer()
{
    const auto& answer = m_explorer.answer();
    if (!answer) {
        m_result->clear();
        m_state->showWaiting(tr("Nothing to show yet"), m_explorer.store() ? tr("Asking the database…") : tr("Open a capture or a database, or listen on a port."));
        m_stack->setCurrentWidget(m_state);
        return;
    }
    if (answer->error) {
        m_state->showError(*answer->error);
        m_stack->setCurrentWidget(m_state);
        return;
    }
    if (answer->result->rowsMatched == 0) {
        m_state->showEmpty(*answer);
        m_stack->setCurrentWidget(m_state);
        return;
    }
    m_result->setAnswer(answer);
    m_stack->setCurrentWidget(m_result);
    // A chart may want more points than another: hours of days do.
    const unsigned wanted = chart().pointsWanted();
    m_explorer.setPoints(wanted);
    if (answer->asked.chart == ChartKind::Heatmap && answer->asked.query.points < wanted && !m_explorer.running())
        m_explorer.refresh();
}

} // namespace rivereto::ui
