// SPDX-License-Identifier: Apache-2.0
#include "capture/go_binary.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace apiarist::capture {
namespace {

// Of a pclntab: magic number, two zeros, the least size of an instruction, the size of a pointer; numbers of functions
// and files; (since 1.18) the start of text; distances of its parts.
constexpr std::uint32_t kMagic116 = 0xfffffffa;
constexpr std::uint32_t kMagic118 = 0xfffffff0;
constexpr std::uint32_t kMagic120 = 0xfffffff1;
constexpr std::size_t kPointer = 8;
constexpr std::size_t kFixedHeader = 8;
constexpr std::size_t kLongestHeader = kFixedHeader + 8 * kPointer;
constexpr std::uint64_t kMostFunctions = std::uint64_t{1} << 24;
constexpr std::size_t kWindow = 64 << 10;

Error broken(const char* why) {
    return Error{std::errc::executable_format_error, why};
}

template <typename T>
std::optional<T> number_at(std::span<const std::byte> bytes, std::uint64_t at) {
    if (at > bytes.size() || bytes.size() - at < sizeof(T)) return std::nullopt;
    T number;
    std::memcpy(&number, bytes.data() + at, sizeof(number));
    return number;
}

// Numbers of a table that are mostly asked for in order. What it reads in all has a bound, also where they are not.
class Window {
  public:
    Window(const ReadTable& read, std::uint64_t most) : read_(read), left_(most) {}

    template <typename T>
    std::optional<T> at(std::uint64_t offset) {
        if (offset < begin_ || offset - begin_ > bytes_.size() || bytes_.size() - (offset - begin_) < sizeof(T)) {
            if (left_ < kWindow) return std::nullopt;
            left_ -= kWindow;
            bytes_ = read_(offset, kWindow);
            begin_ = offset;
        }
        return number_at<T>(bytes_, offset - begin_);
    }

  private:
    const ReadTable& read_;
    std::uint64_t left_;
    std::uint64_t begin_ = 0;
    std::vector<std::byte> bytes_;
};

struct Layout {
    bool by_pointers = false;
    std::uint64_t count = 0;
    std::uint64_t names = 0;
    std::uint64_t names_end = 0;
    std::uint64_t functions = 0;

    [[nodiscard]] std::size_t field() const { return by_pointers ? kPointer : sizeof(std::uint32_t); }
    [[nodiscard]] std::uint64_t entry(std::uint64_t index) const { return functions + index * 2 * field(); }
};

Result<Layout> layout_of(std::span<const std::byte> header, std::uint64_t size) {
    if (!begins_go_table(header)) return broken("its table of functions is of an unknown format");
    Layout layout;
    layout.by_pointers = number_at<std::uint32_t>(header, 0) == kMagic116;
    const std::size_t parts = kFixedHeader + (layout.by_pointers ? 2 : 3) * kPointer;
    const auto word = [header](std::size_t at) { return number_at<std::uint64_t>(header, at); };
    const auto count = word(kFixedHeader);
    const auto names = word(parts);
    const auto names_end = word(parts + kPointer);
    const auto functions = word(parts + 4 * kPointer);
    if (!count || !names || !names_end || !functions) return broken("its table of functions is cut");
    if (*count == 0 || *count > kMostFunctions || *names > *names_end || *names_end > size || *functions > size ||
        (size - *functions) / (2 * layout.field()) < *count + 1)
        return broken("its table of functions is not whole");
    layout.count = *count;
    layout.names = *names;
    layout.names_end = *names_end;
    layout.functions = *functions;
    return layout;
}

// The distance of a name from the start of the names.
std::optional<std::uint64_t> place_of(const ReadTable& read, const Layout& layout, std::string_view name) {
    const std::string wanted = std::string(1, '\0') + std::string(name) + std::string(1, '\0');
    for (std::uint64_t at = layout.names; at < layout.names_end; at += kWindow) {
        const auto size = std::min<std::uint64_t>(kWindow + wanted.size(), layout.names_end - at);
        const auto bytes = read(at, static_cast<std::size_t>(size));
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (const auto found = text.find(wanted); found != std::string_view::npos) return at - layout.names + found + 1;
    }
    return std::nullopt;
}

// A number as wide as the table's fields.
std::optional<std::uint64_t> field_at(Window& entries, const Layout& layout, std::uint64_t place) {
    if (layout.by_pointers) return entries.at<std::uint64_t>(place);
    return entries.at<std::uint32_t>(place);
}

std::uint64_t begin_of(Window& entries, const Layout& layout, std::uint64_t index) {
    const std::uint64_t place = layout.entry(index);
    return layout.by_pointers ? place : field_at(entries, layout, place).value_or(0);
}

}  // namespace

