// SPDX-License-Identifier: Apache-2.0
#include "capture/tls_library.h"

#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace apiarist::capture {
namespace fs = std::filesystem;

std::span<const TlsFunction> tls_functions() {
    // SSL_peek is left alone: what it shows is read again by SSL_read.
    // A session begins where its role is set: also where the handshake's window cannot be probed.
    static constexpr std::array<TlsFunction, 10> kFunctions{{
        {"SSL_read", "tls_read_enter", "tls_return", true, 2},
        {"SSL_write", "tls_write_enter", "tls_return", true, 2},
        {"SSL_read_ex", "tls_read_ex_enter", "tls_return", false, 4},
        {"SSL_write_ex", "tls_write_ex_enter", "tls_return", false, 4},
        {"SSL_do_handshake", "tls_handshake_enter", "tls_return", false, 1},
        {"SSL_set_accept_state", "tls_start_enter", nullptr, false, 1},
        {"SSL_set_connect_state", "tls_start_enter", nullptr, false, 1},
        {"SSL_free", "tls_free_enter", nullptr, true, 1},
        {"SSL_clear", "tls_clear_enter", nullptr, true, 1},
        {"SSL_shutdown", "tls_shutdown_enter", nullptr, false, 1},
    }};
    return kFunctions;
}

bool names_tls_library(std::string_view path) {
    const auto slash = path.rfind('/');
    const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    return (name.starts_with("libssl.so.") || name.starts_with("libssl-")) &&
           name.find(".so") != std::string_view::npos;
}

std::vector<std::string> usual_tls_libraries(const fs::path& root) {
    std::vector<std::string> found;
    const auto look = [&found](const fs::path& folder) {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(folder, error))
            if (names_tls_library(entry.path().native())) found.push_back(entry.path());
    };
    for (const char* place : {"usr/lib", "usr/lib64", "usr/local/lib", "usr/local/lib64", "usr/local/ssl/lib"}) {
        look(root / place);
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(root / place, error)) {
            const std::string name = entry.path().filename();
            if (name.find("-linux-") != std::string::npos) look(entry.path());
        }
    }
    return found;
}

std::string tls_library_version(const std::string& libssl_path) {
    // libssl carries no version text; its libcrypto of the same release does.
    fs::path real = libssl_path;
    std::error_code error;
    // A process's mapping names its file as the process sees it, whose root may be another than ours.
    if (const auto at = libssl_path.find("/map_files/"); at != std::string::npos) {
        if (const fs::path target = fs::read_symlink(libssl_path, error); !error)
            real = libssl_path.substr(0, at) + "/root" + target.native();
    } else if (const fs::path target = fs::canonical(libssl_path, error); !error) {
        real = target;
    }
    std::string name = real.filename();
    if (const auto at = name.find("libssl"); at != std::string::npos) name.replace(at, 6, "libcrypto");
    std::ifstream file(real.parent_path() / name, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    constexpr std::string_view kStart = "OpenSSL ";
    for (std::size_t at = bytes.find(kStart); at != std::string::npos; at = bytes.find(kStart, at + 1)) {
        std::size_t end = at + kStart.size();
        if (end >= bytes.size() || std::isdigit(static_cast<unsigned char>(bytes[end])) == 0) continue;
        while (end < bytes.size() && end - at < 40 &&
               (std::isalnum(static_cast<unsigned char>(bytes[end])) != 0 || bytes[end] == '.' || bytes[end] == '-'))
            ++end;
        return bytes.substr(at, end - at);
    }
    return "OpenSSL";
}

}  // namespace apiarist::capture
