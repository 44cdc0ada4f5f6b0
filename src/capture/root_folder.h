// SPDX-License-Identifier: Apache-2.0
#pragma once
// A root directory that is not ours, a container's: names in it are resolved as its own processes would, so that no
// link in it leads outside.
//
// Threads: any.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/handles.h"
#include "base/result.h"

namespace apiarist::capture {

class RootFolder {
  public:
    // `path`: /proc/PID/root for the root of a process.
    static Result<RootFolder> open(const std::string& path);

    using Identity = std::pair<std::uint64_t, std::uint64_t>;  // device, inode
    [[nodiscard]] Identity identity() const { return identity_; }
    // O_PATH: what it is has not been touched.
    [[nodiscard]] Result<Fd> place(const std::string& path) const;
    // Names in a folder, at most as many; none when it is no folder.
    [[nodiscard]] std::vector<std::string> names(const std::string& folder, std::size_t most) const;

  private:
    RootFolder(Fd root, Identity identity) : root_(std::move(root)), identity_(identity) {}
    [[nodiscard]] int open_in(const std::string& path, int flags) const;

    Fd root_;
    Identity identity_;
};

}  // namespace apiarist::capture
