// SPDX-License-Identifier: Apache-2.0
// Libraries for QUIC (HTTP/3), which is not read: shared, or inside programs that keep their symbols.
#include <algorithm>
#include <array>
#include <string_view>

#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

struct Library {
    std::string_view name;
    std::string_view function;
};

constexpr std::array<Library, 5> kLibraries{{
    {"quiche", "quiche_conn_recv"},
    {"MsQuic", "MsQuicOpenVersion"},
    {"ngtcp2", "ngtcp2_conn_writev_stream"},
    {"ngtcp2", "ngtcp2_conn_writev_stream_versioned"},
    {"lsquic", "lsquic_engine_packet_in"},
}};

bool wants(std::string_view function) {
    return std::any_of(kLibraries.begin(), kLibraries.end(),
                       [function](const Library& library) { return function == library.function; });
}

std::optional<ProbePlan> plan(const TlsFile& file) {
    const auto found = std::find_if(kLibraries.begin(), kLibraries.end(),
                                    [&file](const Library& library) { return file.has(library.function); });
    if (found == kLibraries.end()) return std::nullopt;
    return ProbePlan{.stack = "QUIC",
                     .version = std::string(found->name),
                     .unfit = "HTTP/3 (QUIC) is not supported",
                     .unsupported = true,
                     .idle = true};
}

}  // namespace

TlsStack quic_stack() {
    return {"QUIC", wants, plan};
}

}  // namespace apiarist::capture
