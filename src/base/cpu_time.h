// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <ctime>

namespace apiarist {

// CPU time that all threads of this process have used, in seconds (CLOCK_PROCESS_CPUTIME_ID).
[[nodiscard]] inline double process_cpu_seconds() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

}  // namespace apiarist
