// SPDX-License-Identifier: Apache-2.0
#pragma once
// A snapshot of coverage as `apiarist coverage` and the metrics port show it. Every name in it is printable.

#include <string>

#include "events/coverage.h"

namespace apiarist::app {

// A table of processes with bytes or with a TLS stack, what was not seen of each, and the total.
[[nodiscard]] std::string coverage_text(const events::CoverageSnapshot& coverage);
[[nodiscard]] std::string coverage_json(const events::CoverageSnapshot& coverage);

}  // namespace apiarist::app
