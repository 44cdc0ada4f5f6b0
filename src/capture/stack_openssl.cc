// SPDX-License-Identifier: Apache-2.0
// OpenSSL 1.1.1 and later: libssl, and programs that carry it and keep its symbols (Node.js). The functions that write
// into memory instead of a socket are libcrypto's, or Node's own.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "capture/openssl_api.h"
#include "capture/proc.h"
#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;

constexpr std::array<FunctionProbe, 3> kOpensslOnly{{
    {"SSL_read_ex", "tls_read_ex_enter", "tls_return", false, 4},
    {"SSL_write_ex", "tls_write_ex_enter", "tls_return", false, 4},
    {"SSL_sendfile", "tls_sendfile_enter", "tls_return", false, 1},
}};

// NodeBIO::Write(BIO*, const char*, int)
constexpr const char* kNodeWrite = "_ZN4node6crypto7NodeBIO5WriteEP6bio_stPKci";

bool wants(std::string_view function) {
    const auto is = [function](const FunctionProbe& probe) { return function == probe.function; };
    return wants_openssl_api(function) || std::any_of(kOpensslOnly.begin(), kOpensslOnly.end(), is) ||
           function == kNodeWrite;
}

// libssl carries no version text; its libcrypto of the same release does. That of a process is the one that it has
// mapped: what lies beside its libssl in its own root may be anything.
std::string libcrypto_of(const ElfFile& elf, const std::string& libssl_path) {
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
    // A name in a container's root may be another file in ours.
    struct stat info {};
    if (::stat(real.c_str(), &info) != 0 || info.st_dev != elf.device() || info.st_ino != elf.inode()) return {};
    std::string name = real.filename();
    if (const auto at = name.find("libssl"); at != std::string::npos) name.replace(at, 6, "libcrypto");
    return real.parent_path() / name;
}

std::string version_of(const TlsFile& file) {
    if (std::string own = openssl_version_in(file.elf); !own.empty()) return own;
    const std::string path = libcrypto_of(file.elf, file.path);
    if (path.empty()) return "OpenSSL";
    const auto libcrypto = ElfFile::open(path, file.elf.stop());
    std::string version = libcrypto ? openssl_version_in(*libcrypto) : std::string();
    return version.empty() ? "OpenSSL" : version;
}

std::optional<ProbePlan> plan(const TlsFile& file) {
    if (is_boringssl(file)) return std::nullopt;
    ProbePlan made{.stack = "OpenSSL"};
    add_memory_writes(file, made);
    if (const auto node = file.functions.find(kNodeWrite); node != file.functions.end())
        if (const auto offset = file.elf.code_offset(node->second.address))
            made.points.push_back({"tls_memory_write", *offset, false});
    if (!has_openssl_api(file)) {
        made.part = true;
        return made.points.empty() ? std::nullopt : std::optional(made);
    }
    made.version = version_of(file);
    add_functions(file, openssl_api(), made);
    if (made.unfit.empty()) add_functions(file, kOpensslOnly, made);
    return made;
}

}  // namespace

TlsStack openssl_stack() {
    return {"OpenSSL", wants, plan};
}

}  // namespace apiarist::capture
