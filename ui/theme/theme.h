// SPDX-License-Identifier: GPL-3.0-or-later
// Theme: colours, fonts, icons and style of the window, light or dark. Read this first in ui/theme.
#pragma once

#include <array>
#include <memory>

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QObject>

namespace rivereto::ui {

enum class Token : uint8_t {
#define RIVERETO_TOKEN(name, light, dark) name,
#include "ui/theme/tokens.def"
#undef RIVERETO_TOKEN
    kCount
};

enum class ThemeChoice : uint8_t { System, Light, Dark };

/// Owned by the window and lent to its widgets; GUI thread. RIVERETO_UI_THEME=light|dark in the environment wins over any choice.
class Theme : public QObject {
    Q_OBJECT
public:
    explicit Theme(ThemeChoice choice, QObject* parent = nullptr);
    /// Light colours to paint on paper with; the window's style stays as it is.
    static std::unique_ptr<Theme> paper();

    void choose(ThemeChoice choice);
    [[nodiscard]] ThemeChoice choice() const { return m_choice; }
    [[nodiscard]] bool dark() const { return m_dark; }

    [[nodiscard]] QColor operator[](Token token) const { return m_colours[static_cast<size_t>(token)]; }
    /// Colour of the n-th named series, from 0; repeats after fifty.
    [[nodiscard]] QColor series(size_t n) const;

    /// Inter with tabular figures; the system's font where it is missing.
    [[nodiscard]] QFont font(int pixels, QFont::Weight weight = QFont::Normal) const;
    /// JetBrains Mono, or the system's fixed font.
    [[nodiscard]] QFont fixedFont(int pixels) const;
    /// resources/icons/NAME.svg in a colour, and greyed when disabled.
    [[nodiscard]] QIcon icon(const QString& name, Token colour = Token::secondary, int size = 16) const;
    [[nodiscard]] QPixmap pixmap(const QString& name, Token colour, int size, qreal ratio) const;

signals:
    /// Colours are others now; icons are to be asked for again.
    void changed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    Theme();
    void loadColours();
    void apply();

    ThemeChoice m_choice;
    bool m_dark = false;
    bool m_applying = false;
    std::array<QColor, static_cast<size_t>(Token::kCount)> m_colours;
};

} // namespace rivereto::ui
