// SPDX-License-Identifier: Apache-2.0
// crypto/tls of Go 1.17 and later, in any program that Go linked: with and without symbols, position-independent or
// not.
#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

#include "capture/go_binary.h"
#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

constexpr std::array<FunctionProbe, 5> kFunctions{{
    {"crypto/tls.(*Conn).Read", "go_read_enter", "go_return", false, 3, Calling::kGo},
    {"crypto/tls.(*Conn).Write", "go_write_enter", "go_return", false, 3, Calling::kGo},
    {"crypto/tls.(*Conn).Close", "go_close_enter", nullptr, false, 1, Calling::kGo},
    {"crypto/tls.(*Conn).clientHandshake", "go_handshake_enter", "go_return", false, 1, Calling::kGo},
    {"crypto/tls.(*Conn).serverHandshake", "go_handshake_enter", "go_return", false, 1, Calling::kGo},
}};

#if defined(__x86_64__)
constexpr GoRelease kFirst{1, 17};
#else
constexpr GoRelease kFirst{1, 18};
#endif

bool wants(std::string_view) {
    return false;  // a table of Go's own names them
}

// "devel go1.27-3f2a Tue …" → "Go 1.27-3f2a".
std::string shown(std::string_view version) {
    const auto at = version.find("go1.");
    if (at == std::string_view::npos) return "Go";
    const std::string_view number = version.substr(at + 2);
    return "Go " + std::string(number.substr(0, number.find(' ')));
}

// Why arguments do not stand in the registers where the programs look for them; empty: they do.
std::string unfit(std::string_view version) {
    const auto release = go_release(version);
    if (!release) return fmt::format("its version of Go ({}) is not known", version);
    if (*release < kFirst)
        return fmt::format("Go before 1.{} passes arguments on the stack, which is not read", kFirst.minor);
    if (version.find("noregabi") != std::string_view::npos)
        return "built with noregabi: it passes arguments on the stack, which is not read";
    return {};
}

// In what it was linked from: also in tables of formats that are not read.
bool mentions_tls(const ElfFile& elf) {
    for (const char* section : {".gopclntab", ".data.rel.ro.gopclntab", ".data.rel.ro"})
        if (!elf.find_text(section, "crypto/tls.(*Conn).Read", 1).empty()) return true;
    return false;
}

std::optional<ProbePlan> plan(const TlsFile& file) {
    const auto version = go_version(file.elf);
    if (!version) return std::nullopt;
    ProbePlan made{.stack = "Go", .version = shown(*version), .unfit = unfit(*version)};
    if (!made.unfit.empty()) return mentions_tls(file.elf) ? std::optional(made) : std::nullopt;
    std::array<std::string_view, kFunctions.size()> names;
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i] = kFunctions[i].function;
    auto functions = go_functions(file.elf, names);
    if (!functions) {
        made.unfit = functions.error().what;
        return mentions_tls(file.elf) ? std::optional(made) : std::nullopt;
    }
    const bool reads = functions->contains(kFunctions[0].function);
    const bool writes = functions->contains(kFunctions[1].function);
    if (!reads && !writes) return std::nullopt;  // the linker left out what nobody calls
    const TlsFile of_go{file.elf, file.path, std::move(*functions), file.return_probes};
    // Of what a program has, nothing may be missing: half a conversation would be taken for one.
    for (FunctionProbe probe : kFunctions) {
        probe.required = of_go.has(probe.function);
        add_functions(of_go, std::span(&probe, 1), made);
        if (!made.unfit.empty()) break;
    }
    return made;
}

}  // namespace

TlsStack go_stack() {
    return {"Go", wants, plan};
}

}  // namespace apiarist::capture
