// SPDX-License-Identifier: Apache-2.0
#include "capture/tls_stack.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "capture/probe_site.h"

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFunctions = 1024;  // of a file; a program with several stacks has some dozens
constexpr std::size_t kMostPoints = 4096;     // of a stack in a file
// Of a root, which may be a container's and hostile.
constexpr std::size_t kMostLibraries = 64;
constexpr std::size_t kMostFolders = 16;   // of an architecture's libraries
constexpr std::size_t kMostNames = 65536;  // of all folders

Error cannot_tell_returns(const FunctionProbe& probe) {
    if (probe.calling == Calling::kGo)
        return Error{std::errc::not_supported,
                     fmt::format("{}: its returns cannot be told from its code", probe.function)};
    return Error{std::errc::not_supported,
                 fmt::format("{}: its returns cannot be told from its code, and return probes are not used on this "
                             "kernel (--return-probes)",
                             probe.function)};
}

// With a return probe the entry is the first instruction, because the kernel puts a breakpoint there for the return
// anyway.
Result<std::vector<ProbePoint>> points_of(const TlsFile& file, const FunctionProbe& probe) {
    const auto found = file.functions.find(probe.function);
    if (found == file.functions.end())
        return Error{std::errc::executable_format_error, fmt::format("it has no {}", probe.function)};
    const auto begin = file.elf.code_offset(found->second.address);
    if (!begin)
        return Error{std::errc::executable_format_error,
                     fmt::format("{} lies in no executable segment", probe.function)};
    const auto code = file.elf.code(found->second);
    const ProbeSites sites = code ? find_probe_sites(*code, probe.arguments, probe.calling) : ProbeSites{};
    const bool by_return_probe =
        probe.at_return != nullptr && !sites.result && file.return_probes && probe.calling == Calling::kC;
    std::vector<std::uint64_t> returns;
    if (probe.at_return != nullptr && !by_return_probe)
        returns = sites.result ? std::vector{*sites.result} : sites.returns;
    if (probe.at_return != nullptr && !by_return_probe && returns.empty()) return cannot_tell_returns(probe);
    const std::uint64_t entry = by_return_probe ? 0 : sites.entry.value_or(0);
    std::vector<ProbePoint> points{{probe.at_entry, *begin + entry, false}};
    if (by_return_probe) points.push_back({probe.at_return, *begin, true});
    for (const std::uint64_t at : returns)
        points.push_back({probe.at_return, *begin + at, false});
    return points;
}

// Rust's names look like those of C++, but end with a hash, "17h0123456789abcdefE", or after it ".llvm.1234".
bool may_be_rust(std::string_view function) {
    constexpr std::size_t kHash = 20;
    if (function.size() <= kHash) return false;
    const char last = function.back();
    return last == 'E' ? function.substr(function.size() - kHash).starts_with("17h") : last >= '0' && last <= '9';
}

// The bulk of a large program's names are C++; asking every stack about each takes tens of milliseconds.
bool may_matter(std::string_view function) {
    return !function.starts_with("_Z") || function.starts_with("_ZN4node6crypto7NodeBIO") || may_be_rust(function);
}

std::vector<ProbePlan> plans_of(const TlsFile& file, bool by_texts) {
    std::vector<ProbePlan> plans;
    for (const TlsStack& stack : tls_stacks())
        if (stack.by_texts == by_texts)
            if (auto plan = stack.plan(file)) plans.push_back(std::move(*plan));
    return plans;
}

}  // namespace

void add_functions(const TlsFile& file, std::span<const FunctionProbe> probes, ProbePlan& plan) {
    for (const FunctionProbe& probe : probes) {
        if (file.elf.stop().stop_requested()) return;
        auto points = points_of(file, probe);
        if (!points && !probe.required) {
            plan.missing.emplace_back(probe.function);
            continue;
        }
        if (points)
            plan.points.insert(plan.points.end(), points->begin(), points->end());
        else
            plan.unfit = points.error().what;
        if (plan.points.size() > kMostPoints) plan.unfit = fmt::format("it needs more than {} probes", kMostPoints);
        if (plan.unfit.empty()) continue;
        plan.points.clear();
        return;
    }
}

std::span<const TlsStack> tls_stacks() {
    static const std::array kStacks{openssl_stack(),
                                    boringssl_stack(),
                                    gnutls_stack(),
                                    nss_stack(),
                                    go_stack(),
                                    rustls_stack(),
                                    jsse_stack(),
                                    quic_stack(),
                                    stripped_openssl_stack(),
                                    stripped_rustls_stack()};
    return kStacks;
}

std::vector<ProbePlan> tls_plans(const ElfFile& elf, const std::string& path, bool return_probes) {
    TlsFile file{elf, path, {}, return_probes};
    bool too_many = false;
    elf.each_function([&](std::string_view name, const ElfFunction& function) {
        if (!may_matter(name)) return;
        for (const TlsStack& stack : tls_stacks())
            if (stack.wants(name)) {
                if (file.functions.size() < kMostFunctions)
                    file.functions.try_emplace(std::string(name), function);
                else
                    too_many |= !file.has(name);
                return;
            }
    });
    std::vector<ProbePlan> plans = plans_of(file, false);
    if (too_many)  // one that is left out would leave a hole
        for (ProbePlan& plan : plans) {
            plan.points.clear();
            plan.unfit = fmt::format("it has more than {} functions of TLS stacks", kMostFunctions);
        }
    return plans;
}

std::vector<ProbePlan> tls_plans_by_texts(const ElfFile& elf, const std::string& path) {
    return plans_of({elf, path, {}, false}, true);
}

bool names_tls_library(std::string_view path) {
    const auto slash = path.rfind('/');
    const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    if (name == "libssl3.so" || name == "libnspr4.so" || name == "libboringssl.so") return true;
    // Wheels carry their own under names with a hash: libssl-3e69114b.so.1.1.
    for (const std::string_view library : {"libssl", "libcrypto", "libgnutls"}) {
        if (!name.starts_with(library)) continue;
        const std::string_view rest = name.substr(library.size());
        if (rest.starts_with(".so.") || (rest.starts_with("-") && rest.find(".so") != std::string_view::npos))
            return true;
    }
    return false;
}

std::vector<std::string> usual_tls_libraries(const RootFolder& root) {
    std::vector<std::string> found;
    std::size_t names_left = kMostNames;
    std::size_t folders_left = kMostFolders;
    const auto look = [&found, &root, &names_left](const std::string& folder) {
        std::vector<std::string> names = root.names(folder, names_left);
        names_left -= names.size();
        for (const std::string& name : names)
            if (names_tls_library(name) && found.size() < kMostLibraries)
                found.push_back(fmt::format("{}/{}", folder, name));
        return names;
    };
    for (const std::string place : {"usr/lib", "usr/lib64", "usr/local/lib", "usr/local/lib64", "usr/local/ssl/lib"})
        for (const std::string& name : look(place)) {
            if (name.find("-linux-") == std::string::npos || folders_left == 0) continue;
            --folders_left;
            look(fmt::format("{}/{}", place, name));
            look(fmt::format("{}/{}/android", place, name));
        }
    return found;
}

std::vector<std::string> usual_tls_libraries(const std::string& root) {
    const auto folder = RootFolder::open(root);
    if (!folder) return {};
    std::vector<std::string> found = usual_tls_libraries(*folder);
    for (std::string& path : found)
        path = fs::path(root) / path;
    return found;
}

}  // namespace apiarist::capture
