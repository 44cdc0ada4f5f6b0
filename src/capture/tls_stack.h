// SPDX-License-Identifier: Apache-2.0
#pragma once
// A TLS stack is a file stack_NAME.cc, which says how to recognise it in an ELF file and where the kernel programs
// stand in it, and a row of the registry in tls_stack.cc.
//
// Pure but for reading the file, which is another process's and may be hostile.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "capture/elf_file.h"
#include "capture/probe_site.h"
#include "capture/root_folder.h"

namespace apiarist::capture {

// A place for a kernel program.
struct ProbePoint {
    const char* program = nullptr;
    std::uint64_t file_offset = 0;
    bool return_probe = false;
};

struct ProbePlan {
    std::string stack;      // "OpenSSL"
    std::string version{};  // as records name it: "OpenSSL 3.0.22"
    std::vector<ProbePoint> points{};
    std::vector<std::string> missing{};  // functions that it does without
    bool part = false;                   // serves a stack whose other functions are in another file (libcrypto)
    std::string unfit{};                 // why it cannot be read; then there are no points
    bool unsupported = false;            // unfit, and it would be in any file
    bool idle = false;  // programs have it without a use for it: worth a word only where traffic shows one
};

// What the plans of one file are made from.
struct TlsFile {
    const ElfFile& elf;
    std::string path;  // of its name only the last part means something; under /proc/PID/ it tells the process
    std::map<std::string, ElfFunction, std::less<>> functions;  // those that some stack wants
    bool return_probes = true;  // allowed; else returns are probed at their instructions

    [[nodiscard]] bool has(std::string_view function) const { return functions.contains(function); }
};

struct TlsStack {
    std::string_view name;
    bool (*wants)(std::string_view function);               // in TlsFile::functions
    std::optional<ProbePlan> (*plan)(const TlsFile& file);  // nothing: the file has none of it
    bool by_texts = false;  // it reads all texts of a file: asked only where a process has TLS that nothing explains
};

[[nodiscard]] std::span<const TlsStack> tls_stacks();

// Of each stack that is in the file, but for those that are told by texts. Empty: none.
[[nodiscard]] std::vector<ProbePlan> tls_plans(const ElfFile& elf, const std::string& path, bool return_probes);

// Those that are told by texts.
[[nodiscard]] std::vector<ProbePlan> tls_plans_by_texts(const ElfFile& elf, const std::string& path);

// Whether a file by its name alone is a TLS library of any stack, to be probed before anybody uses it.
[[nodiscard]] bool names_tls_library(std::string_view path);
// Such files in the usual places under `root`, at most 64; of a RootFolder as it names them.
[[nodiscard]] std::vector<std::string> usual_tls_libraries(const RootFolder& root);
[[nodiscard]] std::vector<std::string> usual_tls_libraries(const std::string& root);

// A function and the programs for it.
struct FunctionProbe {
    const char* function;
    const char* at_entry;
    const char* at_return;  // null: none
    bool required;          // without it the stack cannot be read
    unsigned arguments;     // how many of its arguments the program reads, from the first
    Calling calling = Calling::kC;
};

// Adds the points of `probes` that the file has: at a function's cheap sites where its code allows (probe_site.h); else
// at its entry and by a return probe, or, where those are not allowed or it is Go's, at each of its return
// instructions. What it does without goes to `missing`; a required function that cannot be probed makes the plan unfit.
void add_functions(const TlsFile& file, std::span<const FunctionProbe> probes, ProbePlan& plan);

// Of the stacks, one file each.
[[nodiscard]] TlsStack openssl_stack();
[[nodiscard]] TlsStack boringssl_stack();
[[nodiscard]] TlsStack gnutls_stack();
[[nodiscard]] TlsStack nss_stack();
[[nodiscard]] TlsStack go_stack();
[[nodiscard]] TlsStack rustls_stack();
// Recognised and not supported.
[[nodiscard]] TlsStack jsse_stack();
[[nodiscard]] TlsStack quic_stack();
[[nodiscard]] TlsStack stripped_openssl_stack();
[[nodiscard]] TlsStack stripped_rustls_stack();

// "rustls 0.23.4", by the names of its source files; empty: it has none.
[[nodiscard]] std::string rustls_version_in(const ElfFile& elf);

}  // namespace apiarist::capture
