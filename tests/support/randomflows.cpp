// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/randomflows.h"

namespace rivereto::support {

using core::ColumnId;

namespace {

uint64_t randomNumber(std::mt19937& random, core::Storage storage)
{
    switch (random() % 4) {
    case 0: return 0;
    case 1: return random() % 8;
    case 2: return random() % 200;
    default: break;
    }
    const uint64_t wide = static_cast<uint64_t>(random()) << 32 | random();
    return storage == core::Storage::U8 ? wide & 0xff : storage == core::Storage::U16 ? wide & 0xffff : storage == core::Storage::U32 ? wide & 0xffffffff : wide;
}

void fillColumn(core::FlowBatch& batch, const core::Column& column, std::mt19937& random)
{
    const auto storage = column.storage();
    if (storage == core::Storage::Dict) {
        auto* cells = batch.cells<uint32_t>(column.id);
        for (size_t row = 0; row < batch.rows(); ++row) {
            if (core::isList(column.type)) {
                const std::vector<uint32_t> words(3 * (random() % 3), random() % 50);
                cells[row] = batch.dictionary().intern(core::listBytes(words));
            } else {
                cells[row] = batch.dictionary().intern(random() % 3 == 0 ? "" : "name " + std::to_string(random() % 40));
            }
        }
        return;
    }
    core::withCellType(storage, [&](auto cell) {
        using T = decltype(cell);
        auto* cells = batch.cells<T>(column.id);
        for (size_t row = 0; row < batch.rows(); ++row) {
            if constexpr (std::is_same_v<T, core::Ip>)
                cells[row] = random() % 5 == 0 ? core::Ip{0x20010db8'00000000ULL, random() % 64} : core::Ip::v4(0x0a000000U + random() % 300);
            else if constexpr (std::is_integral_v<T>)
                cells[row] = static_cast<T>(randomNumber(random, storage));
        }
    });
}

} // namespace

core::FlowBatch randomFlows(const std::shared_ptr<const core::Schema>& schema, size_t rows, uint64_t timeMs, uint32_t seed)
{
    std::mt19937 random(seed);
    core::FlowBatch batch(schema);
    batch.addRows(rows);
    for (const auto& column : schema->columns()) {
        if (column.stored() && column.id != ColumnId::TimeReceived)
            fillColumn(batch, column, random);
    }
    for (size_t row = 0; row < rows; ++row) {
        const auto time = timeMs + row;
        batch.cells<uint64_t>(ColumnId::TimeReceived)[row] = time;
        batch.cells<uint64_t>(ColumnId::TimeFlowEnd)[row] = random() % 7 == 0 ? 0 : time - random() % 5000;
        batch.cells<uint64_t>(ColumnId::TimeFlowStart)[row] = random() % 7 == 0 ? 0 : time - 5000 - random() % 60000;
        batch.cells<uint64_t>(ColumnId::Bytes)[row] = 40 + random() % 100000;
        batch.cells<uint64_t>(ColumnId::Packets)[row] = 1 + random() % 50;
        batch.cells<uint64_t>(ColumnId::SamplingRate)[row] = random() % 2 == 0 ? 1000 : 0;
        batch.cells<uint8_t>(ColumnId::Proto)[row] = random() % 3 == 0 ? 17 : 6;
        batch.cells<uint16_t>(ColumnId::DstPort)[row] = static_cast<uint16_t>(random() % 2 == 0 ? 443 : random() % 65536);
        // A function of the address, as enrichment makes it.
        const auto src = batch.cells<core::Ip>(ColumnId::SrcAddr)[row];
        batch.cells<uint32_t>(ColumnId::SrcAS)[row] = 64500 + static_cast<uint32_t>(src.lo % 16);
        batch.setText(ColumnId::SrcNetName, row, "net " + std::to_string(src.lo % 16));
    }
    return batch;
}

} // namespace rivereto::support
