// SPDX-License-Identifier: Apache-2.0
// The readers of a hostile Go program's build information and table of functions. Input: the bytes of both. Checked: no
// crash, what comes back was asked for and lies in the table, and a table is read in bounded work.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "capture/go_binary.h"

namespace {

using namespace apiarist::capture;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    if (const auto info = read_go_build_info(bytes)) {
        check(info->pointer_place || !info->version.empty(), "a version or where it stands");
        check(info->version.size() <= size, "the version is among the bytes");
        (void)go_release(info->version);
    }
    std::uint64_t read_bytes = 0;
    const ReadTable read = [&](std::uint64_t offset, std::size_t wanted) {
        if (offset >= size) return std::vector<std::byte>();
        const auto part = bytes.subspan(offset, std::min<std::size_t>(wanted, size - offset));
        read_bytes += part.size();
        return std::vector<std::byte>(part.begin(), part.end());
    };
    constexpr std::string_view kNames[] = {"a", "crypto/tls.(*Conn).Read", "main.main"};
    if (const auto table = read_go_table(read, size, kNames)) {
        check(table->functions.size() <= std::size(kNames), "only what was asked for");
        for (const GoTableFunction& one : table->functions)
            check(!table->by_pointers || one.end + 8 <= size, "the pointers are in the table");
    }
    check(read_bytes <= (2 * 2 + std::size(kNames) + 1) * (std::uint64_t{size} + (128 << 10)), "bounded work");
    return 0;
}
