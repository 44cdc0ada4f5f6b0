// SPDX-License-Identifier: Apache-2.0
#pragma once
// What this host allows, asked before anything is attached.

#include <string>
#include <vector>

#include "base/result.h"

namespace apiarist::capture {

// An error that says in one line why the kernel programs cannot work here: not root, no BTF, another pid namespace.
Status can_load_programs();

}  // namespace apiarist::capture
