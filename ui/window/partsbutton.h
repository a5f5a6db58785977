// SPDX-License-Identifier: GPL-3.0-or-later
// PartsButton: a button with an icon, a strong and a quiet text, and a mark when it opens something.
#pragma once

#include <QPushButton>

#include "ui/theme/theme.h"

namespace rivereto::ui {

class PartsButton : public QPushButton {
    Q_OBJECT
public:
    explicit PartsButton(const Theme& theme, QWidget* parent = nullptr);
    void setParts(const QString& icon, Token iconColour, const QString& strong, const QString& quiet, bool opens);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const Theme& m_theme;
    QString m_icon;
    Token m_iconColour = Token::secondary;
    QString m_strong;
    QString m_quiet;
    bool m_opens = false;
};

} // namespace rivereto::ui
