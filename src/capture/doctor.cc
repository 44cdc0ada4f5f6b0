// SPDX-License-Identifier: Apache-2.0
// The facts. What follows from them stands in doctor_judge.cc.
#include "capture/doctor.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "base/handles.h"
#include "capture/cgroups.h"
#include "capture/host.h"
#include "capture/kernel_source.h"
#include "capture/proc.h"
#include "capture/tls_library.h"
#include "events/event.h"

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;
using ElfFile = std::unique_ptr<Elf, Destroy<elf_end>>;

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

Error elf_error() {
    const char* why = elf_errmsg(-1);
    return Error{std::errc::executable_format_error, why == nullptr ? "not an ELF file" : why};
}

constexpr unsigned kOurMachine =
#if defined(__aarch64__)
    EM_AARCH64;
#else
    EM_X86_64;
#endif

Status check_machine(Elf* elf) {
    if (elf_kind(elf) != ELF_K_ELF) return Error{std::errc::executable_format_error, "not an ELF file"};
    GElf_Ehdr header;
    if (gelf_getehdr(elf, &header) == nullptr) return elf_error();
    if (gelf_getclass(elf) != ELFCLASS64)
        return Error{std::errc::executable_format_error, "32-bit; the calls of 32-bit processes are not read"};
    if (header.e_machine != kOurMachine) return Error{std::errc::executable_format_error, "code of another machine"};
    return Done{};
}

void remove_defined(Elf* elf, Elf_Scn* section, std::set<std::string_view>& wanted) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) return;
    if (header.sh_type != SHT_DYNSYM && header.sh_type != SHT_SYMTAB) return;
    Elf_Data* data = elf_getdata(section, nullptr);
    const std::size_t size = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
    if (data == nullptr || size == 0) return;
    const auto count = static_cast<int>(std::min<std::size_t>(data->d_size / size, std::size_t{1} << 24));
    for (int i = 0; i < count && !wanted.empty(); ++i) {
        GElf_Sym symbol;
        if (gelf_getsym(data, i, &symbol) == nullptr) return;
        if (symbol.st_shndx == SHN_UNDEF || GELF_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
        if (const char* name = elf_strptr(elf, header.sh_link, symbol.st_name); name != nullptr) wanted.erase(name);
    }
}

Result<Fd> open_regular(const std::string& path) {
    // Not blocking: what has the name of a library may be a pipe.
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return Error::from_errno(errno, "open");
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return Error::from_errno(errno, "open");
    constexpr off_t kLargest = off_t{1} << 30;
    if (!S_ISREG(info.st_mode) || info.st_size > kLargest)
        return Error{std::errc::executable_format_error, "not a library"};
    return fd;
}

}  // namespace

Result<std::vector<std::string>> missing_functions(const std::string& path,
                                                   std::span<const std::string_view> functions) {
    auto fd = open_regular(path);
    if (!fd) return std::move(fd).error();
    if (elf_version(EV_CURRENT) == EV_NONE) return elf_error();
    // Read, not mapped: a file that shrinks meanwhile would be a SIGBUS.
    const ElfFile elf(elf_begin(fd->get(), ELF_C_READ, nullptr));
    if (!elf) return elf_error();
    APIARIST_TRY(check_machine(elf.get()));
    std::set<std::string_view> wanted(functions.begin(), functions.end());
    for (Elf_Scn* section = elf_nextscn(elf.get(), nullptr); section != nullptr;
         section = elf_nextscn(elf.get(), section))
        remove_defined(elf.get(), section, wanted);
    std::vector<std::string> missing;
    for (const std::string_view function : functions)
        if (wanted.contains(function)) missing.emplace_back(function);
    return missing;
}

std::vector<TlsLibraryFacts> read_tls_libraries(const std::vector<std::string>& paths) {
    std::vector<std::string_view> functions;
    for (const TlsFunction& function : tls_functions())
        functions.emplace_back(function.symbol);
    std::set<fs::path> seen;
    std::vector<TlsLibraryFacts> libraries;
    for (const std::string& path : paths) {
        std::error_code error;
        const fs::path real = fs::canonical(path, error);
        if (!error && !seen.insert(real).second) continue;
        TlsLibraryFacts library;
        library.path = path;
        auto missing = missing_functions(path, functions);
        if (missing) {
            library.version = tls_library_version(path);
            library.missing = std::move(*missing);
        } else {
            library.unfit = missing.error().what;
        }
        for (const TlsFunction& function : tls_functions())
            if (function.required && std::ranges::find(library.missing, function.symbol) != library.missing.end())
                library.unfit = std::string("it has no ") + function.symbol;
        libraries.push_back(std::move(library));
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
