// SPDX-License-Identifier: GPL-3.0-or-later
// naiveQuery: what a query should answer, written from the product's description and sharing nothing with core/query – maps,
// texts and lists of rows.
#pragma once

#include <map>
#include <set>

#include "core/query/result.h"
#include "tests/support/queryfilter.h"

namespace rivereto::support {

/// A value as shown, and octets whose order is that of values.
struct NaiveValue {
    std::string text;
    std::string order;
};

/// Cells of flows as texts. Derived columns are computed here again.
class NaiveFlows {
public:
    explicit NaiveFlows(const core::FlowBatch& flows) : m_flows(flows) { }
    [[nodiscard]] size_t rows() const { return m_flows.rows(); }
    [[nodiscard]] const core::Schema& schema() const { return m_flows.schema(); }
    [[nodiscard]] uint64_t number(const std::string& column, size_t row) const;
    [[nodiscard]] core::Ip address(const std::string& column, size_t row) const;
    [[nodiscard]] std::vector<uint32_t> list(const std::string& column, size_t row) const;
    [[nodiscard]] std::string bytes(const std::string& column, size_t row) const;
    [[nodiscard]] NaiveValue value(const std::string& column, size_t row, unsigned truncateV4 = 32, unsigned truncateV6 = 128) const;

private:
    const core::FlowBatch& m_flows;
};

/// Without `damaged`, `table`; kinds table, time series and Sankey.
core::QueryResult naiveQuery(const core::FlowBatch& flows, const core::Query& query, const FilterTree& filter);

} // namespace rivereto::support
