// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where in a function a uprobe costs least (ADR 5). The kernel emulates conditional jumps, calls, jumps and pushes
// (x86-64); any other instruction it steps over, which costs several times as much. A site is taken only where the
// machine code proves that it means the same as the function's entry or return; else there is none, and the caller
// probes the entry and return. Pure functions of bytes, which are another process's and may be hostile.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace apiarist::capture {

// How a function is called.
enum class Calling {
    kC,   // System V AMD64, AAPCS64
    kGo,  // ABIInternal of Go 1.17 and later
};

struct ProbeSites {
    // Every call of the function passes here, with its first `arguments` still in their registers: once in C; in Go
    // once more at the same stack depth when the check of the stack's room begins the call again.
    std::optional<std::uint64_t> entry;  // bytes from the function's start
    // Every return passes here once, with the result already in its register, at a stack pointer that is not below the
    // entry site's.
    std::optional<std::uint64_t> result;
    // All return instructions, when no return of the function passes elsewhere; else none.
    std::vector<std::uint64_t> returns;
};

// `code`: the whole function. `arguments`: 1 to 4. Of Go the entry and the returns; its jumps by table stay inside the
// function. On arm64 nothing of C, and of Go only the returns.
[[nodiscard]] ProbeSites find_probe_sites(std::span<const std::byte> code, unsigned arguments,
                                          Calling calling = Calling::kC);

}  // namespace apiarist::capture
