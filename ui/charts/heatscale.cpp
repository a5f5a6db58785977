// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/heatscale.h"

#include <algorithm>
#include <cmath>

namespace rivereto::ui {

namespace {

/// Smaller values are not told apart on a logarithmic scale.
constexpr double kDecades = 1e6;
/// Where that scale begins, so that its least value differs from nothing.
constexpr double kFirst = 0.06;

/// Lightness and two opponent colours of the OKLab space, in which equal distances look equal.
struct Lab {
    double lightness, a, b;
};

Lab toLab(const QColor& colour)
{
    const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    const double r = linear(colour.redF());
    const double g = linear(colour.greenF());
    const double b = linear(colour.blueF());
    const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s, 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

QColor fromLab(const Lab& lab)
{
    const auto cube = [](double v) { return v * v * v; };
    const double l = cube(lab.lightness + 0.3963377774 * lab.a + 0.2158037573 * lab.b);
    const double m = cube(lab.lightness - 0.1055613458 * lab.a - 0.0638541728 * lab.b);
    const double s = cube(lab.lightness - 0.0894841775 * lab.a - 1.2914855480 * lab.b);
    const auto encoded = [](double c) {
        const double out = c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055;
        return static_cast<float>(std::clamp(out, 0.0, 1.0));
    };
    return QColor::fromRgbF(encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s), encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                            encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
}

} // namespace

HeatScale::HeatScale(const Theme& theme, double least, double largest, bool logarithmic) : m_least(std::max(least, largest / kDecades)), m_largest(largest), m_logarithmic(logarithmic && largest > 0)
{
    const auto low = toLab(theme[Token::heatLow]);
    const auto middle = toLab(theme[Token::heatMiddle]);
    const auto high = toLab(theme[Token::heatHigh]);
    // Lightness rises evenly; the hue bends at the middle colour.
    const double bend = (middle.lightness - low.lightness) / (high.lightness - low.lightness);
    for (size_t i = 0; i < m_colours.size(); ++i) {
        const double t = static_cast<double>(i) / static_cast<double>(m_colours.size() - 1);
        const auto& from = t < bend ? low : middle;
        const auto& to = t < bend ? middle : high;
        const double part = t < bend ? t / bend : (t - bend) / (1 - bend);
        m_colours[i] = fromLab({low.lightness + t * (high.lightness - low.lightness), from.a + part * (to.a - from.a), from.b + part * (to.b - from.b)});
    }
}

QColor HeatScale::at(double share) const
{
    const double last = static_cast<double>(m_colours.size() - 1);
    return m_colours[static_cast<size_t>(std::lround(std::clamp(share, 0.0, 1.0) * last))];
}

double HeatScale::share(double value) const
{
    if (!(value > 0) || !(m_largest > 0))
        return 0;
    if (!m_logarithmic)
        return value / m_largest;
    if (m_largest <= m_least)
        return 1;
    return kFirst + (1 - kFirst) * std::max(std::log(value / m_least) / std::log(m_largest / m_least), 0.0);
}

} // namespace rivereto::ui
