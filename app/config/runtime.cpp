// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config/runtime.h"

namespace rivereto::app {

core::Result<Runtime> Runtime::load(const std::optional<std::string>&)
{
    Runtime out;
    out.m_schema = core::Schema::builtin();
    return out;
}

collectors::PipelineOptions Runtime::pipelineOptions(unsigned workers) const { return {.workers = workers}; }

} // namespace rivereto::app
