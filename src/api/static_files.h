// SPDX-License-Identifier: Apache-2.0
#pragma once
// The dashboard's files: a table in memory that is looked up by path, so that no path leads out of it. Pure; texts are
// views of the table's bytes, which live as long as the program.

#include <span>
#include <string_view>

namespace apiarist::api {

struct StaticFile {
    std::string_view path;  // "/assets/index-4f3a.js"
    std::string_view content_type;
    std::string_view bytes;
    std::string_view gzip;  // the same, packed; empty: it gains nothing
    std::string_view etag;  // with its quotes
    bool hashed = false;    // its name changes with its contents
};

inline constexpr std::string_view kStartPage = "/index.html";

// The dashboard that was built into the program; empty: none was.
[[nodiscard]] std::span<const StaticFile> dashboard();

// Whether a path is the API's, of which no page is.
[[nodiscard]] bool is_api_path(std::string_view path);
// The file that answers a path, "/" too. One of no file is a page of the dashboard where the client takes HTML, for the
// dashboard's own addresses are none of ours. Null: there is none.
[[nodiscard]] const StaticFile* find_file(std::span<const StaticFile> files, std::string_view path,
                                          std::string_view accept);

// Of the header fields Accept-Encoding and Accept: whether they name it, and not with a weight of nothing.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);
[[nodiscard]] bool accepts_html(std::string_view accept);
// Of If-None-Match: the client has the file of this tag.
[[nodiscard]] bool has_tag(std::string_view if_none_match, std::string_view etag);

}  // namespace apiarist::api
