// SPDX-License-Identifier: Apache-2.0
#pragma once
// Endpoints as a collection of Postman (v2.1): a folder for each host, a request for each endpoint. The address of a
// host and what callers show to be let in are variables. Query, body and type of content are those of a sample that was
// answered with success, redacted as it is; of one that has "{{", which Postman would fill in, nothing. Variables of
// secrets are a host's own: who fills in a token does not send it to whatever host somebody asked for. Pure.

#include <cstdint>
#include <string>
#include <vector>

namespace apiarist::api {

struct PostmanEndpoint {
    std::string host;
    bool tls = false;
    std::string method;
    std::string template_text;
    std::string operation;
    std::string auth;    // as in the inventory, with commas between: "bearer,none"
    std::string sample;  // a record; empty: none
};

// `endpoints`: those of a host are neighbours.
[[nodiscard]] std::string postman_collection(const std::vector<PostmanEndpoint>& endpoints);

}  // namespace apiarist::api
