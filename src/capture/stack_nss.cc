// SPDX-License-Identifier: Apache-2.0
// NSS: its TLS is a layer on NSPR's file descriptors, whose reads and writes are libnspr4's for all kinds. So libssl3
// says which are TLS, and of libnspr4's calls only those on them are read.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

constexpr std::array<FunctionProbe, 3> kLibssl{{
    {"SSL_ImportFD", "tls_nss_import_enter", nullptr, true, 2},
    {"SSL_ForceHandshake", "tls_handshake_enter", "tls_zero_ends_return", false, 1},
    {"SSL_ForceHandshakeWithTimeout", "tls_handshake_enter", "tls_zero_ends_return", false, 1},
}};

constexpr std::array<FunctionProbe, 6> kLibnspr{{
    {"PR_Read", "tls_known_read_enter", "tls_zero_ends_return", true, 2},
    {"PR_Write", "tls_known_write_enter", "tls_zero_ends_return", true, 2},
    {"PR_Recv", "tls_known_receive_enter", "tls_zero_ends_return", true, 4},
    {"PR_Send", "tls_known_write_enter", "tls_zero_ends_return", true, 2},
    {"PR_Writev", "tls_known_vector_enter", "tls_zero_ends_return", false, 1},
    {"PR_Close", "tls_free_enter", nullptr, true, 1},
}};

bool wants(std::string_view function) {
    const auto is = [function](const FunctionProbe& probe) { return function == probe.function; };
    return std::any_of(kLibssl.begin(), kLibssl.end(), is) || std::any_of(kLibnspr.begin(), kLibnspr.end(), is);
}

// "Version: NSS 3.87.1", for the tools that ask a file what it is.
std::string version_of(const ElfFile& elf) {
    constexpr std::size_t kLongest = 32;
    const std::string text = elf.find_text(".rodata", "NSS 3.", kLongest);
    const auto end = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(4, text.size())),
                                      text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    return text.empty() ? "NSS" : std::string(text.begin(), end);
}

std::optional<ProbePlan> plan(const TlsFile& file) {
    ProbePlan made{.stack = "NSS"};
    if (file.has("SSL_ImportFD")) {
        made.version = version_of(file.elf);
        add_functions(file, kLibssl, made);
        return made;
    }
    if (!file.has("PR_Read") || !file.has("PR_Close")) return std::nullopt;
    made.part = true;
    add_functions(file, kLibnspr, made);
    return made;
}

}  // namespace

TlsStack nss_stack() {
    return {"NSS", wants, plan};
}

}  // namespace apiarist::capture
