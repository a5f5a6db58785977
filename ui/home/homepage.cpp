// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/home/homepage.h"

#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>

#include "core/text/number.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

constexpr int kWidth = 984;
constexpr int kCardHeight = 208;
constexpr int kRecentShown = 6;

QLabel* label(const QString& words, const char* role)
{
    auto* out = new QLabel(words);
    out->setProperty("role", role);
    return out;
}

QLabel* symbol(const Theme& theme, const QString& icon, Token colour, int size)
{
    auto* out = new QLabel;
    const auto paint = [out, &theme, icon, colour, size] { out->setPixmap(theme.pixmap(icon, colour, size, out->devicePixelRatioF())); };
    QObject::connect(&theme, &Theme::changed, out, paint);
    paint();
    return out;
}

/// One row of the list of files.
class RecentRow : public QPushButton {
public:
    RecentRow(const Theme& theme, const RecentFile& file)
    {
        const QFileInfo info(file.path);
        setFixedHeight(40);
        setStyleSheet(QStringLiteral("QPushButton{border:none;background:transparent;min-height:38px;max-height:38px}QPushButton:hover,QPushButton:focus{background:palette(alternate-base)}"));
        setAccessibleName(tr("Open %1").arg(info.fileName()));
        setToolTip(file.path);
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(16, 0, 16, 0);
        row->setSpacing(10);
        row->addWidget(symbol(theme, file.database ? QStringLiteral("database") : QStringLiteral("file"), Token::secondary, 16));
        auto* name = new QLabel(info.fileName());
        name->setFont(theme.font(13, QFont::Medium));
        auto folder = info.path();
        if (folder.startsWith(QDir::homePath()))
            folder.replace(0, QDir::homePath().size(), QStringLiteral("~"));
        auto* where = label(folder, "small");
        where->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        row->addWidget(name);
        row->addWidget(where, 1);
        const auto cell = [&](const QString& words, int width, Qt::Alignment alignment) {
            auto* out = label(words, "secondary");
            out->setFixedWidth(width);
            out->setAlignment(alignment | Qt::AlignVCenter);
            row->addWidget(out);
        };
        cell(file.database ? QObject::tr("Database") : QObject::tr("Capture"), 80, Qt::AlignLeft);
        cell(QObject::tr("%1 flows").arg(ui::text(core::formatCount(file.flows))), 150, Qt::AlignRight);
        cell(ui::text(core::formatBytes(static_cast<double>(file.bytes))), 90, Qt::AlignRight);
        const bool today = file.opened.date() == QDate::currentDate();
        cell(today ? QObject::tr("today, %1").arg(file.opened.time().toString(QStringLiteral("HH:mm"))) : QLocale().toString(file.opened.date(), QStringLiteral("ddd d MMM")), 110, Qt::AlignRight);
        // Labels would swallow the click.
        for (auto* child : findChildren<QLabel*>())
            child->setAttribute(Qt::WA_TransparentForMouseEvents);
    }
};

} // namespace

Card::Card(const Theme& theme, const QString& icon, const QString& title, const QString& words, const QString& note, const QString& keys)
{
    setObjectName(QStringLiteral("card"));
    setFixedHeight(kCardHeight);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAccessibleName(title);
    setAccessibleDescription(words);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 24, 24, 14);
    column->setSpacing(6);
    column->addWidget(symbol(theme, icon, Token::accent, 30));
    column->addSpacing(10);
    auto* heading = new QLabel(title);
    heading->setStyleSheet(QStringLiteral("font-size:16px;font-weight:600"));
    column->addWidget(heading);
    auto* body = label(words, "secondary");
    body->setWordWrap(true);
    body->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    column->addWidget(body, 1);
    auto* foot = new QHBoxLayout;
    foot->addWidget(label(note, "small"), 1);
    auto* key = new QLabel(keys);
    key->setObjectName(QStringLiteral("key"));
    foot->addWidget(key);
    column->addLayout(foot);
}

void Card::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->pos()))
        emit clicked();
}

void Card::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space)
        emit clicked();
    else
        QFrame::keyPressEvent(event);
}

HomePage::HomePage(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent)
    : QWidget(parent), m_backend(backend), m_theme(theme), m_stack(new QStackedWidget), m_overview(new Overview(backend, explorer, theme))
{
    setObjectName(QStringLiteral("home"));
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);
    m_stack->addWidget(buildStart());
    m_stack->addWidget(m_overview);
    connect(m_overview, &Overview::exploreAsked, this, &HomePage::exploreAsked);
    const auto choose = [this] { m_stack->setCurrentIndex(m_backend.store() ? 1 : 0); };
    connect(&backend, &Backend::storeChanged, this, choose);
    choose();
}

