// SPDX-License-Identifier: Apache-2.0
// Content decoding of hostile bodies. Input: two bytes of limit, two bytes that choose a stack of codings, the body.
// Checked: no crash, never more output than the limit, what cannot be decoded is left as it is, and a smaller limit
// gives a beginning of what a larger one gives.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocols/content_coding.h"

namespace {

using namespace apiarist::protocols;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

bool left_as_it_is(DecodeState state) {
    return state == DecodeState::kPlain || state == DecodeState::kUnsupported || state == DecodeState::kCorrupt;
}

std::string make_codings(unsigned choice, unsigned& count) {
    constexpr const char* kCodings[] = {"gzip", "deflate", "br", "zstd", "identity", "x-gzip", "", "odd"};
    std::string codings;
    count = choice % 6;
    choice /= 6;
    for (unsigned i = 0; i < count; ++i) {
        if (i > 0) codings += ", ";
        codings += kCodings[choice % 8];
        choice /= 8;
    }
    return codings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4) return 0;
    const std::size_t limit = data[0] * 256u + data[1];
    unsigned count = 0;
    const std::string codings = make_codings(data[2] * 256u + data[3], count);
    const std::string_view body(reinterpret_cast<const char*>(data) + 4, size - 4);

    const Decoded decoded = decode_content(codings, body, limit);
    check(decoded.body.size() <= limit, "output is within the limit");
    if (left_as_it_is(decoded.state)) check(decoded.body == body.substr(0, limit), "the body is left as it is");
    if (decoded.state == DecodeState::kLimit) check(decoded.body.size() == limit || count > 1, "kLimit means full");

    const Decoded half = decode_content(codings, body, limit / 2);
    // Raw deflate is tried when the zlib format fails, which may lie beyond the smaller limit.
    const bool comparable =
        count <= 1 && codings != "deflate" && !left_as_it_is(decoded.state) && !left_as_it_is(half.state);
    if (comparable) check(decoded.body.starts_with(half.body), "a smaller limit gives a beginning");
    return 0;
}
