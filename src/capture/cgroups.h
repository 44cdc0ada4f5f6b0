// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which cgroups are meant: one that is named, or those of the node's pods. Read from the mounted cgroup file systems;
// what appears later the kernel programs find by themselves (bpf/scope.h, bpf/life.h).
//
// A cgroup is known by its number, which is the inode number of its directory (cgroups(7); Linux 5.5 and later on 64
// bits), and a number means something in one hierarchy only: v2 has one, v1 one for each mounted set of controllers.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace apiarist::capture {

struct Cgroup {
    std::string path;
    std::uint64_t id = 0;
};

struct CgroupHierarchy {
    std::string mount;         // where it can be read
    std::uint32_t number = 0;  // as in /proc/PID/cgroup; 0: v2
    std::string controller;    // v1: one of its controllers
};

// The cgroup (v2) at `path` and all below it. An error: it is none, or the root of all.
Result<std::vector<Cgroup>> cgroups_below(const std::string& path);

// By the name of its directory: a pod's cgroup, or what holds all of them, under containerd, CRI-O or Docker with
// either cgroup driver. The kernel programs judge in the same way (pod__judge_name).
[[nodiscard]] bool names_pods(std::string_view name);
// CRI-O's monitor of a container, which stands among the pod's cgroups and is not of the pod.
[[nodiscard]] bool names_monitor(std::string_view name);

// Where the pods' cgroups are: the first hierarchy under `root`/sys/fs/cgroup that has some, else the one where a
// runtime would make them. `own_cgroups`: /proc/self/cgroup. Nothing: no cgroup file system is there.
[[nodiscard]] std::optional<CgroupHierarchy> pod_hierarchy(const std::filesystem::path& root,
                                                           const std::filesystem::path& own_cgroups);
// All of them there; none is no error.
[[nodiscard]] std::vector<Cgroup> pod_cgroups(const CgroupHierarchy& hierarchy);

// The processes that are in this very cgroup.
[[nodiscard]] std::vector<std::uint32_t> processes_in(const Cgroup& cgroup);

// The running kernel's number of a v1 controller (enum cgroup_subsys_id). An error: it has none of this name.
Result<std::uint32_t> controller_number(const std::string& controller);

}  // namespace apiarist::capture
