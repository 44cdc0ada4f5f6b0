// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a Go program says of itself, also without symbols: its version (build information, Go 1.13 and later) and where
// its functions are (pclntab, Go 1.16 and later; 1.17 to 1.26 were tried). Both are another process's bytes and may be
// hostile: every number is checked, the work is bounded.
//
// Pure; threads as the source of the bytes.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "capture/elf_file.h"

namespace apiarist::capture {

// Build information: the contents of .go.buildinfo.
struct GoBuildInfo {
    std::string version;                         // "go1.26.8"; empty: it stands behind the pointer
    std::optional<std::uint64_t> pointer_place;  // bytes from the start, of a pointer to Go's string of the version
};
[[nodiscard]] std::optional<GoBuildInfo> read_go_build_info(std::span<const std::byte> bytes);

// "go1.26.8 X:boringcrypto" → {1, 26}.
struct GoRelease {
    unsigned major = 0;
    unsigned minor = 0;
};
[[nodiscard]] constexpr bool operator==(GoRelease a, GoRelease b) {
    return a.major == b.major && a.minor == b.minor;
}
[[nodiscard]] constexpr bool operator<(GoRelease a, GoRelease b) {
    return a.major != b.major ? a.major < b.major : a.minor < b.minor;
}
[[nodiscard]] std::optional<GoRelease> go_release(std::string_view version);

// Bytes of a table, at most `size` of them, fewer at its end.
using ReadTable = std::function<std::vector<std::byte>(std::uint64_t offset, std::size_t size)>;

struct GoTableFunction {
    std::string name;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  // where the next function begins
};

// A pclntab.
struct GoTable {
    // Of the functions, `begin` and `end`. true: places in the table of pointers to code (Go 1.16, 1.17). false:
    // distances from the start of Go's text.
    bool by_pointers = false;
    std::uint64_t text_start_place = 0;  // of the pointer to the start of text; Go 1.26 leaves it zero
    std::uint64_t first_function = 0;    // as `begin`
    std::vector<GoTableFunction> functions;
};
// `names`: the functions that are wanted, of which those that it has come back.
[[nodiscard]] Result<GoTable> read_go_table(const ReadTable& read, std::uint64_t size,
                                            std::span<const std::string_view> names);
// Whether a pclntab may begin so.
[[nodiscard]] bool begins_go_table(std::span<const std::byte> bytes);

// Of a file: nothing when it is no Go program.
[[nodiscard]] std::optional<std::string> go_version(const ElfFile& elf);
using GoFunctions = std::map<std::string, ElfFunction, std::less<>>;
[[nodiscard]] Result<GoFunctions> go_functions(const ElfFile& elf, std::span<const std::string_view> names);

}  // namespace apiarist::capture
