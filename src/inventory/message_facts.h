// SPDX-License-Identifier: Apache-2.0
#pragma once
// What one record says of its endpoint: who is asked, how the caller shows who he is, what kind of body there is. Pure;
// texts are views of the record unless said.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "records/record.h"

namespace apiarist::inventory {

// The collection: the host that was asked, in lower case, without a default port; without one, the server's address.
[[nodiscard]] std::string collection_of(const records::Record& record);

// "application/json": in lower case, without parameters; what is none is "other", an empty one "".
[[nodiscard]] std::string media_type(std::string_view content_type);
[[nodiscard]] bool is_json(std::string_view media_type);

// Names and values of a query or a form, percent-decoded. At most 200.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> read_form(std::string_view text);

// How the request authenticates: "bearer", "jwt RS256", "basic", "digest", "api_key x-api-key", "cookie sessionid",
// "mtls", "custom"; "none" alone.
[[nodiscard]] std::vector<std::string> auth_types(const records::Record& record);

// Header fields that an API defines itself, as (name in lower case, value): not those of HTTP, of proxies, of browsers.
[[nodiscard]] std::vector<std::pair<std::string, std::string_view>> own_headers(const records::Headers& headers);

// Why an endpoint is folded away: "static", "health"; empty: it is shown.
[[nodiscard]] std::string_view folded(std::string_view method, std::string_view template_text,
                                      std::string_view response_type);

// The operations that the record asks for, as an endpoint has them: "query users", "tools/call search". Empty: the
// method and path say all.
[[nodiscard]] std::vector<std::string> operations_of(const records::Record& record);

}  // namespace apiarist::inventory
