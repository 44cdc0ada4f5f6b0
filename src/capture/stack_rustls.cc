// SPDX-License-Identifier: Apache-2.0
// rustls inside programs that keep their symbols. Its plaintext is seen where it takes a record's and where it is given
// some; the socket inside the calls of rustls::Stream and tokio-rustls, which a program has in several instances.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.h"
#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

enum class Role { kReceives, kWrites, kRecords, kDrives, kBegins };

constexpr std::size_t kRoles = 5;
using Roles = std::array<bool, kRoles>;

// `owner` is in the mangled name, which ends with `end` when the hash is taken off.
struct Place {
    Role role;
    std::string_view owner;
    std::string_view end;
    const char* at_entry;
    const char* at_return;
    unsigned arguments;
};

constexpr std::array kPlaces{
    Place{Role::kReceives, "_ZN6rustls12common_state11CommonState", "23take_received_plaintext", "rust_received_enter",
          nullptr, 2},
    Place{Role::kWrites, "_$LT$rustls..conn..connection..Writer$u20$as$u20$std..io..Write$GT$", "5write",
          "rust_writer_enter", "rust_writer_return", 2},
    Place{Role::kWrites, "_$LT$rustls..conn..connection..Writer$u20$as$u20$std..io..Write$GT$", "14write_vectored",
          "rust_writer_vector_enter", "rust_writer_return", 3},
    Place{Role::kRecords, "_ZN6rustls6vecbuf14ChunkVecBuffer", "8write_to", "rust_records_enter", "rust_call_return",
          1},
    Place{Role::kDrives, "_ZN6rustls4conn28ConnectionCommon$LT$Data$GT$", "11complete_io", "rust_complete_enter",
          "rust_call_return", 2},
    Place{Role::kBegins, "_$LT$rustls..server..hs..ExpectClientHello$u20$as$u20$rustls..", "6handle",
          "rust_hello_enter", nullptr, 0},
    Place{Role::kBegins, "_$LT$rustls..client..hs..ExpectServerHello$u20$as$u20$rustls..", "6handle",
          "rust_hello_enter", nullptr, 0},
    Place{Role::kBegins, "_$LT$rustls..client..hs..ExpectServerHelloOrHelloRetryRequest$u20$as$u20$rustls..", "6handle",
          "rust_hello_enter", nullptr, 0},
};

// What drives a connection and its socket in one call, by their modules and types, and the names of such calls.
constexpr std::array<std::string_view, 6> kDrivers{"_ZN12tokio_rustls6common20Stream$LT$",
                                                   "_$LT$tokio_rustls..common..Stream$LT$",
                                                   "_$LT$tokio_rustls..server..TlsStream$LT$",
                                                   "_$LT$tokio_rustls..client..TlsStream$LT$",
                                                   "_$LT$rustls..stream..Stream",
                                                   "_$LT$tokio_rustls..common..handshake..MidHandshake$LT$"};
constexpr std::array<std::string_view, 14> kCalls{
    "7read_io",     "8write_io", "9handshake", "13poll_fill_buf", "9poll_read",       "10poll_write",
    "10poll_flush", "4poll",     "4read",      "5write",          "14write_vectored", "19poll_write_vectored",
    "5flush",       "8fill_buf"};

constexpr std::size_t kHash = 20;  // "17h0123456789abcdefE"

// "…4read17h2c5e7c705431b068E.llvm.94" → "…4read"; empty: not a name of this kind.
std::string_view without_hash(std::string_view name) {
    name = name.substr(0, name.find(".llvm."));
    if (!name.starts_with("_ZN") || name.size() <= kHash || !name.ends_with('E')) return {};
    const std::string_view hash = name.substr(name.size() - kHash);
    return hash.starts_with("17h") ? name.substr(0, name.size() - kHash) : std::string_view();
}

const Place* place_of(std::string_view name) {
    for (const Place& place : kPlaces)
        if (name.ends_with(place.end) && name.find(place.owner) != std::string_view::npos) return &place;
    return nullptr;
}

bool drives(std::string_view name) {
    const auto in = [name](std::string_view part) { return name.find(part) != std::string_view::npos; };
    const auto ends = [name](std::string_view part) { return name.ends_with(part); };
    return std::any_of(kDrivers.begin(), kDrivers.end(), in) && std::any_of(kCalls.begin(), kCalls.end(), ends);
}

bool of_rustls(std::string_view name) {
    return name.find("rustls") != std::string_view::npos;
}

// The other way to mangle names, which writes a type once and refers to it later.
bool in_new_mangling(std::string_view name) {
    return name.starts_with("_R") && name.find("6rustls12common_state") != std::string_view::npos &&
           name.find("23take_received_plaintext") != std::string_view::npos;
}

bool wants(std::string_view function) {
    if (!of_rustls(function)) return false;
    const std::string_view name = without_hash(function);
    return in_new_mangling(function) || (!name.empty() && (place_of(name) != nullptr || drives(name)));
}

// Each has all its instances: one left out would leave a hole.
void add(const TlsFile& file, ProbePlan& made, Roles& has) {
    for (const auto& [mangled, function] : file.functions) {
        const std::string_view name = without_hash(mangled);
        const Place* place = name.empty() || !of_rustls(name) ? nullptr : place_of(name);
        if (place == nullptr && !drives(name)) continue;
        has[static_cast<std::size_t>(place != nullptr ? place->role : Role::kDrives)] = true;
        const FunctionProbe probe =
            place != nullptr ? FunctionProbe{mangled.c_str(), place->at_entry, place->at_return, true, place->arguments}
                             : FunctionProbe{mangled.c_str(), "rust_call_enter", "rust_call_return", true, 0};
        add_functions(file, std::span(&probe, 1), made);
        if (!made.unfit.empty()) return;
    }
}

std::string missing(const Roles& has) {
    constexpr std::array<std::string_view, kRoles> kWhat{
        "CommonState::take_received_plaintext, where it takes plaintext", "Writer::write, where it is given plaintext",
        "ChunkVecBuffer::write_to, where it gives records",
        "calls of tokio-rustls or rustls::Stream, which name the socket", "the handling of a hello"};
    for (std::size_t i = 0; i < has.size(); ++i)
        if (!has[i])
            return "the compiler left no function for " + std::string(kWhat[i]) + " (inlined by its optimisation)";
    return {};
}

std::optional<ProbePlan> plan(const TlsFile& file) {
    const bool any =
        std::any_of(file.functions.begin(), file.functions.end(), [](const auto& one) { return wants(one.first); });
    if (!any) return std::nullopt;
    ProbePlan made{.stack = "rustls", .version = rustls_version_in(file.elf)};
    if (made.version.empty()) made.version = "rustls";
#if !defined(__x86_64__)
    made.unfit = "not tried on this processor";
    return made;
#endif
    Roles has{};
    add(file, made, has);
    if (made.unfit.empty()) {
        const bool new_mangling = std::any_of(file.functions.begin(), file.functions.end(),
                                              [](const auto& one) { return in_new_mangling(one.first); });
        made.unfit = new_mangling ? "its names are mangled in Rust's new way (v0), which is not read" : missing(has);
    }
    if (!made.unfit.empty()) made.points.clear();
    return made;
}

}  // namespace

TlsStack rustls_stack() {
    return {"rustls", wants, plan};
}

}  // namespace apiarist::capture
