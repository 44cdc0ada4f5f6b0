// SPDX-License-Identifier: Apache-2.0
#pragma once
// `apiarist doctor`: what this host can and cannot capture, and why. Loads the kernel programs for a moment, with
// nothing selected.

#include <string>
#include <vector>

#include "capture/doctor.h"

namespace apiarist::app {

// "ok    kernel: Linux 6.1.0 on x86_64", a line for each.
[[nodiscard]] std::string doctor_text(const std::vector<capture::Finding>& findings);
[[nodiscard]] std::string doctor_json(const std::vector<capture::Finding>& findings, bool can_capture);

// The exit status: 0 when something can be captured, else 1.
int doctor(bool json);

}  // namespace apiarist::app
