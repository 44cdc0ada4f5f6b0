// SPDX-License-Identifier: Apache-2.0
#include "capture/map_entries.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <vector>

namespace apiarist::capture {

void for_each_entry(int map, std::size_t key_size, std::size_t value_size, const OnEntry& on_entry) {
    constexpr std::size_t kFirst = 1024;
    constexpr std::size_t kMost = std::size_t{1} << 18;  // a bucket of the map must fit in whole
    std::size_t room = kFirst;
    std::vector<std::byte> keys(room * key_size);
    std::vector<std::byte> values(room * value_size);
    std::uint64_t place[2]{};  // the kernel's: a bucket's number
    bool begun = false;
    for (;;) {
        auto count = static_cast<std::uint32_t>(room);
        std::uint64_t next[2]{};
        const int result =
            bpf_map_lookup_batch(map, begun ? &place : nullptr, &next, keys.data(), values.data(), &count, nullptr);
        const int error = result == 0 ? 0 : errno;
        if (error == ENOSPC && room < kMost) {
            room *= 2;
            keys.resize(room * key_size);
            values.resize(room * value_size);
            continue;
        }
        if (error != 0 && error != ENOENT) return;
        for (std::size_t i = 0; i < count; ++i)
            on_entry(keys.data() + i * key_size, values.data() + i * value_size);
        if (error == ENOENT) return;
        std::copy(std::begin(next), std::end(next), std::begin(place));
        begun = true;
    }
}

}  // namespace apiarist::capture
