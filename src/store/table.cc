// SPDX-License-Identifier: Apache-2.0
#include "store/table.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace apiarist::store {
namespace {

constexpr std::size_t kMostText = 2048;

std::optional<std::string> from_hex(std::string_view hex) {
    if (hex.size() % 2 != 0 || hex.size() > 2 * kMostText) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        unsigned byte = 0;
        const auto [end, error] = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
        if (error != std::errc{} || end != hex.data() + i + 2) return std::nullopt;
        out += static_cast<char>(byte);
    }
    return out;
}

std::optional<std::int64_t> whole(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

// "last_seen~i1800000000~17", "template~s2f61~17"
std::string write_cursor(std::string_view sort, const Cursor& cursor) {
    std::string out = fmt::format("{}~", sort);
    if (const auto* number = std::get_if<std::int64_t>(&cursor.value)) {
        out += fmt::format("i{}", *number);
    } else {
        out += 's';
        for (const char c : std::string_view(text(cursor.value)).substr(0, kMostText))
            out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    return out + fmt::format("~{}", cursor.id);
}

Result<Cursor> read_cursor(std::string_view sort, std::string_view given) {
    const Error bad{std::errc::invalid_argument, "the cursor is not of this list and order"};
    if (!given.starts_with(sort) || given.substr(sort.size(), 1) != "~") return bad;
    given.remove_prefix(sort.size() + 1);
    const auto middle = given.find('~');
    if (middle == std::string_view::npos || middle == 0) return bad;
    const auto id = whole(given.substr(middle + 1));
    if (!id) return bad;
    const std::string_view value = given.substr(1, middle - 1);
    if (given.front() == 'i') {
        const auto number = whole(value);
        if (!number) return bad;
        return Cursor{*number, *id};
    }
    if (given.front() != 's') return bad;
    auto bytes = from_hex(value);
    if (!bytes) return bad;
    return Cursor{std::move(*bytes), *id};
}

}  // namespace apiarist::store
