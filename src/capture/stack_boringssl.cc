// SPDX-License-Identifier: Apache-2.0
// BoringSSL and its descendants (AWS-LC), shared or inside a program or an extension module that keeps its symbols.
#include "capture/openssl_api.h"
#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

std::optional<ProbePlan> plan(const TlsFile& file) {
    if (!is_boringssl(file)) return std::nullopt;
    ProbePlan made{.stack = "BoringSSL", .version = "BoringSSL"};
    add_memory_writes(file, 2, made);
    if (!has_openssl_api(file)) {
        made.part = true;
        return made.points.empty() ? std::nullopt : std::optional(made);
    }
    add_functions(file, openssl_api(), made);
    return made;
}

}  // namespace

TlsStack boringssl_stack() {
    return {"BoringSSL", wants_openssl_api, plan};
}

}  // namespace apiarist::capture
