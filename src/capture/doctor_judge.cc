// SPDX-License-Identifier: Apache-2.0
// What follows from the facts of doctor.h.
#include <fmt/format.h>

#include "capture/doctor.h"

namespace apiarist::capture {
namespace {

constexpr unsigned kSysPtrace = 19;
constexpr unsigned kSysAdmin = 21;
constexpr unsigned kPerfmon = 38;
constexpr unsigned kBpf = 39;
constexpr unsigned kCheckpointRestore = 40;

bool has(const HostFacts& facts, unsigned capability) {
    return (facts.capabilities >> capability & 1) != 0;
}

bool programs_work(const HostFacts& facts) {
    return facts.programs && facts.programs->has_value();
}

Finding judge_kernel(const HostFacts& facts) {
    const std::string name = fmt::format("Linux {} on {}", facts.release, facts.machine);
    if (facts.gvisor) return {Verdict::kNo, "kernel", "gVisor: it has no kernel of ours to load programs into"};
    if (facts.machine != "x86_64" && facts.machine != "aarch64")
        return {Verdict::kNo, "kernel", name + ": only x86_64 and aarch64 are supported"};
    const auto version = parse_kernel_version(facts.release);
    if (!version) return {Verdict::kWarn, "kernel", name + ": its version cannot be told"};
    if (*version >= KernelVersion{5, 10, 0}) return {Verdict::kOk, "kernel", name};
    if (programs_work(facts))
        return {Verdict::kWarn, "kernel", name + ": older than 5.10, not tested; the programs load"};
    return {Verdict::kNo, "kernel", name + ": 5.10 or later is needed"};
}

Finding judge_btf(const HostFacts& facts) {
    if (facts.btf) return {Verdict::kOk, "BTF", "/sys/kernel/btf/vmlinux"};
    return {Verdict::kNo, "BTF", "no /sys/kernel/btf/vmlinux: a kernel with CONFIG_DEBUG_INFO_BTF is needed"};
}

Finding judge_privileges(const HostFacts& facts) {
    const bool admin = has(facts, kSysAdmin);
    if (!admin && !(has(facts, kPerfmon) && has(facts, kBpf)))
        return {Verdict::kNo, "privileges",
                "not permitted to load BPF programs: run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE"};
    std::string lacking;
    if (!has(facts, kSysPtrace)) lacking = "CAP_SYS_PTRACE";
    if (!admin && !has(facts, kCheckpointRestore))
        lacking += lacking.empty() ? "CAP_CHECKPOINT_RESTORE" : " and CAP_CHECKPOINT_RESTORE";
    if (lacking.empty()) return {Verdict::kOk, "privileges", admin ? "CAP_SYS_ADMIN" : "CAP_BPF and CAP_PERFMON"};
    return {Verdict::kWarn, "privileges",
            fmt::format("without {}, TLS libraries that other users' processes map later are not found", lacking)};
}

Finding judge_pid_namespace(const HostFacts& facts) {
    if (facts.first_pid_namespace) return {Verdict::kOk, "pid namespace", "the host's"};
    return {Verdict::kNo, "pid namespace", "not the host's: process numbers would mean others (use hostPID)"};
}

Finding judge_lockdown(const HostFacts& facts) {
    if (facts.lockdown.empty()) return {Verdict::kOk, "lockdown", "none: this kernel has no such mode"};
    if (facts.lockdown != "confidentiality") return {Verdict::kOk, "lockdown", facts.lockdown};
    return {Verdict::kNo, "lockdown", "confidentiality: the kernel lets no program read its memory"};
}

Finding judge_programs(const HostFacts& facts) {
    if (!facts.programs) return {Verdict::kWarn, "kernel programs", "not tried"};
    if (facts.programs->has_value() && !facts.refused.empty())
        return {Verdict::kWarn, "kernel programs", fmt::format("left out {}", fmt::join(facts.refused, "; "))};
    if (facts.programs->has_value()) return {Verdict::kOk, "kernel programs", "all load and attach"};
    return {Verdict::kNo, "kernel programs", facts.programs->error().what};
}

Finding judge_cgroup(const HostFacts& facts) {
    if (!facts.cgroup2.empty()) return {Verdict::kOk, "cgroup v2", facts.cgroup2};
    return {Verdict::kWarn, "cgroup v2", "not mounted: processes cannot be chosen by cgroup (--cgroup)"};
}

Finding judge_pods(const HostFacts& facts) {
    if (facts.pods.empty())
        return {Verdict::kWarn, "pods", "no cgroups are mounted: processes cannot be chosen by their pods (--pods)"};
    if (facts.pod_cgroups == 0) return {Verdict::kOk, "pods", "none now; they would be found at " + facts.pods};
    return {Verdict::kOk, "pods", fmt::format("{} cgroups of theirs at {}", facts.pod_cgroups, facts.pods)};
}

Finding judge_uprobes(const HostFacts& facts) {
    if (facts.uprobes) return {Verdict::kOk, "uprobes", "available"};
    return {Verdict::kWarn, "uprobes", "this kernel has none (CONFIG_UPROBE_EVENTS): TLS is not read"};
}

std::optional<Finding> judge_return_probes(const HostFacts& facts, const KernelVersion& version) {
    if (facts.machine != "x86_64" || version < KernelVersion{6, 11, 0}) return std::nullopt;
    if (!return_probes_kill(version, facts.machine))
        return Finding{Verdict::kOk, "return probes", "seccomp filters let their system call pass"};
    return Finding{Verdict::kWarn, "return probes",
                   "6.11 to 6.12.13 and 6.13.0 to 6.13.2 may kill a process under a seccomp filter at a return probe: "
                   "none is used "
                   "here; a TLS library whose returns cannot be told from its code is not read"};
}

// Since 6.13 programs at uprobes can be preempted by one another; what they keep per CPU would be overwritten.
std::optional<Finding> judge_preemption(const HostFacts& facts, const KernelVersion& version) {
    if (version < KernelVersion{6, 13, 0} || facts.build.find("PREEMPT") == std::string::npos) return std::nullopt;
    return Finding{Verdict::kOk, "preemption", "uprobe programs can be preempted here; ours keep nothing per CPU"};
}

Finding judge_library(const TlsLibraryFacts& library) {
    const std::string what = "TLS library " + library.path;
    if (!library.unfit.empty()) return {Verdict::kNo, what, library.unfit};
    if (library.probed && !library.probed->has_value())
        return {Verdict::kNo, what, library.version + ": " + library.probed->error().what};
    std::string detail = library.version + (library.probed ? ": can be probed" : ": has the functions, not tried");
    if (!library.missing.empty()) detail += fmt::format(" (without {})", fmt::join(library.missing, ", "));
    return {Verdict::kOk, what, detail};
}

void judge_libraries(const HostFacts& facts, std::vector<Finding>& findings) {
    for (const TlsLibraryFacts& library : facts.tls_libraries)
        findings.push_back(judge_library(library));
    if (facts.tls_libraries.empty())
        findings.push_back(
            {Verdict::kWarn, "TLS library", "no libssl in the usual places; one that a process maps is still found"});
}

void add_limits(std::vector<Finding>& findings) {
    constexpr std::pair<const char*, const char*> kLimits[] = {
        {"QUIC and HTTP/3", "UDP is not read"},
        {"other TLS",
         "Java's own, and what programs keep without symbols (OpenSSL, BoringSSL, rustls): their traffic counts as "
         "opaque; "
         "`apiarist coverage` says whose it is"},
        {"sendfile through kTLS", "a length without bytes; the rest of TLS in the kernel is read at the system calls"},
        {"Unix sockets", "HTTP between processes of one host that passes no TCP socket is not read and not counted"},
        {"io_uring and aio", "their bytes are gaps, of known size on TCP"},
        {"32-bit processes", "their system calls are counted, not read"},
    };
    for (const auto& [what, detail] : kLimits)
        findings.push_back({Verdict::kNo, what, detail});
}

}  // namespace

std::vector<Finding> judge(const HostFacts& facts) {
    std::vector<Finding> findings{judge_kernel(facts),        judge_btf(facts),      judge_privileges(facts),
                                  judge_pid_namespace(facts), judge_lockdown(facts), judge_programs(facts),
                                  judge_cgroup(facts),        judge_pods(facts),     judge_uprobes(facts)};
    const KernelVersion version = parse_kernel_version(facts.release).value_or(KernelVersion{});
    if (auto found = judge_return_probes(facts, version)) findings.push_back(std::move(*found));
    if (auto found = judge_preemption(facts, version)) findings.push_back(std::move(*found));
    judge_libraries(facts, findings);
    add_limits(findings);
    return findings;
}

bool can_capture(const HostFacts& facts) {
    return programs_work(facts);
}

}  // namespace apiarist::capture
