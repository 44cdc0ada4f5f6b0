// SPDX-License-Identifier: Apache-2.0
#include "capture/tls_library.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>

#include "base/handles.h"
#include "capture/proc.h"

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

namespace {

// Of a file that may be hostile: it is opened only when it is a regular one, without waiting, and read to a bound.
std::string version_text_in(const std::string& path) {
    constexpr std::size_t kMost = 16 << 20;  // a libcrypto has 5 MB
    constexpr std::size_t kWindow = 1 << 20;
    constexpr std::size_t kOverlap = 64;
    const Fd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat info {};
    if (!place || ::fstat(place.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
    const Fd file(
        ::open(fmt::format("/proc/self/fd/{}", place.get()).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    std::string window;
    for (std::size_t done = 0; file && done < kMost;) {
        const std::size_t kept = std::min(window.size(), kOverlap);
        window.erase(0, window.size() - kept);
        window.resize(kept + kWindow);
        const ssize_t n = ::read(file.get(), window.data() + kept, kWindow);
        if (n <= 0) break;
        window.resize(kept + static_cast<std::size_t>(n));
        if (std::string found = openssl_version_in(window); !found.empty()) return found;
        done += static_cast<std::size_t>(n);
    }
    return {};
}

// libssl carries no version text; its libcrypto of the same release does. That of a process is the one that it has
// mapped: what lies beside its libssl in its own root may be anything.
std::string libcrypto_of(const std::string& libssl_path) {
    constexpr std::string_view kProc = "/proc/";
    std::uint32_t pid = 0;
    if (libssl_path.starts_with(kProc) && libssl_path.find("/map_files/") != std::string::npos &&
        std::from_chars(libssl_path.data() + kProc.size(), libssl_path.data() + libssl_path.size(), pid).ec ==
            std::errc{}) {
        for (const MappedFile& file : mapped_files(pid))
            if (fs::path(file.path).filename().native().starts_with("libcrypto")) return file.open_path;
        return {};
    }
    std::error_code error;
    fs::path real = fs::canonical(libssl_path, error);
    if (error) real = libssl_path;
    std::string name = real.filename();
    if (const auto at = name.find("libssl"); at != std::string::npos) name.replace(at, 6, "libcrypto");
    return real.parent_path() / name;
}

}  // namespace

std::string openssl_version_in(std::string_view bytes) {
    constexpr std::string_view kStart = "OpenSSL ";
    constexpr std::size_t kLongest = 40;
    for (std::size_t at = bytes.find(kStart); at != std::string_view::npos; at = bytes.find(kStart, at + 1)) {
        std::size_t end = at + kStart.size();
        if (end >= bytes.size() || std::isdigit(static_cast<unsigned char>(bytes[end])) == 0) continue;
        while (end < bytes.size() && end - at < kLongest &&
               (std::isalnum(static_cast<unsigned char>(bytes[end])) != 0 || bytes[end] == '.' || bytes[end] == '-'))
            ++end;
        return std::string(bytes.substr(at, end - at));
    }
    return {};
}

std::string tls_library_version(const std::string& libssl_path) {
    const std::string libcrypto = libcrypto_of(libssl_path);
    std::string version = libcrypto.empty() ? std::string() : version_text_in(libcrypto);
    return version.empty() ? "OpenSSL" : version;
}

}  // namespace apiarist::capture
