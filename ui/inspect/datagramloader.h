// SPDX-License-Identifier: GPL-3.0-or-later
// DatagramLoader: one datagram of the list with its bytes and its tree, read again from where it came; off the GUI thread.
#pragma once

#include <map>
#include <memory>
#include <stop_token>

#include <QObject>
#include <QThreadPool>

#include "core/decode/dissect.h"
#include "core/store/datagramsource.h"

namespace rivereto::ui {

struct LoadedDatagram {
    core::KeptDatagram datagram;
    std::shared_ptr<const core::DissectNode> tree; ///< taken apart with the templates that had come before it
};

/// GUI thread.
class DatagramLoader : public QObject {
    Q_OBJECT
public:
    explicit DatagramLoader(QObject* parent = nullptr);
    ~DatagramLoader() override;

    /// Forgets what was read from another source.
    void setSource(std::shared_ptr<core::DatagramSource> source);
    /// The datagram `number`, counted from 0; ends what was asked before. Its neighbours are kept, too.
    void load(uint64_t number);
    void cancel();

signals:
    void loaded(quint64 number, const std::shared_ptr<const rivereto::ui::LoadedDatagram>& datagram);
    /// It is not there any more, or the files cannot be read.
    void failed(quint64 number);

private:
    using Kept = std::map<uint64_t, std::shared_ptr<const LoadedDatagram>>;
    QThreadPool m_pool;
    std::stop_source m_stop;
    quint64 m_generation = 0;
    std::shared_ptr<core::DatagramSource> m_source;
    Kept m_kept;
};

} // namespace rivereto::ui
