// SPDX-License-Identifier: Apache-2.0
// The parts of a Go program in an ELF file.
#include <algorithm>
#include <array>
#include <cstring>

#include "capture/go_binary.h"

namespace apiarist::capture {
namespace {

constexpr std::size_t kPointer = 8;

Error broken(const char* why) {
    return Error{std::errc::executable_format_error, why};
}

// A string of Go: a pointer to its bytes and its length.
std::string string_at(const ElfFile& elf, std::uint64_t address) {
    constexpr std::uint64_t kLongest = 256;
    const auto data = elf.pointer_at(address);
    const auto length = elf.pointer_at(address + kPointer);
    const auto offset = data ? elf.file_offset(*data) : std::nullopt;
    if (!offset || !length || *length == 0 || *length > kLongest) return {};
    const auto bytes = elf.read(*offset, static_cast<std::size_t>(*length));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Linkers other than Go's put a position-independent program's table among other data.
std::optional<ElfSection> search_table(const ElfFile& elf) {
    constexpr std::size_t kAlignment = 16;
    constexpr std::size_t kWindow = 1 << 20;
    constexpr std::size_t kHeader = 8;
    const auto where = elf.section(".data.rel.ro");
    if (!where) return std::nullopt;
    for (std::uint64_t at = 0; at < where->size && !elf.stop().stop_requested(); at += kWindow) {
        const auto bytes = elf.read(where->file_offset + at,
                                    static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, where->size - at)));
        // Sections are aligned by address.
        const std::size_t first = (kAlignment - (where->address + at) % kAlignment) % kAlignment;
        for (std::size_t i = first; i + kHeader <= bytes.size(); i += kAlignment)
            if (begins_go_table(std::span(bytes).subspan(i, kHeader)))
                return ElfSection{where->address + at + i, where->file_offset + at + i, where->size - at - i};
    }
    return std::nullopt;
}

std::optional<ElfSection> find_table(const ElfFile& elf) {
    for (const char* name : {".gopclntab", ".data.rel.ro.gopclntab"})
        if (const auto section = elf.section(name)) return section;
    return search_table(elf);
}

// Since 1.26 only the runtime's description of the module says it, which is known by its pointer to the table and by
// its least address of code.
std::optional<std::uint64_t> text_start_of_module(const ElfFile& elf, const ElfSection& section, const GoTable& table) {
    constexpr std::uint64_t kLeast = 20 * kPointer;
    constexpr std::uint64_t kText = 22 * kPointer;
    const auto module = elf.section(".go.module");
    if (!module || elf.pointer_at(module->address) != section.address) return std::nullopt;
    const auto text = elf.pointer_at(module->address + kText);
    if (!text || elf.pointer_at(module->address + kLeast) != *text + table.first_function) return std::nullopt;
    return text;
}

std::optional<std::uint64_t> text_start_of(const ElfFile& elf, const ElfSection& section, const GoTable& table) {
    const auto text = elf.pointer_at(section.address + table.text_start_place);
    return text && *text != 0 ? text : text_start_of_module(elf, section, table);
}

// Code begins with the check of the stack's room, of which the goroutine's register and field are Go's own: what the
// table says of the place is true.
bool begins_as_go(std::span<const std::byte> code) {
#if defined(__x86_64__)
    constexpr std::size_t kWithin = 40;
    constexpr std::array kBound{std::byte{0x3b}, std::byte{0x66}, std::byte{0x10}};  // cmp rsp or r12, [r14+16]
    const auto front = code.first(std::min(kWithin, code.size()));
    const auto found = std::search(front.begin(), front.end(), kBound.begin(), kBound.end());
    return found != front.end() && found != front.begin() &&
           (*(found - 1) == std::byte{0x49} || *(found - 1) == std::byte{0x4d});
#else
    std::uint32_t first = 0;
    if (code.size() < sizeof(first)) return false;
    std::memcpy(&first, code.data(), sizeof(first));
    return first == 0xf9400b90;  // ldr x16, [x28, #16]
#endif
}

}  // namespace

std::optional<std::string> go_version(const ElfFile& elf) {
    constexpr std::size_t kEnough = 1024;
    const auto section = elf.section(".go.buildinfo");
    if (!section) return std::nullopt;
    const auto info = read_go_build_info(
        elf.read(section->file_offset, static_cast<std::size_t>(std::min<std::uint64_t>(section->size, kEnough))));
    if (!info) return std::nullopt;
    if (!info->pointer_place) return info->version;
    const auto string = elf.pointer_at(section->address + *info->pointer_place);
    return string ? string_at(elf, *string) : std::string();
}

Result<GoFunctions> go_functions(const ElfFile& elf, std::span<const std::string_view> names) {
    const auto section = find_table(elf);
    if (!section) return broken("it has no table of functions");
    const ReadTable read = [&](std::uint64_t offset, std::size_t size) {
        if (offset >= section->size) return std::vector<std::byte>();
        return elf.read(section->file_offset + offset,
                        static_cast<std::size_t>(std::min<std::uint64_t>(size, section->size - offset)));
    };
    auto table = read_go_table(read, section->size, names);
    if (!table) return std::move(table).error();
    GoFunctions found;
    if (table->functions.empty()) return found;
    const auto text = table->by_pointers ? std::optional<std::uint64_t>(0) : text_start_of(elf, *section, *table);
    if (!text) return broken("where its code begins is not known");
    for (const GoTableFunction& one : table->functions) {
        const auto address = [&](std::uint64_t place) {
            return table->by_pointers ? elf.pointer_at(section->address + place) : std::optional(*text + place);
        };
        const auto begin = address(one.begin);
        const auto end = address(one.end);
        if (!begin || !end || *end <= *begin) return broken("its table of functions is out of order");
        const ElfFunction function{*begin, *end - *begin};
        const auto code = elf.code(function);
        if (!code || !begins_as_go(*code)) return broken("its code is not where its table of functions says");
        found.emplace(one.name, function);
    }
    return found;
}

}  // namespace apiarist::capture
