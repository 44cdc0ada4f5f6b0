// SPDX-License-Identifier: Apache-2.0
#include "protocols/content_coding.h"

#include <array>
#include <optional>
#include <utility>

#include "protocols/http1_head.h"
#include "protocols/inflaters.h"

namespace apiarist::protocols {

namespace {

// Real messages carry one coding, rarely two; more is an attempt to make us work.
constexpr std::size_t kMaxLayers = 4;

struct Layers {
    std::array<Coding, kMaxLayers> codings{};
    std::size_t count = 0;
};

std::optional<Coding> coding_named(std::string_view name) {
    if (equals_lower(name, "gzip") || equals_lower(name, "x-gzip")) return Coding::kGzip;
    if (equals_lower(name, "deflate")) return Coding::kDeflate;
    if (equals_lower(name, "br")) return Coding::kBrotli;
    if (equals_lower(name, "zstd")) return Coding::kZstd;
    return std::nullopt;
}

// Nothing: a coding that we do not know, or too many.
std::optional<Layers> parse_layers(std::string_view list) {
    Layers layers;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view name = trim(list.substr(0, comma));
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
        if (name.empty() || equals_lower(name, "identity")) continue;
        const auto coding = coding_named(name);
        if (!coding || layers.count == kMaxLayers) return std::nullopt;
        layers.codings[layers.count++] = *coding;
    }
    return layers;
}

Decoded as_it_is(std::string_view body, std::size_t limit, DecodeState state) {
    return {std::string(body.substr(0, limit)), state};
}

}  // namespace

bool knows_codings(std::string_view content_encoding) {
    return parse_layers(content_encoding).has_value();
}

Decoded decode_content(std::string_view content_encoding, std::string_view body, std::size_t limit) {
    const auto layers = parse_layers(content_encoding);
    if (!layers) return as_it_is(body, limit, DecodeState::kUnsupported);
    if (layers->count == 0) {
        return as_it_is(body, limit, body.size() > limit ? DecodeState::kLimit : DecodeState::kPlain);
    }
    // Answers to HEAD and 304 name the coding of a body that they do not have.
    if (body.empty()) return {"", DecodeState::kDecoded};

    std::string current;
    std::string_view input = body;
    bool limited = false;
    bool partial = false;
    // The last coding that was applied is the outermost.
    for (std::size_t i = layers->count; i-- > 0;) {
        Inflated layer = inflate_layer(layers->codings[i], input, limit);
        if (layer.end == InflateEnd::kCorrupt) return as_it_is(body, limit, DecodeState::kCorrupt);
        limited = limited || layer.end == InflateEnd::kLimit;
        partial = partial || layer.end == InflateEnd::kPartial;
        current = std::move(layer.output);
        input = current;
    }
    const DecodeState cut = limited ? DecodeState::kLimit : DecodeState::kPartial;
    return {std::move(current), limited || partial ? cut : DecodeState::kDecoded};
}

}  // namespace apiarist::protocols
