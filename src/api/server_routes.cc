// SPDX-License-Identifier: Apache-2.0
// Routes that tell of who asks, and of the server itself.
#include <fmt/format.h>

#include "api/routes.h"
#include "base/json.h"

namespace apiarist::api {

Result<Reply> get_session(const Context&, const Request& request) {
    std::string out = "{\"name\":";
    append_json_string(out, request.token.name);
    out += fmt::format(R"(,"role":"{}"}})", request.token.role == Role::kAdmin ? "admin" : "reader");
    return Reply{std::move(out)};
}

}  // namespace apiarist::api
