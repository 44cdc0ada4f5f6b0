// SPDX-License-Identifier: Apache-2.0
#pragma once
// Maps by text in which a view can be looked up. The hash is salted: clients choose the keys.

#include <absl/container/flat_hash_map.h>
#include <absl/hash/hash.h>
#include <absl/strings/string_view.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace apiarist::inventory {

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return absl::Hash<absl::string_view>{}(absl::string_view(text.data(), text.size()));
    }
};

template <typename Value>
using TextMap = absl::flat_hash_map<std::string, Value, TextHash, std::equal_to<>>;

}  // namespace apiarist::inventory
