// SPDX-License-Identifier: Apache-2.0
#pragma once
// All entries of a hash map of the kernel programs, in batches: by one key after another a deletion meanwhile would
// begin the walk again. What is put in or taken out meanwhile is seen or not.
//
// Threads: any.

#include <cstddef>
#include <cstring>
#include <functional>

namespace apiarist::capture {

// `key` and `value` live during the call only.
using OnEntry = std::function<void(const std::byte* key, const std::byte* value)>;
void for_each_entry(int map, std::size_t key_size, std::size_t value_size, const OnEntry& on_entry);

template <typename Key, typename Value, typename Visit>
void for_each_entry(int map, const Visit& visit) {
    for_each_entry(map, sizeof(Key), sizeof(Value), [&visit](const std::byte* key_bytes, const std::byte* value_bytes) {
        Key key;
        Value value;
        std::memcpy(&key, key_bytes, sizeof(key));
        std::memcpy(&value, value_bytes, sizeof(value));
        visit(key, value);
    });
}

}  // namespace apiarist::capture
