// SPDX-License-Identifier: Apache-2.0
// OpenSSL and BoringSSL inside programs whose symbols were taken away: told by the names of their source files, which
// they keep for messages of errors.
#include <string>
#include <string_view>

#include "capture/openssl_api.h"
#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

constexpr std::string_view kSource = "ssl/ssl_lib.c";  // BoringSSL's ends in .cc

bool wants(std::string_view /*function*/) {
    return false;
}

std::optional<ProbePlan> plan(const TlsFile& file) {
    constexpr std::size_t kLongest = 16;
    const std::string found = file.elf.find_text(".rodata", kSource, kLongest);
    if (found.empty()) return std::nullopt;
    const bool boringssl = found.size() > kSource.size() && found[kSource.size()] == 'c';
    ProbePlan made{.stack = boringssl ? "BoringSSL" : "OpenSSL",
                   .unfit = "inside a program without symbols (stripped), which is not supported",
                   .unsupported = true};
    if (!boringssl) made.version = openssl_version_in(file.elf);
    if (made.version.empty()) made.version = made.stack;
    return made;
}

}  // namespace

TlsStack stripped_openssl_stack() {
    return {"OpenSSL or BoringSSL, stripped", wants, plan, true};
}

}  // namespace apiarist::capture
