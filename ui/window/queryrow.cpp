// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/queryrow.h"

#include "ui/filter/storevalues.h"
#include "ui/window/partsbutton.h"

namespace rivereto::ui {

QueryRow::QueryRow(Explorer& explorer, Profile& profile, const Theme& theme, QWidget* parent)
    : FilterRow(profile, theme, parent), m_explorer(explorer), m_explain(new PartsButton(theme)), m_export(new PartsButton(theme)), m_exports(new QMenu(this))
{
    m_explain->setObjectName(QStringLiteral("explain"));
    m_explain->setParts(QStringLiteral("explain"), Token::text, tr("Explain"), {}, false);
    m_explain->setToolTip(tr("Mark a range in the chart, and see what changed in it (Ctrl+E)"));
    m_export->setObjectName(QStringLiteral("export"));
    m_export->setParts(QStringLiteral("export"), Token::text, tr("Export"), {}, true);
    m_export->setToolTip(tr("Chart, data and reports as files"));
    addTrailing(m_explain);
    addTrailing(m_export);
    setExplainEnabled(false);
    connect(m_explain, &QPushButton::clicked, this, &QueryRow::explainAsked);
    connect(m_export, &QPushButton::clicked, this, [this] { m_exports->popup(m_export->mapToGlobal(QPoint(0, m_export->height() + 2))); });
    box().setValueSource(new StoreValues([this] { return StoreValues::Scope{m_explorer.store(), m_explorer.shownRange(), m_explorer.now()}; },
                                         [this](uint32_t number) { return m_explorer.autonomousSystem(number); }, this));
    connect(&box(), &FilterBox::applied, this, [this](const QString& filter) { m_explorer.setFilter(filter.toStdString()); });
    connect(&explorer, &Explorer::stateChanged, this, &QueryRow::sync);
    connect(&explorer, &Explorer::answerChanged, this, &QueryRow::syncAnswer);
    sync();
}

void QueryRow::setExplainEnabled(bool enabled) { m_explain->setEnabled(enabled); }
void QueryRow::setExportShown(bool shown) { m_export->setVisible(shown); }

void QueryRow::sync()
{
    box().setSchema(m_explorer.schema());
    box().setApplied(text(m_explorer.state().query.filter));
}

void QueryRow::syncAnswer()
{
    const auto& answer = m_explorer.answer();
    if (answer && answer->error && answer->error->span)
        box().showError(*answer->error);
}

} // namespace rivereto::ui
