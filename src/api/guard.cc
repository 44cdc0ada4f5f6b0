// SPDX-License-Identifier: Apache-2.0
#include "api/guard.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/text.h"

namespace apiarist::api {
namespace {

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_address(const std::string& text) {
    in6_addr six{};
    return ::inet_pton(AF_INET, text.c_str(), &six) == 1 || ::inet_pton(AF_INET6, text.c_str(), &six) == 1;
}

}  // namespace

bool is_own_host(std::string_view host, const std::vector<std::string>& hosts) {
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        if (end == std::string_view::npos) return false;
        const std::string_view rest = host.substr(end + 1);
        if (!rest.empty() && !(rest.starts_with(':') && is_port(rest.substr(1)))) return false;
        const std::string address(host.substr(1, end - 1));
        return address.find(':') != std::string::npos && is_address(address);
    }
    const auto colon = host.find(':');
    if (colon != std::string_view::npos && !is_port(host.substr(colon + 1))) return false;
    const std::string name = to_lower(host.substr(0, colon));
    return name == "localhost" || is_address(name) || std::find(hosts.begin(), hosts.end(), name) != hosts.end();
}

bool is_same_origin(std::string_view origin, std::string_view host) {
    const auto scheme = origin.find("://");
    if (scheme == std::string_view::npos) return false;
    const std::string_view name = origin.substr(0, scheme);
    return (name == "http" || name == "https") && to_lower(origin.substr(scheme + 3)) == to_lower(host);
}

bool is_navigation(std::string_view mode, std::string_view destination) {
    return mode == "navigate" && (destination.empty() || destination == "document");
}

bool is_media_type(std::string_view content_type, const std::vector<std::string_view>& types) {
    const std::string type = to_lower(trimmed(content_type.substr(0, content_type.find(';')), " \t"));
    return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace apiarist::api
