// SPDX-License-Identifier: GPL-3.0-or-later
// HeatScale: a value's colour in a heat map; equal steps look equal, in any kind of colour vision.
#pragma once

#include <array>

#include "ui/theme/theme.h"

namespace rivereto::ui {

class HeatScale {
public:
    HeatScale() = default;
    /// From 0, or on a logarithmic scale from `least` > 0, to `largest`. What is 0 has the lowest colour on either.
    HeatScale(const Theme& theme, double least, double largest, bool logarithmic);

    [[nodiscard]] QColor colour(double value) const { return at(share(value)); }
    /// 0 … 1 along the scale.
    [[nodiscard]] QColor at(double share) const;
    [[nodiscard]] double share(double value) const;
    [[nodiscard]] bool logarithmic() const { return m_logarithmic; }
    [[nodiscard]] double least() const { return m_least; }
    [[nodiscard]] double largest() const { return m_largest; }

private:
    std::array<QColor, 256> m_colours;
    double m_least = 0;
    double m_largest = 0;
    bool m_logarithmic = false;
};

} // namespace rivereto::ui
