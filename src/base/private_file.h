// SPDX-License-Identifier: Apache-2.0
#pragma once
// Files that hold captured data: for their owner only, also where the file was there before.

#include <string>

#include "base/handles.h"
#include "base/result.h"

namespace apiarist {

// Opens for writing, empty, mode 0600. What is no regular file (a pipe, a terminal) is opened as it is.
Result<Fd> create_private_file(const std::string& path);

}  // namespace apiarist
