// SPDX-License-Identifier: Apache-2.0
#pragma once
// The commands. Each returns the exit status: 0, or 1 when something failed while running, or 3 when a run was
// above its hard limit of memory, or 2 when the request itself is impossible; then one line on standard error says why
// and nothing was attached.

#include <string>
#include <vector>

#include "app/settings.h"

namespace apiarist::app {

int run(const Settings& settings, const std::vector<std::string>& command);
int replay(const Settings& settings, const std::string& recording);
int processor(const Settings& settings);
int export_inventory(const Settings& settings);
int tokens(const Settings& settings);
int coverage(const Settings& settings, bool json);

}  // namespace apiarist::app
