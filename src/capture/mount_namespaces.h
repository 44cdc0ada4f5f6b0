// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which mount namespaces have processes. Whoever holds a file of one without keeps its file system in use: a volume
// could not be taken off the node.
//
// The number of a namespace comes back at once with the next that is made. Which one it is the processes say: one that
// has been in it began before it was last seen to be there; all of another began after.
//
// Threads: NamespaceWatch is of one; the functions may be called from any.

#include <cstdint>
#include <map>
#include <optional>
#include <set>

namespace apiarist::capture {

using MountNamespace = std::uint32_t;  // inode number of /proc/PID/ns/mnt
using BootTicks = std::uint64_t;       // clock ticks since boot, as /proc/PID/stat has the start of a process

struct HeldNamespace {
    MountNamespace number = 0;
    BootTicks seen = 0;  // a process was in it then

    bool operator==(const HeldNamespace& other) const { return number == other.number && seen == other.seen; }
    bool operator<(const HeldNamespace& other) const {
        return number != other.number ? number < other.number : seen < other.seen;
    }
};
using HeldNamespaces = std::set<HeldNamespace>;

[[nodiscard]] BootTicks boot_ticks();
// 0: it is gone.
[[nodiscard]] MountNamespace mount_namespace_of(std::uint32_t pid);
[[nodiscard]] MountNamespace own_mount_namespace();

// Of each of these that has processes, the start of one of them: the oldest, or any that began before all that is held
// of it. Only processes that we may look at count, as only their files can be opened. A thread may have another
// namespace than its process, which is not seen while the process has its main thread. Nothing: /proc does not tell.
using OldestProcesses = std::map<MountNamespace, BootTicks>;
[[nodiscard]] std::optional<OldestProcesses> oldest_processes(const HeldNamespaces& held);

// A walk through /proc may miss a process that forks and exits meanwhile: a namespace is over when two missed it.
class NamespaceWatch {
  public:
    // Of those `held`, what is over, by what was seen now.
    [[nodiscard]] HeldNamespaces over(const HeldNamespaces& held, const OldestProcesses& oldest);
    // There was no walk.
    void reset() { missed_.clear(); }

  private:
    HeldNamespaces missed_;
};

}  // namespace apiarist::capture
