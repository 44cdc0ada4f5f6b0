// SPDX-License-Identifier: Apache-2.0
#pragma once
// What OpenSSL and the libraries that grew out of it have in common.

#include <span>
#include <string>
#include <string_view>

#include "capture/tls_stack.h"

namespace apiarist::capture {

[[nodiscard]] std::span<const FunctionProbe> openssl_api();
// Also what add_memory_writes() and is_boringssl() look at.
[[nodiscard]] bool wants_openssl_api(std::string_view function);
[[nodiscard]] bool has_openssl_api(const TlsFile& file);
[[nodiscard]] bool is_boringssl(const TlsFile& file);

// Where OpenSSL's BIOs that are memory are written to, when this file has them: BIO_s_mem() and BIO_s_bio() give the
// address of a table of functions, write(BIO*, const char*, int) among them.
void add_memory_writes(const TlsFile& file, ProbePlan& plan);

// "OpenSSL 3.0.22" at the start of a text; empty: it is another.
[[nodiscard]] std::string openssl_version(std::string_view text);
// The same among the read-only data.
[[nodiscard]] std::string openssl_version_in(const ElfFile& elf);

}  // namespace apiarist::capture
