// SPDX-License-Identifier: Apache-2.0
// rustls inside programs whose symbols were taken away: told by the names of its source files, which a Rust program
// keeps for the messages of a panic.
#include <string>
#include <string_view>

#include "base/text.h"
#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

constexpr std::string_view kSource = "/rustls-";
constexpr std::size_t kLongest = 48;

bool wants(std::string_view /*function*/) {
    return false;
}

// "0.21.7" of "/rustls-0.21.7/src/conn.rs"; empty: of another package, such as rustls-native-certs.
std::string version_of(std::string_view found) {
    const std::string_view rest = found.substr(kSource.size());
    const auto end = rest.find('/');
    if (rest.empty() || !is_ascii_digit(rest[0]) || end == std::string_view::npos || rest.substr(end, 5) != "/src/")
        return {};
    const std::string_view version = rest.substr(0, end);
    return version.find_first_not_of("0123456789.") == std::string_view::npos ? std::string(version) : std::string();
}

std::optional<ProbePlan> plan(const TlsFile& file) {
    const std::string version = rustls_version_in(file.elf);
    if (version.empty()) return std::nullopt;
    return ProbePlan{.stack = "rustls",
                     .version = version,
                     .unfit = "inside a program without symbols (stripped), which is not supported",
                     .unsupported = true};
}

}  // namespace

std::string rustls_version_in(const ElfFile& elf) {
    const std::string found =
        elf.find_text(".rodata", kSource, kLongest, [](std::string_view text) { return !version_of(text).empty(); });
    return found.empty() ? std::string() : "rustls " + version_of(found);
}

TlsStack stripped_rustls_stack() {
    return {"rustls, stripped", wants, plan, true};
}

}  // namespace apiarist::capture
