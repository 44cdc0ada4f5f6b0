// SPDX-License-Identifier: Apache-2.0
#pragma once
// What this host can and cannot capture, and why. Facts are gathered first, as plain data; what follows from them is
// judged by a function that asks the host nothing. Rendering is the caller's.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "capture/host.h"

namespace apiarist::capture {

struct TlsLibraryFacts {
    std::string path;
    std::string version;
    std::string unfit;                 // why its file cannot be probed; empty: it has what is required
    std::vector<std::string> missing;  // functions that it does without
    std::optional<Status> probed;      // what attaching to it gave; nothing: not tried
};

struct HostFacts {
    std::string release;  // uname -r
    std::string build;    // uname -v
    std::string machine;  // uname -m
    bool gvisor = false;
    bool btf = false;
    bool uprobes = false;
    bool first_pid_namespace = false;
    std::uint64_t capabilities = 0;  // the effective set
    std::string lockdown;            // "none", "integrity", "confidentiality"; empty: the kernel has no such thing
    std::string cgroup2;             // where it is mounted; empty: nowhere
    std::string pods;                // where the cgroups of pods are, or would be; empty: nowhere
    std::size_t pod_cgroups = 0;     // there now
    std::vector<TlsLibraryFacts> tls_libraries;
    std::optional<Status> programs;    // loading and attaching them; nothing: not tried
    std::vector<std::string> refused;  // programs that were left out, with what that costs
};

// What files under `root` ("/" but in tests) and uname() say. Loads nothing.
[[nodiscard]] HostFacts read_host(const std::filesystem::path& root);
[[nodiscard]] std::vector<TlsLibraryFacts> read_tls_libraries(const std::vector<std::string>& paths);
// Loads and attaches the programs with an empty selection: nothing is traced. Fills `programs` and `probed`.
void try_programs(HostFacts& facts);

enum class Verdict : std::uint8_t { kOk, kWarn, kNo };

struct Finding {
    Verdict verdict = Verdict::kOk;
    std::string what;
    std::string detail;
};

[[nodiscard]] std::vector<Finding> judge(const HostFacts& facts);
// Something can be captured.
[[nodiscard]] bool can_capture(const HostFacts& facts);

}  // namespace apiarist::capture