QWidget* HomePage::buildStart()
{
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* canvas = new QWidget;
    canvas->setObjectName(QStringLiteral("home"));
    scroll->setWidget(canvas);
    auto* across = new QHBoxLayout(canvas);
    across->setContentsMargins(32, 0, 32, 0);
    auto* middle = new QWidget;
    middle->setMaximumWidth(kWidth);
    across->addStretch(1);
    across->addWidget(middle, 100);
    across->addStretch(1);
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 56, 0, 32);
    column->setSpacing(8);
    column->addWidget(label(tr("Where do the flows come from?"), "heading"));
    column->addWidget(label(tr("NetFlow, IPFIX or sFlow. What you read goes into a new database that you can save later."), "secondary"));
    column->addSpacing(16);
    column->addWidget(buildCards());
    column->addSpacing(16);
    auto* drop = new QFrame;
    drop->setObjectName(QStringLiteral("drop"));
    drop->setFixedHeight(56);
    auto* dropRow = new QHBoxLayout(drop);
    dropRow->addStretch(1);
    dropRow->addWidget(symbol(m_theme, QStringLiteral("file"), Token::secondary, 16));
    dropRow->addWidget(label(tr("Or drop files anywhere on this window"), "secondary"));
    dropRow->addStretch(1);
    column->addWidget(drop);
    column->addSpacing(20);
    column->addWidget(buildRecent());
    const auto code = QStringLiteral("<span style=\"font-family:'JetBrains Mono',monospace;color:%2\">%1</span>").arg(QStringLiteral("%1"), m_theme[Token::text].name());
    auto* terminal = label(tr("From a terminal: %1 or %2")
                               .arg(code.arg(QStringLiteral("rivereto edge.pcap")), code.arg(QStringLiteral("rivereto listen --db edge.rivereto"))), "small");
    column->addSpacing(4);
    column->addWidget(terminal);
    column->addStretch(1);
    connect(&m_backend, &Backend::recentFilesChanged, this, &HomePage::syncRecent);
    syncRecent();
    return scroll;
}

QWidget* HomePage::buildCards()
{
    auto* out = new QWidget;
    auto* row = new QHBoxLayout(out);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(24);
    auto* open = new Card(m_theme, QStringLiteral("folder"), tr("Open a capture…"), tr("pcap or pcapng, also compressed, or a Rivereto database."), tr("Kind is found by content"), QStringLiteral("Ctrl+O"));
    open->setProperty("first", true);
    auto* listen = new Card(m_theme, QStringLiteral("listen"), tr("Listen on a port"), tr("UDP %1. Point the exporters at this machine.").arg(m_backend.configuredPorts()), tr("Protocol is found by content"), QStringLiteral("Ctrl+L"));
    auto* demo = new Card(m_theme, QStringLiteral("play"), tr("Try the demo network"), tr("Seven exporters and a day's curve, with an attack to find. Needs no router."), tr("Synthetic, nothing is sent"), QStringLiteral("Ctrl+D"));
    for (auto* card : {open, listen, demo})
        row->addWidget(card, 1);
    connect(open, &Card::clicked, this, &HomePage::openAsked);
    connect(listen, &Card::clicked, this, [this] { m_backend.setListening(true); });
    connect(demo, &Card::clicked, this, &HomePage::demoAsked);
    setFocusProxy(open);
    return out;
}

QWidget* HomePage::buildRecent()
{
    m_recent = new QWidget;
    auto* column = new QVBoxLayout(m_recent);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* heading = new QHBoxLayout;
    heading->addWidget(label(tr("Recent"), "title"), 1);
    auto* clear = new QPushButton(tr("Clear list"));
    clear->setProperty("link", true);
    heading->addWidget(clear);
    column->addLayout(heading);
    auto* box = new QFrame;
    box->setObjectName(QStringLiteral("box"));
    m_rows = new QVBoxLayout(box);
    m_rows->setContentsMargins(1, 1, 1, 1);
    m_rows->setSpacing(0);
    column->addWidget(box);
    connect(clear, &QPushButton::clicked, this, [this] { m_backend.clearRecentFiles(); });
    return m_recent;
}

void HomePage::syncRecent()
{
    while (auto* item = m_rows->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    const auto files = m_backend.recentFiles().mid(0, kRecentShown);
    m_recent->setVisible(!files.isEmpty());
    for (const auto& file : files) {
        auto* row = new RecentRow(m_theme, file);
        connect(row, &QPushButton::clicked, this, [this, path = file.path] { emit recentAsked(path); });
        m_rows->addWidget(row);
    }
}

} // namespace rivereto::ui
