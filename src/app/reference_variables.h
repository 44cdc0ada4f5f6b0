// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a user of the reference (Akto's collector) should know beside the settings table: its variables that have no
// meaning here, and where those that have one mean something else.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.h"

namespace apiarist::app {

struct VariableNote {
    std::string_view variables;  // one, or several by commas
    std::string_view note;
};

// Accepted: a DaemonSet that sets one goes on, and its log says so in a line.
[[nodiscard]] std::span<const VariableNote> variables_without_meaning();
// A line for each of them that is set, where its name or the environment is the reference's; elsewhere a LOG_LEVEL is
// somebody else's.
[[nodiscard]] std::vector<std::string> meaningless_lines(const Environment& environment);

// What differs from the reference, and why.
[[nodiscard]] std::span<const VariableNote> differences();

// The part of docs/configuration.md on both.
[[nodiscard]] std::string reference_markdown();

}  // namespace apiarist::app
