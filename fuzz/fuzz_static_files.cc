// SPDX-License-Identifier: Apache-2.0
// The header fields by which a file is chosen, and its path. A path leads to a file of its own name, or to the start
// page.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/static_files.h"

namespace {

using namespace apiarist::api;

constexpr StaticFile kFiles[] = {{"/index.html", "text/html", "<p>", "", "\"1\""},
                                 {"/assets/a-1.js", "text/javascript", "a()", "", "\"2\"", true}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto cut = text.find('\n');
    const std::string_view path = text.substr(0, cut);
    const std::string_view field = cut == std::string_view::npos ? std::string_view() : text.substr(cut + 1);
    const StaticFile* file = find_file(kFiles, path, field);
    if (file != nullptr && file->path != path && file->path != kStartPage) std::abort();
    if (file != nullptr && file->path != path && path != "/" && !accepts_html(field)) std::abort();
    if (accepts_gzip(field) && field.size() < 4) std::abort();
    if (has_tag(field, "\"1\"") && field.find("\"1\"") == std::string_view::npos &&
        field.find('*') == std::string_view::npos)
        std::abort();
    (void)is_api_path(path);
    return 0;
}
