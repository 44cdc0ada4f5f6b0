// SPDX-License-Identifier: Apache-2.0
#pragma once
// Of the collectors that collect from the whole node (its pods, or all processes) one at a time: two would tell of
// every exchange twice. The mark is a small BPF map, which all see, in whatever container they are, and which the
// kernel takes away with its collector, in whatever way that ends.

#include <string>

#include "base/handles.h"
#include "base/result.h"

namespace apiarist::capture {

class NodeGuard {
  public:
    NodeGuard() = default;
    // An error names the process that collects already. Where maps of others may not be listed (no CAP_SYS_ADMIN) it is
    // not known, and no error.
    static Result<NodeGuard> take(const std::string& name = "apiarist_node");

  private:
    explicit NodeGuard(Fd mark) : mark_(std::move(mark)) {}
    Fd mark_;
};

}  // namespace apiarist::capture
