// SPDX-License-Identifier: Apache-2.0
// The facts. What follows from them stands in doctor_judge.cc.
#include "capture/doctor.h"

#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "capture/cgroups.h"
#include "capture/host.h"
#include "capture/kernel_source.h"
#include "capture/proc.h"
#include "capture/tls_stack.h"
#include "events/event.h"

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::uint64_t effective_capabilities(const fs::path& status_path) {
    std::ifstream status(status_path);
    std::uint64_t set = 0;
    for (std::string word; status >> word;)
        if (word == "CapEff:") status >> std::hex >> set;
    return set;
}

// "none [integrity] confidentiality": the one in brackets is in force.
std::string lockdown_mode(const std::string& line) {
    const auto open = line.find('[');
    const auto close = line.find(']', open == std::string::npos ? 0 : open);
    if (open == std::string::npos || close == std::string::npos) return {};
    return line.substr(open + 1, close - open - 1);
}

// proc(5): fields up to " - ", then the type; the fifth field is the mount point, with \040 for a space.
std::string cgroup2_mount(const fs::path& mountinfo) {
    std::ifstream file(mountinfo);
    for (std::string line; std::getline(file, line);) {
        const auto dash = line.find(" - ");
        if (dash == std::string::npos || !std::string_view(line).substr(dash + 3).starts_with("cgroup2 ")) continue;
        std::istringstream fields(line);
        std::string field;
        for (int i = 0; i < 5; ++i)
            fields >> field;
        return field;
    }
    return {};
}

bool log_names_gvisor() {
    constexpr int kReadAll = 3;
    std::string log(std::size_t{1} << 16, '\0');
    const int n = ::klogctl(kReadAll, log.data(), static_cast<int>(log.size()));
    if (n <= 0) return false;
    return std::string_view(log).substr(0, static_cast<std::size_t>(n)).find("Starting gVisor") !=
           std::string_view::npos;
}

}  // namespace

std::vector<TlsLibraryFacts> read_tls_libraries(const std::vector<std::string>& paths) {
    std::set<fs::path> seen;
    std::vector<TlsLibraryFacts> libraries;
    for (const std::string& path : paths) {
        std::error_code error;
        const fs::path real = fs::canonical(path, error);
        if (!error && !seen.insert(real).second) continue;
        const auto elf = ElfFile::open(path);
        if (!elf) {
            libraries.push_back({.path = path, .version = {}, .unfit = elf.error().what, .missing = {}, .probed = {}});
            continue;
        }
        for (ProbePlan& plan : tls_plans(*elf, path, true))
            if (!plan.part)
                libraries.push_back({.path = path,
                                     .version = std::move(plan.version),
                                     .unfit = std::move(plan.unfit),
                                     .missing = std::move(plan.missing),
                                     .probed = {}});
    }
    return libraries;
}

HostFacts read_host(const fs::path& root) {
    HostFacts facts;
    utsname names{};
    if (::uname(&names) == 0) facts.machine = names.machine;
    facts.release = first_line(root / "proc/sys/kernel/osrelease");
    facts.build = first_line(root / "proc/sys/kernel/version");
    std::error_code error;
    facts.btf = fs::exists(root / "sys/kernel/btf/vmlinux", error);
    facts.uprobes = fs::exists(root / "sys/bus/event_source/devices/uprobe/type", error);
    // Its log says so; a real kernel with BTF is not asked, because anyone with rights may write to a log.
    facts.gvisor = first_line(root / "proc/version").find("gVisor") != std::string::npos ||
                   (!facts.btf && root == "/" && log_names_gvisor());
    facts.first_pid_namespace = in_first_pid_namespace();
    facts.capabilities = effective_capabilities(root / "proc/self/status");
    facts.lockdown = lockdown_mode(first_line(root / "sys/kernel/security/lockdown"));
    facts.cgroup2 = cgroup2_mount(root / "proc/self/mountinfo");
    const fs::path node = root == "/" ? fs::path(usual_node_root()) : root;
    if (const auto hierarchy = pod_hierarchy(node, root / "proc/self/cgroup")) {
        facts.pods = hierarchy->mount;
        facts.pod_cgroups = pod_cgroups(*hierarchy).size();
    }
    return facts;
}

void try_programs(HostFacts& facts) {
    if (const auto able = can_load_programs(); !able) {
        facts.programs.emplace(able.error());
        return;
    }
    constexpr std::size_t kSmallRing = 64 << 10;
    KernelOptions options;
    options.ring_bytes = kSmallRing;
    options.return_probes = !return_probes_kill_here();
    auto source = KernelSource::make(options);
    if (!source) {
        facts.programs.emplace(std::move(source).error());
        return;
    }
    facts.programs.emplace(Done{});
    facts.refused = (*source)->refused();
    (*source)->drain(0, [&facts](std::span<const std::byte> record) {
        const auto event = events::decode(record);
        const auto* found = event ? std::get_if<ap_library>(&*event) : nullptr;
        if (found == nullptr) return;
        for (TlsLibraryFacts& library : facts.tls_libraries) {
            std::error_code error;
            if (!fs::equivalent(library.path, found->path, error) || error) continue;
            if (found->state == AP_LIBRARY_PROBED) {
                library.probed.emplace(Done{});
            } else {
                library.probed.emplace(Error{std::errc::not_supported, found->reason});
            }
        }
    });
    (*source)->detach();
}

}  // namespace apiarist::capture