bool begins_go_table(std::span<const std::byte> bytes) {
    const auto magic = number_at<std::uint32_t>(bytes, 0);
    if (!magic || bytes.size() < kFixedHeader) return false;
    const bool known = *magic == kMagic116 || *magic == kMagic118 || *magic == kMagic120;
    const auto least = std::to_integer<unsigned>(bytes[6]);
    return known && bytes[4] == std::byte{0} && bytes[5] == std::byte{0} && (least == 1 || least == 4) &&
           bytes[7] == std::byte{kPointer};
}

Result<GoTable> read_go_table(const ReadTable& read, std::uint64_t size, std::span<const std::string_view> names) {
    const auto header = read(0, kLongestHeader);
    auto layout = layout_of(header, size);
    if (!layout) return std::move(layout).error();
    GoTable table;
    table.by_pointers = layout->by_pointers;
    table.text_start_place = kFixedHeader + 2 * kPointer;
    std::map<std::uint64_t, std::string_view> wanted;
    for (const std::string_view name : names)
        if (const auto place = place_of(read, *layout, name)) wanted.emplace(*place, name);
    // Entries stand in order, and so do the functions that they point to, in tables that a linker made.
    Window entries(read, 2 * size + kWindow);
    Window functions(read, 2 * size + kWindow);
    table.first_function = begin_of(entries, *layout, 0);
    for (std::uint64_t i = 0; i < layout->count && table.functions.size() < wanted.size(); ++i) {
        const auto function = field_at(entries, *layout, layout->entry(i) + layout->field());
        if (!function || *function > size - layout->functions) return broken("its table of functions leads nowhere");
        const auto name = functions.at<std::uint32_t>(layout->functions + *function + layout->field());
        if (!name) return broken("its table of functions leads nowhere");
        if (const auto found = wanted.find(*name); found != wanted.end())
            table.functions.push_back(GoTableFunction{std::string(found->second), begin_of(entries, *layout, i),
                                                      begin_of(entries, *layout, i + 1)});
    }
    return table;
}

std::optional<GoBuildInfo> read_go_build_info(std::span<const std::byte> bytes) {
    constexpr std::string_view kMagic = "\xff Go buildinf:";
    constexpr std::size_t kFlags = 15;
    constexpr std::size_t kPointers = 16;
    constexpr std::size_t kInline = 32;
    constexpr unsigned kIsInline = 2;
    constexpr unsigned kBigEndian = 1;
    constexpr std::size_t kLongestVersion = 256;
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!text.starts_with(kMagic) || text.size() < kInline) return std::nullopt;
    const auto flags = static_cast<unsigned char>(text[kFlags]);
    if ((flags & kIsInline) == 0) {
        if (text[kMagic.size()] != kPointer || (flags & kBigEndian) != 0) return std::nullopt;
        return GoBuildInfo{{}, kPointers};
    }
    std::size_t length = 0;  // a varint
    std::size_t at = kInline;
    for (unsigned shift = 0;; shift += 7, ++at) {
        if (at >= text.size() || shift > 14) return std::nullopt;
        const auto byte = static_cast<unsigned char>(text[at]);
        length |= std::size_t{byte & 0x7fU} << shift;
        if ((byte & 0x80U) == 0) break;
    }
    ++at;
    if (length == 0 || length > kLongestVersion || text.size() - at < length) return std::nullopt;
    return GoBuildInfo{std::string(text.substr(at, length)), std::nullopt};
}

std::optional<GoRelease> go_release(std::string_view version) {
    const auto at = version.find("go1.");
    if (at == std::string_view::npos) return std::nullopt;
    GoRelease release{1, 0};
    const std::string_view minor = version.substr(at + 4);
    if (std::from_chars(minor.data(), minor.data() + minor.size(), release.minor).ec != std::errc{})
        return std::nullopt;
    return release;
}

}  // namespace apiarist::capture
