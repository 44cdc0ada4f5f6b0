// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which requests a browser may have been led to make. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace apiarist::api {

// The Host of a request is a numeric address, "localhost" or one of `hosts` (in lower case), with or without a port: no
// other name can have been given our address by somebody else (DNS rebinding).
[[nodiscard]] bool is_own_host(std::string_view host, const std::vector<std::string>& hosts);
// A page of `origin` ("http://127.0.0.1:8686") is one of the server that is named `host`.
[[nodiscard]] bool is_same_origin(std::string_view origin, std::string_view host);
// By Sec-Fetch-Mode and Sec-Fetch-Dest: a browser goes to a page of ours, in a window of its own.
[[nodiscard]] bool is_navigation(std::string_view mode, std::string_view destination);
// The media type of a Content-Type, whatever its parameters, is one of `types` (in lower case).
[[nodiscard]] bool is_media_type(std::string_view content_type, const std::vector<std::string_view>& types);

}  // namespace apiarist::api
