// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include <QApplication>
#include <QEvent>
#include <QFile>
#include <QFontDatabase>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QProxyStyle>
#include <QStyle>
#include <QSvgRenderer>

#include "ui/theme/stylesheet.h"

namespace rivereto::ui {

namespace {

struct TokenRow {
    const char* name;
    const char* light;
    const char* dark;
};
constexpr TokenRow kTokens[] = {
#define RIVERETO_TOKEN(name, light, dark) {#name, light, dark},
#include "ui/theme/tokens.def"
#undef RIVERETO_TOKEN
};
constexpr size_t kSeriesColours = 50;

ThemeChoice fromEnvironment(ThemeChoice otherwise)
{
    const auto text = qEnvironmentVariable("RIVERETO_UI_THEME");
    return text == QStringLiteral("light") ? ThemeChoice::Light : text == QStringLiteral("dark") ? ThemeChoice::Dark : otherwise;
}

/// Fusion without lines below the letters of menus (they still work) and without icons of its own in dialogs.
class PlainStyle : public QProxyStyle {
public:
    PlainStyle() : QProxyStyle(QStringLiteral("Fusion")) { }
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget, QStyleHintReturn* returned) const override
    {
        return hint == SH_UnderlineShortcut || hint == SH_DialogButtonBox_ButtonsHaveIcons ? 0 : QProxyStyle::styleHint(hint, option, widget, returned);
    }
};

/// Qt 6.4 does not name the system's scheme; its window colour tells.
bool systemIsDark()
{
    QApplication::setPalette(QPalette());
    return QApplication::palette().color(QPalette::Window).lightness() < 128;
}

} // namespace

Theme::Theme(ThemeChoice choice, QObject* parent) : QObject(parent), m_choice(fromEnvironment(choice))
{
    apply();
    qApp->installEventFilter(this);
}

Theme::Theme() : m_choice(ThemeChoice::Light) { loadColours(); }

std::unique_ptr<Theme> Theme::paper() { return std::unique_ptr<Theme>(new Theme); }

void Theme::loadColours()
{
    for (size_t i = 0; i < m_colours.size(); ++i)
        m_colours[i] = QColor(QLatin1String(m_dark ? kTokens[i].dark : kTokens[i].light));
}

void Theme::choose(ThemeChoice choice)
{
    m_choice = choice;
    apply();
    emit changed();
}

QColor Theme::series(size_t n) const { return m_colours[static_cast<size_t>(Token::series1) + n % kSeriesColours]; }

QFont Theme::font(int pixels, QFont::Weight weight) const
{
    QFont font(QStringLiteral("Inter"));
    font.setPixelSize(pixels);
    font.setWeight(weight);
    return font;
}

QFont Theme::fixedFont(int pixels) const
{
    static const QString family = QStringLiteral("JetBrains Mono");
    auto font = QFontDatabase::hasFamily(family) ? QFont(family) : QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPixelSize(pixels);
    return font;
}

QPixmap Theme::pixmap(const QString& name, Token colour, int size, qreal ratio) const
{
    const auto tint = (*this)[colour];
    const auto key = QStringLiteral("icon/%1/%2/%3/%4").arg(name, tint.name()).arg(size).arg(ratio);
    QPixmap out;
    if (QPixmapCache::find(key, &out))
        return out;
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    auto svg = file.readAll();
    svg.replace("#000000", tint.name().toLatin1());
    QSvgRenderer renderer(svg);
    out = QPixmap(QSize(size, size) * ratio);
    out.fill(Qt::transparent);
    QPainter painter(&out);
    renderer.render(&painter);
    painter.end();
    out.setDevicePixelRatio(ratio);
    QPixmapCache::insert(key, out);
    return out;
}

QIcon Theme::icon(const QString& name, Token colour, int size) const
{
    QIcon out;
    for (const qreal ratio : {1.0, 2.0}) {
        out.addPixmap(pixmap(name, colour, size, ratio), QIcon::Normal);
        out.addPixmap(pixmap(name, Token::disabled, size, ratio), QIcon::Disabled);
    }
    return out;
}

void Theme::apply()
{
    m_applying = true;
    m_dark = m_choice == ThemeChoice::Dark || (m_choice == ThemeChoice::System && systemIsDark());
    loadColours();
    auto sheet = stylesheetTemplate();
    for (size_t i = 0; i < m_colours.size(); ++i) {
        sheet.replace(QStringLiteral("@%1@").arg(QLatin1String(kTokens[i].name)), m_colours[i].name());
    }
    sheet.replace(QStringLiteral("@mode@"), m_dark ? QStringLiteral("dark") : QStringLiteral("light"));

    QPalette palette;
    const auto set = [&](QPalette::ColorRole role, Token token) { palette.setColor(role, (*this)[token]); };
    set(QPalette::Window, Token::background);
    set(QPalette::Base, Token::surface);
    set(QPalette::AlternateBase, Token::background);
    set(QPalette::Button, Token::control);
    set(QPalette::ToolTipBase, Token::popup);
    set(QPalette::Highlight, Token::accent);
    set(QPalette::HighlightedText, Token::onAccent);
    set(QPalette::Link, Token::accent);
    set(QPalette::PlaceholderText, Token::disabled);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText, QPalette::BrightText}) {
        set(role, Token::text);
        palette.setColor(QPalette::Disabled, role, (*this)[Token::disabled]);
    }
    if (qApp->styleSheet().isEmpty())
        QApplication::setStyle(new PlainStyle);
    QApplication::setPalette(palette);
    QApplication::setFont(font(13));
    qApp->setStyleSheet(sheet);
    m_applying = false;
}

bool Theme::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::ThemeChange && !m_applying && m_choice == ThemeChoice::System && watched->isWindowType()) {
        apply();
        emit changed();
    }
    return QObject::eventFilter(watched, event);
}

} // namespace rivereto::ui
