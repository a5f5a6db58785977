// SPDX-License-Identifier: GPL-3.0-or-later
// Vectors whose new elements hold anything: memory that is about to be written over needs no zeros.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace rivereto::storage {

template <class T>
struct Unwritten : std::allocator<T> {
    template <class U>
    struct rebind {
        using other = Unwritten<U>;
    };
    template <class U>
    void construct(U* at) noexcept
    {
        ::new (static_cast<void*>(at)) U;
    }
    template <class U, class... More>
    void construct(U* at, More&&... more)
    {
        ::new (static_cast<void*>(at)) U(std::forward<More>(more)...);
    }
};
template <class T>
using UnwrittenVector = std::vector<T, Unwritten<T>>;

} // namespace rivereto::storage
