// SPDX-License-Identifier: Apache-2.0
// JSSE, the TLS of Java's own library: compiled while it runs, so that no file holds a place for a probe. Told by the
// Java virtual machine.
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/text.h"
#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

constexpr std::string_view kBefore = "Server VM (";
constexpr std::string_view kCreate = "JNI_CreateJavaVM";

bool wants(std::string_view function) {
    return function == kCreate;
}

// Of "Server VM (17.0.15+6-Debian-1deb12u1) for linux-amd64".
std::string java_version(const ElfFile& elf) {
    constexpr std::size_t kLongest = 64;
    std::string version = elf.find_text(".rodata", kBefore, kLongest, [](std::string_view found) {
        return found.size() > kBefore.size() && is_ascii_digit(found[kBefore.size()]);
    });
    if (version.empty()) return version;
    version.erase(0, kBefore.size());
    return version.substr(0, version.find_first_not_of("0123456789."));
}

std::optional<ProbePlan> plan(const TlsFile& file) {
    if (!file.has(kCreate)) return std::nullopt;
    const std::string version = java_version(file.elf);
    return ProbePlan{.stack = "JSSE",
                     .version = version.empty() ? "JSSE" : fmt::format("JSSE of Java {}", version),
                     .unfit = "not supported",
                     .unsupported = true};
}

}  // namespace

TlsStack jsse_stack() {
    return {"JSSE", wants, plan};
}

}  // namespace apiarist::capture
