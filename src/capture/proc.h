// SPDX-License-Identifier: Apache-2.0
#pragma once
// What /proc says of processes, read once at the start; afterwards the kernel programs tell.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace apiarist::capture {

struct MappedFile {
    std::string path;          // as the process sees it
    std::string open_path;     // /proc/PID/map_files/…: opens the very file, in whatever mount namespace
    std::uint64_t device = 0;  // as stat(2) has it; on some file systems another one than stat's
    std::uint64_t inode = 0;
};

[[nodiscard]] bool process_exists(std::uint32_t pid);
// The name of its main thread; empty when it is gone.
[[nodiscard]] std::string process_name(std::uint32_t pid);
// `pid` and all its descendants.
[[nodiscard]] std::vector<std::uint32_t> with_descendants(std::uint32_t pid);
// Files mapped executable.
[[nodiscard]] std::vector<MappedFile> mapped_files(std::uint32_t pid);
// "00400000-0071b000" as /proc/PID/maps pads it → "400000-71b000" as its file in map_files is named.
[[nodiscard]] std::string map_files_name(std::string_view range);
// True when process numbers here are those of the kernel's first pid namespace, which the programs see.
[[nodiscard]] bool in_first_pid_namespace();

// CLOCK_MONOTONIC, as the kernel programs stamp their records.
[[nodiscard]] std::uint64_t monotonic_ns();

}  // namespace apiarist::capture
