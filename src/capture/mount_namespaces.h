// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which mount namespaces have processes. Whoever holds a file of one without keeps its file system in use: a volume
// could not be taken off the node.
//
// Threads: NamespaceWatch is of one.

#include <cstdint>
#include <optional>
#include <set>

namespace apiarist::capture {

using MountNamespace = std::uint32_t;  // inode number of /proc/PID/ns/mnt

// Of the processes that we may look at, as we may at those whose files can be opened. A thread may have another than
// its process, which is not seen while the process has its main thread. Nothing: /proc does not tell.
[[nodiscard]] std::optional<std::set<MountNamespace>> mount_namespaces_in_use();
// 0: it is gone.
[[nodiscard]] MountNamespace mount_namespace_of(std::uint32_t pid);
[[nodiscard]] MountNamespace own_mount_namespace();

// A walk through /proc may miss a process that forks and exits meanwhile: a namespace is over when two missed it.
class NamespaceWatch {
  public:
    // Of those `held`, what is over. `in_use`: now.
    [[nodiscard]] std::set<MountNamespace> over(const std::set<MountNamespace>& held,
                                                const std::set<MountNamespace>& in_use);

  private:
    std::set<MountNamespace> missed_;
};

}  // namespace apiarist::capture
