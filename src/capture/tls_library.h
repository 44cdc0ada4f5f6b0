// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which files are OpenSSL's libssl, which functions are probed in them, and what version they are. A target's file is
// read as data, never loaded or run.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace apiarist::capture {

// Where the kernel program stands in the function.
struct TlsFunction {
    const char* symbol;
    const char* program;    // at its entry
    const char* at_return;  // null: none
    bool required;          // without it the library is of no use to us
    unsigned arguments;     // how many of its arguments the program reads, from the first
};

[[nodiscard]] std::span<const TlsFunction> tls_functions();

// By the name alone: libssl.so.3, libssl.so.1.1, libssl-3e69114b.so.1.1.
[[nodiscard]] bool names_tls_library(std::string_view path);

// libssl files in the usual places under `root`.
[[nodiscard]] std::vector<std::string> usual_tls_libraries(const std::filesystem::path& root = "/");

// "OpenSSL 3.0.22" in the bytes of a libcrypto; empty: not there.
[[nodiscard]] std::string openssl_version_in(std::string_view bytes);

// The same of the libcrypto that belongs to a libssl: of a process's mapping (/proc/PID/map_files/…) the one that it
// has mapped, else the one beside the file. "OpenSSL" when it cannot be told. The file may be hostile.
[[nodiscard]] std::string tls_library_version(const std::string& libssl_path);

}  // namespace apiarist::capture
