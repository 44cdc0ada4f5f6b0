// SPDX-License-Identifier: Apache-2.0
#include "capture/openssl_api.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

namespace apiarist::capture {
namespace {

// SSL_peek is left alone: what it shows is read again by SSL_read. A session begins where its role is set: also where
// the handshake's window cannot be probed. Programs that carry the library keep only what they call.
constexpr std::array<FunctionProbe, 8> kFunctions{{
    {"SSL_read", "tls_read_enter", "tls_return", true, 2},
    {"SSL_write", "tls_write_enter", "tls_return", true, 2},
    {"SSL_free", "tls_free_enter", nullptr, true, 1},
    {"SSL_do_handshake", "tls_handshake_enter", "tls_return", false, 1},
    {"SSL_set_accept_state", "tls_start_enter", nullptr, false, 1},
    {"SSL_set_connect_state", "tls_start_enter", nullptr, false, 1},
    {"SSL_clear", "tls_clear_enter", nullptr, false, 1},
    {"SSL_shutdown", "tls_shutdown_enter", nullptr, false, 1},
}};
constexpr std::array kMethods{"BIO_s_mem", "BIO_s_bio"};
constexpr std::array kBoringsslOnly{"SSL_CTX_set_custom_verify", "BORINGSSL_self_test", "CRYPTO_is_confidential_build"};

// endbr64, then the address of the table into rax, then the return.
std::optional<std::uint64_t> returned_address(const ElfFile& elf, const ElfFunction& function) {
#if defined(__x86_64__)
    const auto code = elf.code(function);
    if (!code) return std::nullopt;
    constexpr std::array kEndbr{std::byte{0xf3}, std::byte{0x0f}, std::byte{0x1e}, std::byte{0xfa}};
    constexpr std::array kLea{std::byte{0x48}, std::byte{0x8d}, std::byte{0x05}};
    const auto has = [&code](std::size_t at, const auto& bytes) {
        return code->size() >= at + bytes.size() &&
               std::equal(bytes.begin(), bytes.end(), code->begin() + static_cast<std::ptrdiff_t>(at));
    };
    std::size_t at = 0;
    for (const std::array push{std::byte{0x55}, std::byte{0x48}, std::byte{0x89}, std::byte{0xe5}};;) {
        if (has(at, kEndbr))
            at += kEndbr.size();
        else if (has(at, push))
            at += push.size();  // a frame pointer: push rbp; mov rbp, rsp
        else
            break;
    }
    std::int32_t distance = 0;
    if (has(at, kLea) && code->size() >= at + 7) {
        std::memcpy(&distance, code->data() + at + 3, sizeof(distance));
        return function.address + at + 7 + static_cast<std::uint64_t>(std::int64_t{distance});
    }
    std::uint32_t absolute = 0;
    if (code->size() >= at + 5 && (*code)[at] == std::byte{0xb8}) {  // mov eax, imm32
        std::memcpy(&absolute, code->data() + at + 1, sizeof(absolute));
        return absolute;
    }
#else
    (void)elf;
    (void)function;
#endif
    return std::nullopt;
}

}  // namespace

std::span<const FunctionProbe> openssl_api() {
    return kFunctions;
}

bool wants_openssl_api(std::string_view function) {
    const auto is = [function](const char* name) { return function == name; };
    return std::any_of(kFunctions.begin(), kFunctions.end(),
                       [&](const FunctionProbe& probe) { return is(probe.function); }) ||
           std::any_of(kMethods.begin(), kMethods.end(), is) ||
           std::any_of(kBoringsslOnly.begin(), kBoringsslOnly.end(), is);
}

bool has_openssl_api(const TlsFile& file) {
    // GnuTLS has a library with functions of these names, which call its own.
    return (file.has("SSL_read") || file.has("SSL_write")) && file.has("SSL_do_handshake");
}

bool is_boringssl(const TlsFile& file) {
    return std::any_of(kBoringsslOnly.begin(), kBoringsslOnly.end(),
                       [&file](const char* name) { return file.has(name); });
}

void add_memory_writes(const TlsFile& file, ProbePlan& plan) {
    constexpr std::uint64_t kWriteFunction = 24;  // in bio_method_st since 1.1.1: after type, name and the newer write
    for (const char* method : kMethods) {
        const auto found = file.functions.find(method);
        if (found == file.functions.end()) continue;
        const auto table = returned_address(file.elf, found->second);
        const auto write = table ? file.elf.pointer_at(*table + kWriteFunction) : std::nullopt;
        const auto offset = write ? file.elf.code_offset(*write) : std::nullopt;
        if (offset)
            plan.points.push_back({"tls_memory_write", *offset, false});
        else
            plan.missing.emplace_back(method);
    }
}

std::string openssl_version(std::string_view text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t end = text.find(' ') + 1;
    unsigned dots = 0;
    // "3.0.15+quic", "1.1.1w"; not "3.0" alone, which other texts speak of.
    if (end >= text.size() || !is_digit(text[end])) return {};
    for (; end < text.size(); ++end) {
        const char c = text[end];
        if (c == '.') {
            if (!is_digit(text[end - 1])) return {};
            ++dots;
        } else if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '+' && c != '-') {
            break;
        }
    }
    return dots == 2 && text[end - 1] != '.' ? std::string(text.substr(0, end)) : std::string();
}

std::string openssl_version_in(const ElfFile& elf) {
    constexpr std::size_t kLongest = 48;
    for (const std::string_view start : {"OpenSSL ", "LibreSSL "})
        if (const std::string text = elf.find_text(
                ".rodata", start, kLongest, [](std::string_view found) { return !openssl_version(found).empty(); });
            !text.empty())
            return openssl_version(text);
    return {};
}

}  // namespace apiarist::capture
