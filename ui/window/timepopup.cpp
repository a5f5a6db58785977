// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/timepopup.h"

#include <QHBoxLayout>
#include <QStyle>
#include <QVBoxLayout>

#include "core/text/time.h"

namespace rivereto::ui {

namespace {

constexpr uint64_t kMinute = 60'000;
constexpr uint64_t kHour = 60 * kMinute;
constexpr uint64_t kDay = 24 * kHour;
constexpr uint64_t kPresets[] = {15 * kMinute, kHour, 3 * kHour, 6 * kHour, 12 * kHour, 24 * kHour, 2 * 24 * kHour, 7 * 24 * kHour};

QString lengthName(uint64_t ms)
{
    if (ms % (24 * kHour) == 0 && ms > 24 * kHour)
        return TimePopup::tr("%n day(s)", nullptr, static_cast<int>(ms / (24 * kHour)));
    if (ms % kHour == 0)
        return TimePopup::tr("%n hour(s)", nullptr, static_cast<int>(ms / kHour));
    return TimePopup::tr("%n minute(s)", nullptr, static_cast<int>(ms / kMinute));
}

void setRole(QLabel& label, const char* role)
{
    label.setProperty("role", role);
    label.style()->unpolish(&label);
    label.style()->polish(&label);
}

/// An empty field means now.
std::string written(const QLineEdit& edit)
{
    const auto words = edit.text().trimmed();
    return words.isEmpty() ? "now" : words.toStdString();
}

/// Without a translation Qt leaves "(s)" in; English says it properly.
QString plural(QString words, bool one) { return words.replace(QStringLiteral("(s)"), one ? QString() : QStringLiteral("s")); }

} // namespace

QString rangeName(const RangeChoice& range, bool live)
{
    switch (range.kind) {
    case RangeChoice::Kind::All: return TimePopup::tr("All of the capture");
    case RangeChoice::Kind::Fixed: return {};
    case RangeChoice::Kind::Words: return QStringLiteral("%1 → %2").arg(text(range.from), text(range.to));
    case RangeChoice::Kind::Last: break;
    }
    const bool one = range.lengthMs == kHour;
    const auto length = plural(lengthName(range.lengthMs), one);
    return live ? TimePopup::tr("Last %1").arg(length) : TimePopup::tr("Last %1 stored").arg(length);
}

TimePopup::TimePopup(Explorer& explorer, bool live, QWidget* parent)
    : QFrame(parent, Qt::Popup), m_explorer(explorer), m_from(new QLineEdit), m_to(new QLineEdit), m_fromNote(new QLabel), m_toNote(new QLabel),
      m_apply(new QPushButton(tr("Apply")))
{
    setObjectName(QStringLiteral("popup"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 12, 12, 12);
    row->setSpacing(16);
    auto* presets = new QVBoxLayout;
    presets->setSpacing(2);
    const auto add = [&](const RangeChoice& range) {
        auto* button = new QPushButton(rangeName(range, live));
        button->setFlat(true);
        button->setCheckable(true);
        button->setChecked(range == explorer.state().range);
        button->setStyleSheet(QStringLiteral("QPushButton{text-align:left}"));
        connect(button, &QPushButton::clicked, this, [this, range] { choose(range); });
        presets->addWidget(button);
    };
    for (const auto ms : kPresets)
        add(RangeChoice::last(ms));
    add({});
    presets->addStretch(1);
    row->addLayout(presets);

    auto* entry = new QVBoxLayout;
    entry->setSpacing(4);
    const auto field = [&](const QString& name, QLineEdit* edit, QLabel* note) {
        auto* label = new QLabel(name);
        label->setProperty("role", "caption");
        label->setBuddy(edit);
        edit->setAccessibleName(name);
        edit->setMinimumWidth(260);
        note->setProperty("role", "small");
        note->setWordWrap(true);
        entry->addWidget(label);
        entry->addWidget(edit);
        entry->addWidget(note);
        entry->addSpacing(6);
        connect(edit, &QLineEdit::textChanged, this, &TimePopup::check);
        connect(edit, &QLineEdit::returnPressed, m_apply, &QPushButton::click);
    };
    field(tr("From"), m_from, m_fromNote);
    field(tr("To"), m_to, m_toNote);
    m_from->setPlaceholderText(tr("6 hours ago, yesterday at 19:00, 2026-11-23 17:42"));
    m_to->setPlaceholderText(tr("now"));
    auto* zone = new QLabel(tr("Times are in %1.").arg(explorer.clock().zone(explorer.now().ms)));
    zone->setProperty("role", "small");
    m_apply->setProperty("primary", true);
    entry->addWidget(zone);
    entry->addStretch(1);
    entry->addWidget(m_apply, 0, Qt::AlignRight);
    row->addLayout(entry);
    connect(m_apply, &QPushButton::clicked, this, [this] {
        if (m_range)
            choose(*m_range);
    });
    const auto& chosen = explorer.state().range;
    if (chosen.kind == RangeChoice::Kind::Words) {
        m_from->setText(text(chosen.from));
        m_to->setText(text(chosen.to));
    } else if (const auto shown = explorer.shownRange()) {
        const auto iso = [&](uint64_t ms) {
            const auto time = core::formatTime(ms, explorer.clock().offsetMinutes(ms));
            return text(time.substr(0, 10)) + QLatin1Char(' ') + text(time.substr(11, ms % 1000 == 0 ? 8 : 12));
        };
        m_from->setText(iso(shown->from));
        m_to->setText(iso(shown->to));
    }
    check();
    m_from->setFocus();
    m_from->selectAll();
}

void TimePopup::choose(const RangeChoice& range)
{
    auto& explorer = m_explorer;
    close();
    explorer.setRange(range);
}

std::optional<uint64_t> TimePopup::read(const QLineEdit& edit, QLabel& note) const
{
    const auto now = m_explorer.now();
    const auto parsed = core::parseTime(written(edit), now.ms, now.utcOffsetMinutes);
    setRole(note, parsed ? "small" : "error");
    if (!parsed) {
        note.setText(errorText(parsed.error()));
        return std::nullopt;
    }
    note.setText(QStringLiteral("%1, %2").arg(m_explorer.clock().day(*parsed, true), m_explorer.clock().time(*parsed, 1000)));
    return *parsed;
}

void TimePopup::check()
{
    const auto from = read(*m_from, *m_fromNote);
    const auto to = read(*m_to, *m_toNote);
    m_range.reset();
    if (from && to && *from < *to) {
        const auto now = m_explorer.now();
        const auto start = written(*m_from);
        const auto end = written(*m_to);
        // What means another time a day from now is kept in words.
        const auto later = [&](const std::string& words) { return core::parseTime(words, now.ms + kDay, now.utcOffsetMinutes).value_or(0); };
        const bool moves = later(start) != *from || later(end) != *to;
        m_range = moves ? RangeChoice::words(start, end) : RangeChoice::between({*from, *to});
    } else if (from && to) {
        setRole(*m_toNote, "error");
        m_toNote->setText(tr("The end lies before the start."));
    }
    m_apply->setEnabled(m_range.has_value());
}

} // namespace rivereto::ui
