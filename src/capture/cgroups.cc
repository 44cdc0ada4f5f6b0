// SPDX-License-Identifier: Apache-2.0
#include "capture/cgroups.h"

#include <bpf/btf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <memory>
#include <sstream>

#include "base/handles.h"

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;

using FileSystem = decltype(statfs::f_type);
constexpr FileSystem kCgroup1 = 0x27e0eb;
constexpr FileSystem kCgroup2 = 0x63677270;

// Runtimes put a container into all of them; which one tells makes no difference.
constexpr std::array<std::string_view, 8> kControllers{"memory",  "pids",    "cpu",    "cpuacct",
                                                       "devices", "freezer", "cpuset", "blkio"};

FileSystem file_system_of(const fs::path& path) {
    struct statfs info {};
    return ::statfs(path.c_str(), &info) == 0 ? info.f_type : 0;
}

std::optional<std::uint64_t> inode_of(const fs::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return std::nullopt;
    return info.st_ino;
}

// Directories below `folder`, from the top; a cgroup that goes away meanwhile is none.
template <typename OnFolder>
void each_folder(const fs::path& folder, const OnFolder& on_folder) {
    std::error_code error;
    fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
    while (!error && it != fs::recursive_directory_iterator()) {
        if (it->is_directory(error) && !it->is_symlink(error)) on_folder(it);
        it.increment(error);
    }
}

enum class Monitors { kTake, kLeave };

void add_below(const fs::path& path, Monitors monitors, std::vector<Cgroup>& out) {
    if (const auto id = inode_of(path)) out.push_back({path, *id});
    each_folder(path, [&out, monitors](fs::recursive_directory_iterator& it) {
        if (monitors == Monitors::kLeave && names_monitor(it->path().filename().native()))
            return it.disable_recursion_pending();
        if (const auto id = inode_of(it->path())) out.push_back({it->path(), *id});
    });
}

// The number of this controller's hierarchy in lines of "4:memory:/path".
std::optional<std::uint32_t> hierarchy_number(const fs::path& own_cgroups, std::string_view controller) {
    std::ifstream file(own_cgroups);
    for (std::string line; std::getline(file, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first == std::string::npos ? first : first + 1);
        if (second == std::string::npos) continue;
        std::uint32_t number = 0;
        if (std::from_chars(line.data(), line.data() + first, number).ec != std::errc{}) continue;
        std::istringstream names(line.substr(first + 1, second - first - 1));
        for (std::string name; std::getline(names, name, ',');)
            if (name == controller) return number;
    }
    return std::nullopt;
}

std::vector<CgroupHierarchy> hierarchies(const fs::path& root, const fs::path& own_cgroups) {
    const fs::path base = root / "sys/fs/cgroup";
    if (file_system_of(base) == kCgroup2) return {{base, 0, {}}};
    std::vector<CgroupHierarchy> found;
    for (const std::string_view controller : kControllers) {
        const auto number = hierarchy_number(own_cgroups, controller);
        if (number && *number != 0 && file_system_of(base / controller) == kCgroup1)
            found.push_back({base / controller, *number, std::string(controller)});
    }
    if (file_system_of(base / "unified") == kCgroup2) found.push_back({base / "unified", 0, {}});
    return found;
}

}  // namespace

Result<std::vector<Cgroup>> cgroups_below(const std::string& path) {
    constexpr std::uint64_t kRoot = 1;
    struct statfs system {};
    struct stat info {};
    if (::statfs(path.c_str(), &system) != 0 || ::stat(path.c_str(), &info) != 0)
        return Error::from_errno(errno, "cgroup " + path);
    // Of anything else the inode number would name another cgroup.
    if (system.f_type != kCgroup2 || !S_ISDIR(info.st_mode))
        return Error{std::errc::invalid_argument, path + " is no cgroup (v2); `apiarist doctor` says where they are"};
    if (info.st_ino == kRoot)
        return Error{std::errc::invalid_argument, path + " is the root of all cgroups, the whole node: that is --all"};
    std::vector<Cgroup> found;
    add_below(path, Monitors::kTake, found);
    return found;
}

bool names_pods(std::string_view name) {
    constexpr std::size_t kLetters = 47;  // of a name, as many as the kernel programs read
    return name.substr(0, kLetters).find("kubepods") != std::string_view::npos;
}

bool names_monitor(std::string_view name) {
    return name.starts_with("crio-con");
}

std::optional<CgroupHierarchy> pod_hierarchy(const fs::path& root, const fs::path& own_cgroups) {
    const auto all = hierarchies(root, own_cgroups);
    for (const CgroupHierarchy& hierarchy : all)
        if (!pod_cgroups(hierarchy).empty()) return hierarchy;
    if (all.empty()) return std::nullopt;
    return all.front();
}

std::vector<Cgroup> pod_cgroups(const CgroupHierarchy& hierarchy) {
    std::vector<Cgroup> found;
    each_folder(hierarchy.mount, [&found](fs::recursive_directory_iterator& it) {
        if (!names_pods(it->path().filename().native())) return;
        it.disable_recursion_pending();
        add_below(it->path(), Monitors::kLeave, found);
    });
    return found;
}

std::vector<std::uint32_t> processes_in(const Cgroup& cgroup) {
    std::ifstream file(cgroup.path + "/cgroup.procs");
    std::vector<std::uint32_t> processes;
    for (std::uint32_t pid = 0; file >> pid;)
        if (pid != 0) processes.push_back(pid);  // 0: of a pid namespace that is not ours
    return processes;
}

Result<std::uint32_t> controller_number(const std::string& controller) {
    const std::unique_ptr<btf, Destroy<btf__free>> types(btf__load_vmlinux_btf());
    if (!types) return Error::from_errno(errno, "read the kernel's BTF");
    const int id = btf__find_by_name_kind(types.get(), "cgroup_subsys_id", BTF_KIND_ENUM);
    if (id > 0) {
        const btf_type* type = btf__type_by_id(types.get(), static_cast<unsigned>(id));
        const auto* values = ::btf_enum(type);
        for (int i = 0; i < btf_vlen(type); ++i)
            if (controller + "_cgrp_id" == btf__name_by_offset(types.get(), values[i].name_off))
                return static_cast<std::uint32_t>(values[i].val);
    }
    return Error{std::errc::not_supported, fmt::format("this kernel has no cgroup controller \"{}\"", controller)};
}

}  // namespace apiarist::capture
