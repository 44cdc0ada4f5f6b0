// SPDX-License-Identifier: Apache-2.0
#include "capture/host.h"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <charconv>
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

std::optional<KernelVersion> parse_kernel_version(std::string_view release) {
    KernelVersion version;
    const char* at = release.data();
    const char* const end = at + release.size();
    for (unsigned* part : {&version.major, &version.minor, &version.patch}) {
        const auto [stop, error] = std::from_chars(at, end, *part);
        if (error != std::errc{}) return part == &version.patch ? std::optional(version) : std::nullopt;
        if (part == &version.major && (stop == end || *stop != '.')) return std::nullopt;
        if (stop == end || *stop != '.') return version;
        at = stop + 1;
    }
    return version;
}

bool return_probes_kill(const KernelVersion& version, std::string_view machine) {
    if (machine != "x86_64" || version < KernelVersion{6, 11, 0}) return false;
    const bool mended = version >= KernelVersion{6, 13, 3} ||
                        (version >= KernelVersion{6, 12, 14} && version < KernelVersion{6, 13, 0});
    return !mended;
}

bool return_probes_kill_here() {
    utsname host{};
    if (::uname(&host) != 0) return false;
    const auto version = parse_kernel_version(host.release);
    return version && return_probes_kill(*version, host.machine);
}

std::string usual_node_root() {
    struct stat info {};
    return ::stat("/host/proc", &info) == 0 ? "/host" : "/";
}

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
