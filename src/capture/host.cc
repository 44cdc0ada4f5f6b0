// SPDX-License-Identifier: Apache-2.0
#include "capture/host.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "capture/proc.h"

namespace apiarist::capture {
namespace {

// CAP_SYS_ADMIN (21), or CAP_PERFMON (38) with CAP_BPF (39), in the effective set.
bool may_load() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        if (word != "CapEff:") continue;
        unsigned long long set = 0;
        status >> std::hex >> set;
        const auto has = [set](unsigned bit) { return (set >> bit & 1) != 0; };
        return has(21) || (has(38) && has(39));
    }
    return false;
}

}  // namespace

Status can_load_programs() {
    if (!may_load())
        return Error{
            std::errc::operation_not_permitted,
            "not permitted to load BPF programs: run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE"};
    struct stat info {};
    if (::stat("/sys/kernel/btf/vmlinux", &info) != 0)
        return Error{std::errc::not_supported,
                     "this kernel has no BTF (/sys/kernel/btf/vmlinux): Linux 5.10 or later with CONFIG_DEBUG_INFO_BTF "
                     "is needed"};
    if (!in_first_pid_namespace())
        return Error{std::errc::not_supported,
                     "this is not the host's pid namespace: process numbers would mean others (use hostPID)"};
    return Done{};
}

}  // namespace apiarist::capture
