// SPDX-License-Identifier: Apache-2.0
#pragma once
// A function's machine code out of an ELF file. The file is hostile input: it is read as data, bounds are checked.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace apiarist::capture {

struct ElfFunction {
    std::uint64_t file_offset = 0;  // what perf_event_open wants for a uprobe
    std::vector<std::byte> code;    // at most kLargestFunction bytes
};

constexpr std::size_t kLargestFunction = 64 << 10;

// Looks in the dynamic symbols, then in the others. An error: no such file, not a 64-bit ELF file, no such function.
Result<ElfFunction> read_elf_function(const std::string& path, const std::string& symbol);

}  // namespace apiarist::capture
