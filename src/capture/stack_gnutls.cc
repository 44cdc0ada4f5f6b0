// SPDX-License-Identifier: Apache-2.0
// GnuTLS 3: libgnutls, and programs that carry it and keep its symbols.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

constexpr std::array<FunctionProbe, 5> kFunctions{{
    {"gnutls_record_recv", "tls_read_enter", "tls_zero_ends_return", true, 2},
    {"gnutls_record_send", "tls_write_enter", "tls_zero_ends_return", true, 2},
    {"gnutls_handshake", "tls_handshake_enter", "tls_zero_ends_return", false, 1},
    {"gnutls_deinit", "tls_free_enter", nullptr, true, 1},
    {"gnutls_bye", "tls_shutdown_enter", nullptr, false, 1},
}};

bool wants(std::string_view function) {
    return std::any_of(kFunctions.begin(), kFunctions.end(),
                       [function](const FunctionProbe& probe) { return function == probe.function; });
}

// What its log says at the start: "Enabled GnuTLS 3.7.9 logging..."
std::string version_of(const ElfFile& elf) {
    constexpr std::string_view kBefore = "Enabled ";
    constexpr std::size_t kLongest = 48;
    const std::string text = elf.find_text(".rodata", "Enabled GnuTLS ", kLongest);
    const auto end = text.find(" logging");
    if (text.empty() || end == std::string::npos) return "GnuTLS";
    return text.substr(kBefore.size(), end - kBefore.size());
}

std::optional<ProbePlan> plan(const TlsFile& file) {
    if (!file.has("gnutls_record_recv") && !file.has("gnutls_record_send")) return std::nullopt;
    ProbePlan made{.stack = "GnuTLS", .version = version_of(file.elf)};
    add_functions(file, kFunctions, made);
    return made;
}

}  // namespace

TlsStack gnutls_stack() {
    return {"GnuTLS", wants, plan};
}

}  // namespace apiarist::capture
