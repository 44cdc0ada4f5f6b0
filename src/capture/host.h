// SPDX-License-Identifier: Apache-2.0
#pragma once
// What this host allows, asked before anything is attached.

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace apiarist::capture {

struct KernelVersion {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;
    auto operator<=>(const KernelVersion&) const =
        default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 sees a 0 in it
};

// Of "6.1.0-13-amd64".
[[nodiscard]] std::optional<KernelVersion> parse_kernel_version(std::string_view release);

// From 6.11 a return probe on x86-64 ends in a system call of its own, uretprobe(2). Where true, a seccomp filter that
// does not know it kills the process; the kernel lets it pass filters since 6.13.3 and 6.12.14.
[[nodiscard]] bool return_probes_kill(const KernelVersion& version, std::string_view machine);
// Of the kernel that runs here; false when its version cannot be told.
[[nodiscard]] bool return_probes_kill_here();

// Where the root directory of this node is seen: /host, where a container has it by custom, else /.
[[nodiscard]] std::string usual_node_root();

// An error that says in one line why the kernel programs cannot work here: not root, no BTF, another pid namespace.
Status can_load_programs();

}  // namespace apiarist::capture
