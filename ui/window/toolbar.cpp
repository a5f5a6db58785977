// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/toolbar.h"

#include <QHBoxLayout>
#include <QMenu>

#include "ui/window/timepopup.h"

namespace rivereto::ui {

namespace {
constexpr int kHeight = 44;
constexpr int kRefreshSeconds[] = {0, 1, 10};
} // namespace

Toolbar::Toolbar(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent)
    : QFrame(parent), m_backend(backend), m_explorer(explorer), m_theme(theme), m_listen(new PartsButton(theme)), m_open(new PartsButton(theme)),
      m_time(new QWidget), m_range(new PartsButton(theme)), m_zone(new PartsButton(theme)), m_refresh(new PartsButton(theme))
{
    setObjectName(QStringLiteral("toolbar"));
    setFixedHeight(kHeight);
    m_back = arrow(QStringLiteral("left"), tr("Back (Alt+Left)"), "first");
    m_forward = arrow(QStringLiteral("right"), tr("Forward (Alt+Right)"), "last");
    m_earlier = arrow(QStringLiteral("left"), tr("Previous period"), "first");
    m_later = arrow(QStringLiteral("right"), tr("Next period"), "last");
    m_range->setProperty("segment", "middle");
    m_range->setObjectName(QStringLiteral("range"));
    m_zone->setProperty("segment", "middle");
    m_zone->setToolTip(tr("Switch between UTC and local time"));
    m_open->setParts(QStringLiteral("folder"), Token::secondary, tr("Open capture…"), {}, false);
    m_open->setToolTip(tr("Open a capture or a database (Ctrl+O)"));

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(8);
    auto* history = new QHBoxLayout;
    history->setSpacing(0);
    history->addWidget(m_back);
    history->addWidget(m_forward);
    row->addLayout(history);
    row->addSpacing(8);
    row->addWidget(m_listen);
    row->addWidget(m_open);
    row->addStretch(1);
    auto* time = new QHBoxLayout(m_time);
    time->setContentsMargins(0, 0, 0, 0);
    time->setSpacing(0);
    for (auto* widget : std::initializer_list<QWidget*>{m_earlier, m_range, m_zone, m_later})
        time->addWidget(widget);
    time->addSpacing(8);
    time->addWidget(m_refresh);
    row->addWidget(m_time);

    connect(m_back, &QPushButton::clicked, &explorer, &Explorer::back);
    connect(m_forward, &QPushButton::clicked, &explorer, &Explorer::forward);
    connect(m_open, &QPushButton::clicked, this, &Toolbar::openAsked);
    connect(m_listen, &QPushButton::clicked, this, [this] { m_backend.setListening(!m_backend.input().listening); });
    connect(m_earlier, &QPushButton::clicked, this, [this] { m_explorer.shift(-1); });
    connect(m_later, &QPushButton::clicked, this, [this] { m_explorer.shift(1); });
    connect(m_range, &QPushButton::clicked, this, &Toolbar::openTime);
    connect(m_zone, &QPushButton::clicked, this, [this] { m_explorer.setLocalTime(!m_explorer.clock().local); });
    connect(m_refresh, &QPushButton::clicked, this, &Toolbar::openRefresh);
    connect(&m_timer, &QTimer::timeout, &explorer, &Explorer::refresh);
    connect(&backend, &Backend::inputChanged, this, &Toolbar::syncInput);
    connect(&explorer, &Explorer::stateChanged, this, &Toolbar::syncHistory);
    for (auto signal : {&Explorer::stateChanged, &Explorer::answerChanged, &Explorer::clockChanged})
        connect(&explorer, signal, this, &Toolbar::syncTime);
    connect(&theme, &Theme::changed, this, [this] {
        for (auto* button : {m_back, m_forward, m_earlier, m_later})
            button->setIcon(m_theme.icon(button->property("glyph").toString(), Token::text));
    });
    syncInput();
    syncHistory();
    syncTime();
}

QPushButton* Toolbar::arrow(const QString& icon, const QString& name, const char* segment)
{
    auto* button = new QPushButton;
    button->setProperty("segment", segment);
    button->setProperty("icon", true);
    button->setProperty("glyph", icon);
    button->setIcon(m_theme.icon(icon, Token::text));
    button->setFixedWidth(28);
    button->setToolTip(name);
    button->setAccessibleName(name);
    return button;
}

void Toolbar::setTimeShown(bool shown) { m_time->setVisible(shown); }

void Toolbar::syncInput()
{
    const auto input = m_backend.input();
    if (input.listening)
        m_listen->setParts(QStringLiteral("dot-on"), Token::good, tr("Listening"), input.ports, false);
    else
        m_listen->setParts(QStringLiteral("dot-off"), Token::secondary, tr("Not listening"), {}, false);
    m_listen->setToolTip(input.listening ? tr("Stop listening (Ctrl+L)") : tr("Listen on UDP %1 (Ctrl+L)").arg(m_backend.configuredPorts()));
    setRefresh(m_seconds);
}

void Toolbar::setRefresh(int seconds)
{
    m_seconds = seconds;
    const bool live = m_backend.input().listening;
    m_refresh->setEnabled(live);
    m_refresh->setParts(QStringLiteral("refresh"), Token::secondary, live && seconds > 0 ? tr("%1 s").arg(seconds) : tr("Off"), {}, true);
    m_refresh->setToolTip(live ? tr("How often the chart follows what arrives") : tr("Refreshes while listening"));
    m_refresh->setAccessibleName(tr("Refresh: %1").arg(live && seconds > 0 ? tr("%1 s").arg(seconds) : tr("Off")));
    if (!live || seconds == 0)
        m_timer.stop();
    else if (!m_timer.isActive() || m_timer.interval() != seconds * 1000)
        m_timer.start(seconds * 1000);
}

void Toolbar::syncTime()
{
    const auto& state = m_explorer.state();
    const bool live = m_backend.input().listening;
    const auto shown = m_explorer.shownRange();
    const auto clock = m_explorer.clock();
    auto strong = rangeName(state.range, live);
    QString quiet = shown ? clock.range(*shown) : QString();
    if (strong.isEmpty())
        std::swap(strong, quiet);
    m_range->setParts(QStringLiteral("clock"), Token::secondary, strong, quiet, true);
    m_range->setToolTip(shown ? clock.range(*shown) : strong);
    const auto when = shown ? shown->to : nowMs();
    m_zone->setParts(QStringLiteral("globe"), Token::secondary, clock.zone(when), clock.offset(when), false);
    m_earlier->setEnabled(shown.has_value());
    m_later->setEnabled(shown.has_value());
}

void Toolbar::syncHistory()
{
    m_back->setEnabled(m_explorer.canGoBack());
    m_forward->setEnabled(m_explorer.canGoForward());
}

void Toolbar::openTime()
{
    auto* popup = new TimePopup(m_explorer, m_backend.input().listening, this);
    popup->adjustSize();
    const auto corner = m_range->mapToGlobal(QPoint(m_range->width(), m_range->height() + 4));
    popup->move(corner - QPoint(popup->width(), 0));
    popup->show();
}

void Toolbar::openRefresh()
{
    QMenu menu(this);
    for (const int seconds : kRefreshSeconds) {
        auto* action = menu.addAction(seconds == 0 ? tr("Off") : tr("Every %1 s").arg(seconds), this, [this, seconds] { setRefresh(seconds); });
        action->setCheckable(true);
        action->setChecked(seconds == m_seconds);
    }
    menu.exec(m_refresh->mapToGlobal(QPoint(0, m_refresh->height() + 2)));
}

} // namespace rivereto::ui
