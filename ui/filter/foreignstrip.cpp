// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/foreignstrip.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QKeyEvent>

#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

constexpr int kMostFilter = 420; ///< pixels of the translation on the button

/// "an nfdump", "a tcpdump or Wireshark".
QString kindOf(const std::vector<core::FilterLanguage>& languages)
{
    const auto has = [&](core::FilterLanguage language) { return std::ranges::find(languages, language) != languages.end(); };
    const bool bpf = has(core::FilterLanguage::Bpf);
    const bool nfdump = has(core::FilterLanguage::Nfdump);
    const bool wireshark = has(core::FilterLanguage::Wireshark);
    if (bpf && nfdump)
        return ForeignStrip::tr("This looks like a tcpdump or nfdump filter.");
    if (bpf && wireshark)
        return ForeignStrip::tr("This looks like a tcpdump or Wireshark filter.");
    if (nfdump)
        return ForeignStrip::tr("This looks like an nfdump filter.");
    return wireshark ? ForeignStrip::tr("This looks like a Wireshark filter.") : ForeignStrip::tr("This looks like a tcpdump filter.");
}

} // namespace

QString languageLabel(core::FilterLanguage language)
{
    switch (language) {
    case core::FilterLanguage::Bpf: return QStringLiteral("BPF (tcpdump)");
    case core::FilterLanguage::Nfdump: return QStringLiteral("nfdump");
    case core::FilterLanguage::Wireshark: break;
    }
    return QStringLiteral("Wireshark");
}

ForeignStrip::ForeignStrip(const Theme& theme, QWidget* parent)
    : QFrame(parent), m_theme(theme), m_icon(new QLabel), m_words(new QLabel), m_use(new QPushButton), m_keep(new QPushButton(tr("Keep")))
{
    setObjectName(QStringLiteral("popup"));
    setAccessibleName(tr("Filter of another tool"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(10, 6, 6, 6);
    row->setSpacing(8);
    m_words->setWordWrap(false);
    m_use->setProperty("primary", true);
    m_use->setFont(theme.font(12));
    m_keep->setToolTip(tr("Leave the text as it is"));
    row->addWidget(m_icon);
    row->addWidget(m_words, 1);
    row->addSpacing(8);
    row->addWidget(m_use);
    row->addWidget(m_keep);
    connect(m_use, &QPushButton::clicked, this, [this] { emit used(m_translation); });
    connect(m_keep, &QPushButton::clicked, this, &ForeignStrip::kept);
    hide();
}

void ForeignStrip::offer(const core::ForeignFilter& found, const QWidget& box)
{
    m_translation = found.filter ? text(*found.filter) : QString();
    m_icon->setPixmap(m_theme.pixmap(found.filter ? QStringLiteral("filter") : QStringLiteral("warning"), found.filter ? Token::accent : Token::warningMark, 16, devicePixelRatioF()));
    auto words = kindOf(found.languages);
    if (!found.filter)
        words += QLatin1Char(' ') + errorText(found.filter.error()) + QLatin1Char('.');
    m_words->setText(words);
    setAccessibleDescription(words);
    m_use->setVisible(found.filter.has_value());
    m_use->setText(tr("Use %1").arg(QFontMetrics(m_use->font()).elidedText(m_translation, Qt::ElideRight, kMostFilter)).replace(QLatin1Char('&'), QStringLiteral("&&")));
    m_use->setToolTip(m_translation);
    m_use->setAccessibleName(tr("Use %1").arg(m_translation));
    m_keep->setText(found.filter ? tr("Keep") : tr("Close"));
    layout()->activate();
    adjustSize();
    resize(std::min(sizeHint().width(), std::max(box.width(), 200)), sizeHint().height());
    const auto place = box.mapTo(parentWidget(), QPoint(0, box.height()));
    move(place.x(), place.y() + 3);
    show();
    raise();
}

void ForeignStrip::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        emit kept();
    else
        QFrame::keyPressEvent(event);
}

} // namespace rivereto::ui
