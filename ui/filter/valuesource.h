// SPDX-License-Identifier: GPL-3.0-or-later
// ValueSource: who knows which values a column has, for completion behind an operator.
#pragma once

#include <string>

#include <QList>
#include <QObject>
#include <QString>

namespace rivereto::ui {

struct SeenValue {
    QString literal;   ///< as it stands in a filter, quotes included
    QString plain;     ///< without quotes, to match what is typed
    QString detail;    ///< what there is to say of it: the name of an AS, of a service; may be empty
    quint64 flows = 0; ///< in the shown range
    bool alternative = false; ///< another way to write a value that is in the list, too
};

/// GUI thread.
class ValueSource : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// Answers with answered(), at once or later, perhaps more than once, or never when another column is asked for meanwhile.
    /// `column` is a column or a word for both ends; `prefix`, without quotes, is a hint for those that can search.
    virtual void ask(const std::string& column, const std::string& prefix) = 0;

signals:
    /// Most flows first. They need not fit the prefix. `all`: there are no others in the range.
    void answered(const std::string& column, const QList<rivereto::ui::SeenValue>& values, bool all);
};

} // namespace rivereto::ui
