// SPDX-License-Identifier: Apache-2.0
#include "api/static_files.h"

#include <algorithm>

#include "base/text.h"

namespace apiarist::api {
namespace {

constexpr std::string_view kBlanks = " \t";

// The first part of a text up to a sign, taken off it.
std::string_view next_part(std::string_view& rest, char sign) {
    const auto end = std::min(rest.find(sign), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return trimmed(part, kBlanks);
}

// RFC 9110 §12.4.2: "0", "0.", "0.000".
bool is_nothing(std::string_view weight) {
    return !weight.empty() && weight.front() == '0' && weight.find_first_not_of("0.") == std::string_view::npos;
}

// Whether a list of names with weights has `wanted`.
bool names(std::string_view list, std::string_view wanted) {
    while (!list.empty()) {
        std::string_view one = next_part(list, ',');
        if (to_lower(next_part(one, ';')) != wanted) continue;
        bool refused = false;
        while (!one.empty()) {
            const std::string_view parameter = next_part(one, ';');
            if (parameter.starts_with("q=") || parameter.starts_with("Q="))
                refused = is_nothing(trimmed(parameter.substr(2), kBlanks));
        }
        if (!refused) return true;
    }
    return false;
}

}  // namespace

bool is_api_path(std::string_view path) {
    return path == "/api" || path.starts_with("/api/") || path == "/healthz";
}

const StaticFile* find_file(std::span<const StaticFile> files, std::string_view path, std::string_view accept) {
    const auto at = [files](std::string_view wanted) -> const StaticFile* {
        const auto found =
            std::find_if(files.begin(), files.end(), [wanted](const StaticFile& file) { return file.path == wanted; });
        return found == files.end() ? nullptr : &*found;
    };
    if (const StaticFile* file = at(path == "/" ? kStartPage : path)) return file;
    // A script or a picture that is not there is not a page.
    return accepts_html(accept) && !path.starts_with("/assets/") ? at(kStartPage) : nullptr;
}

bool accepts_gzip(std::string_view accept_encoding) {
    return names(accept_encoding, "gzip");
}

bool accepts_html(std::string_view accept) {
    return names(accept, "text/html");
}

bool has_tag(std::string_view if_none_match, std::string_view etag) {
    if (trimmed(if_none_match, kBlanks) == "*") return true;
    while (!if_none_match.empty()) {
        std::string_view one = next_part(if_none_match, ',');
        if (one.starts_with("W/")) one.remove_prefix(2);
        if (!one.empty() && one == etag) return true;
    }
    return false;
}

}  // namespace apiarist::api
