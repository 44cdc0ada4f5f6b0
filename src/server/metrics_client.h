// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asks the port of a collector that runs on this host.

#include <string>

#include "base/result.h"

namespace apiarist::server {

// The body of what is served at `path`. `address`: as parse_loopback() takes it. An error: nobody answers there
// (std::errc::connection_refused), or something else than a collector does.
Result<std::string> fetch(const std::string& address, const std::string& path);

}  // namespace apiarist::server
