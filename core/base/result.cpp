// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/result.h"

namespace rivereto::core {

std::string Error::message() const
{
    std::string out;
    out.reserve(text.size() + 16 * args.size());
    size_t next = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{' && i + 1 < text.size() && text[i + 1] == '}') {
            if (next < args.size())
                out += args[next++];
            ++i;
        } else {
            out += text[i];
        }
    }
    return out;
}

} // namespace rivereto::core
