// SPDX-License-Identifier: Apache-2.0
// `apiarist coverage`: asks the collector that runs here.

#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/outputs.h"
#include "server/metrics_client.h"

namespace apiarist::app {

int coverage(const Settings& settings, bool json) {
    constexpr const char* kUsual = "127.0.0.1:9464";
    const std::string given = settings.text("metrics");
    const std::string address = given.empty() ? kUsual : given;
    const auto answer = server::fetch(address, json ? "/coverage.json" : "/coverage");
    if (!answer && answer.error().code == std::errc::connection_refused)
        return fail(1, fmt::format("no collector answers at {}: start it with --metrics {}", address, address));
    if (!answer) return fail(1, answer.error().what);
    fmt::print("{}", *answer);
    if (std::fflush(stdout) != 0) return fail(1, "standard output cannot be written");
    return 0;
}

}  // namespace apiarist::app
