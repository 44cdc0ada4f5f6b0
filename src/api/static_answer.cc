// SPDX-License-Identifier: Apache-2.0
#include "api/static_answer.h"

#include <string>

namespace apiarist::api {
namespace {

// The dashboard's styles are made as it runs; nothing else comes from elsewhere than its files, and it asks nobody but
// this server.
constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// The library would send both this and what it was told to send by default.
void replace_header(httplib::Response& response, const char* name, const std::string& value) {
    response.headers.erase(name);
    response.set_header(name, value);
}

}  // namespace

bool answer_file(std::span<const StaticFile> files, const httplib::Request& request, httplib::Response& response) {
    const StaticFile* file = find_file(files, request.path, request.get_header_value("Accept"));
    if (file == nullptr) return false;
    replace_header(response, "Cache-Control", file->hashed ? "public, max-age=31536000, immutable" : "no-cache");
    // Of both forms of the file, so a weak one (RFC 9110 §8.8.3).
    response.set_header("ETag", "W/" + std::string(file->etag));
    response.set_header("Vary", file->path == kStartPage ? "Accept, Accept-Encoding" : "Accept-Encoding");
    if (file->content_type.starts_with("text/html")) {
        replace_header(response, "Content-Security-Policy", kPagePolicy);
        response.set_header("Cross-Origin-Opener-Policy", "same-origin");
    }
    if (has_tag(request.get_header_value("If-None-Match"), file->etag)) {
        response.status = 304;
        return true;
    }
    const bool packed = !file->gzip.empty() && accepts_gzip(request.get_header_value("Accept-Encoding"));
    if (packed) response.set_header("Content-Encoding", "gzip");
    const std::string_view bytes = packed ? file->gzip : file->bytes;
    response.status = 200;
    if (bytes.empty()) {
        response.set_content("", std::string(file->content_type));
        return true;
    }
    // Not as the response's body: the library would pack that once more.
    response.set_content_provider(bytes.size(), std::string(file->content_type),
                                  [bytes](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
                                      return sink.write(bytes.data() + offset, length);
                                  });
    return true;
}

}  // namespace apiarist::api
