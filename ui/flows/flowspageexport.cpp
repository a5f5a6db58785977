// SPDX-License-Identifier: GPL-3.0-or-later
// How FlowsPage exports its listing.
#include <algorithm>

#include <QFileDialog>
#include <QMenu>

#include "ui/flows/flowspage.h"

namespace rivereto::ui {

void FlowsPage::syncExport()
{
    if (m_export.running())
        m_exportButton->setParts(QStringLiteral("stop"), Token::text, tr("Cancel export"), {}, false);
    else
        m_exportButton->setParts(QStringLiteral("export"), Token::text, tr("Export"), {}, true);
}

void FlowsPage::openExports()
{
    if (m_export.running())
        return m_export.cancel();
    QMenu menu(this);
    const auto ask = [this](core::FlowForm form, bool all) {
        const auto suffix = form == core::FlowForm::Csv ? QStringLiteral("csv") : form == core::FlowForm::Json ? QStringLiteral("json") : QStringLiteral("ndjson");
        auto* dialog = new QFileDialog(this, tr("Export flows"), QString(), tr("%1 files (*.%2)").arg(suffix.toUpper(), suffix));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setAcceptMode(QFileDialog::AcceptSave);
        dialog->setDefaultSuffix(suffix);
        connect(dialog, &QFileDialog::fileSelected, this, [this, form, all](const QString& path) {
            std::vector<std::string> fields;
            for (const auto& column : m_explorer.schema()->columns()) {
                if (all && column.stored())
                    fields.emplace_back(column.name);
            }
            exportTo(path, form, std::move(fields));
        });
        dialog->open();
    };
    menu.addAction(tr("CSV, columns shown…"), this, [ask] { ask(core::FlowForm::Csv, false); });
    menu.addAction(tr("CSV, all columns…"), this, [ask] { ask(core::FlowForm::Csv, true); });
    menu.addAction(tr("JSON, all columns…"), this, [ask] { ask(core::FlowForm::Json, true); });
    menu.addAction(tr("JSON lines, all columns…"), this, [ask] { ask(core::FlowForm::NdJson, true); });
    if (m_asked) {
        menu.addSeparator();
        m_fileExports->addFormats(menu, m_asked->query.filter, m_model.pages().listing().range);
    }
    menu.exec(m_exportButton->mapToGlobal(QPoint(0, m_exportButton->height() + 2)));
}

void FlowsPage::exportTo(const QString& path, core::FlowForm form, std::vector<std::string> fields)
{
    const auto store = m_explorer.store();
    if (!store || !m_asked)
        return;
    const auto& listing = m_model.pages().listing();
    // What the table shows stands in one or several stored columns.
    for (const auto& id : fields.empty() ? m_model.columnIds() : QStringList()) {
        const auto* column = m_columns->find(id);
        for (const auto need : column ? column->needs : std::vector<core::ColumnId>()) {
            const std::string name(m_columns->schema()[need].name);
            if (std::ranges::find(fields, name) == fields.end())
                fields.push_back(name);
        }
    }
    core::Query query{.kind = core::QueryKind::Flows, .filter = m_asked->query.filter};
    if (listing.range.length() > 0)
        query.range = listing.range;
    m_export.start({.store = store, .query = query, .fields = std::move(fields), .form = form, .path = path, .expected = m_model.matched(), .now = m_explorer.now()});
}

} // namespace rivereto::ui
