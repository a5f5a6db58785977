// SPDX-License-Identifier: GPL-3.0-or-later
// Profile: what a user keeps beside any database – saved filters, filters used before, saved views.
#pragma once

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QObject>
#include <QString>

namespace rivereto::ui {

class Preferences;

struct SavedFilter {
    QString name;
    QString filter;
    bool operator==(const SavedFilter&) const = default;
};

struct PastFilter {
    QString filter;
    QDateTime lastUsed; ///< UTC
    bool operator==(const PastFilter&) const = default;
};

struct SavedView {
    QString name;
    QString link; ///< text form of a state
    bool operator==(const SavedView&) const = default;
};

/// Kept as JSON in one of the program's preferences; every change is written at once. What cannot be read is set aside under
/// another key, never lost. GUI thread.
class Profile : public QObject {
    Q_OBJECT
public:
    static constexpr int kMostPast = 100;
    static constexpr int kLongestFilter = 16'384; ///< longer ones are not remembered

    explicit Profile(Preferences& preferences, QObject* parent = nullptr);

    /// In order of name.
    [[nodiscard]] const QList<SavedFilter>& filters() const { return m_filters; }
    /// Replaces one of that name. An empty name or filter is ignored.
    void saveFilter(const QString& name, const QString& filter);
    /// False when the new name is empty or taken.
    bool renameFilter(const QString& name, const QString& to);
    void removeFilter(const QString& name);

    /// Newest first, each once, at most kMostPast.
    [[nodiscard]] const QList<PastFilter>& history() const { return m_history; }
    void remember(const QString& filter, const QDateTime& when = QDateTime::currentDateTimeUtc());
    void forget(const QString& filter);
    void clearHistory();

    /// In order of name.
    [[nodiscard]] const QList<SavedView>& views() const { return m_views; }
    void saveView(const QString& name, const QString& link);
    bool renameView(const QString& name, const QString& to);
    void removeView(const QString& name);

signals:
    void changed();

private:
    void load();
    /// Takes over what another window has written meanwhile; before every change.
    void refresh();
    void store();

    Preferences& m_preferences;
    QList<SavedFilter> m_filters;
    QList<PastFilter> m_history;
    QList<SavedView> m_views;
    QJsonObject m_rest; ///< members that a later version wrote
    QString m_text;     ///< as read or written last
};

} // namespace rivereto::ui
