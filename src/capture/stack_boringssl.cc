// SPDX-License-Identifier: Apache-2.0
// BoringSSL and its descendants (AWS-LC), shared or inside a program or an extension module that keeps its symbols.
#include <array>
#include <optional>
#include <string_view>

#include "capture/openssl_api.h"
#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

// Its pairs have no name of their own, and programs bring BIOs of theirs (gRPC, Envoy): all are written to by this.
constexpr std::array<FunctionProbe, 1> kWrite{{{"BIO_write", "tls_memory_write", nullptr, false, 3}}};

bool wants(std::string_view function) {
    return function == kWrite[0].function || wants_openssl_api(function);
}

std::optional<ProbePlan> plan(const TlsFile& file) {
    if (!is_boringssl(file)) return std::nullopt;
    ProbePlan made{.stack = "BoringSSL", .version = "BoringSSL"};
    add_functions(file, kWrite, made);
    if (!has_openssl_api(file)) {
        made.part = true;
        return made.points.empty() ? std::nullopt : std::optional(made);
    }
    made.missing.clear();
    add_functions(file, openssl_api(), made);
    return made;
}

}  // namespace

TlsStack boringssl_stack() {
    return {"BoringSSL", wants, plan};
}

}  // namespace apiarist::capture
