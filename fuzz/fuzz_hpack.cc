// SPDX-License-Identifier: Apache-2.0
// Header blocks under hostile bytes. Input: 4 control bytes (see Plan), then blocks, each after two bytes: its size,
// and in the highest bit whether the onlooker loses it.
// Checked: no crash; a decoder from the start and libnghttp2 refuse the same blocks and give the same fields; an
// onlooker with limits, who comes late or loses blocks, accepts what they accept, gives as many fields unless it says
// that it cut them, and of each field what it knows is the same; what is held is within the limits.
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "protocols/hpack.h"

namespace {

using namespace apiarist::protocols;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

using Bytes = std::span<const std::byte>;
using Fields = std::vector<HpackField>;

constexpr std::size_t kControlBytes = 4;
constexpr HpackLimits kNoLimits{.table = SIZE_MAX, .list = SIZE_MAX, .fields = SIZE_MAX};

struct Plan {
    HpackLimits limits;    // of the onlooker
    unsigned skipped = 0;  // blocks, before it comes
    Bytes blocks;

    explicit Plan(Bytes input) : blocks(input.subspan(kControlBytes)) {
        const auto control = [&](std::size_t i) { return std::to_integer<std::size_t>(input[i]); };
        skipped = std::to_integer<unsigned>(input[0]) % 8;
        if ((control(0) & 0x80) != 0) limits.table = control(1) * 16;
        if ((control(0) & 0x40) != 0) limits.list = control(2) * 16;
        if ((control(0) & 0x20) != 0) limits.fields = control(3);
    }
};

struct Block {
    Bytes bytes;
    bool lost = false;
};

// Takes the first block away. An input that ends early ends the block.
Block next_block(Bytes& rest) {
    const auto head = [&](std::size_t i) { return i < rest.size() ? std::to_integer<std::size_t>(rest[i]) : 0; };
    const bool lost = (head(0) & 0x80) != 0;
    const std::size_t size = (head(0) & 0x7f) * 256 + head(1);
    rest = rest.subspan(std::min<std::size_t>(rest.size(), 2));
    const Bytes bytes = rest.first(std::min(rest.size(), size));
    rest = rest.subspan(bytes.size());
    return {bytes, lost};
}

class Other {
  public:
    Other() {
        nghttp2_hd_inflater* made = nullptr;
        check(nghttp2_hd_inflate_new(&made) == 0, "memory for the other decoder");
        inflater_.reset(made);
        // An onlooker does not know what was agreed on.
        check(nghttp2_hd_inflate_change_table_size(made, UINT32_MAX) == 0, "any table size");
    }

    // False: no header block.
    bool decode(Bytes block, Fields& fields) {
        const auto* at = reinterpret_cast<const std::uint8_t*>(block.data());
        std::size_t left = block.size();
        for (;;) {
            nghttp2_nv field{};
            int flags = 0;
            const auto used = nghttp2_hd_inflate_hd2(inflater_.get(), &field, &flags, at, left, 1);
            if (used < 0) return false;
            at += used;
            left -= static_cast<std::size_t>(used);
            if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0)
                fields.push_back({text(field.name, field.namelen), text(field.value, field.valuelen)});
            if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
        }
        nghttp2_hd_inflate_end_headers(inflater_.get());
        return true;
    }

  private:
    struct Delete {
        void operator()(nghttp2_hd_inflater* inflater) const { nghttp2_hd_inflate_del(inflater); }
    };

    static std::string text(const std::uint8_t* bytes, std::size_t size) {
        return {reinterpret_cast<const char*>(bytes), size};
    }

    std::unique_ptr<nghttp2_hd_inflater, Delete> inflater_;
};

bool same(const HpackField& one, const HpackField& other) {
    return one.name == other.name && one.value == other.value;
}

bool agrees(const HpackField& known_in_part, const HpackField& truth) {
    return (!known_in_part.name || known_in_part.name == truth.name) &&
           (!known_in_part.value || known_in_part.value == truth.value);
}

void check_held(const HpackDecoder& decoder, const Fields& fields, const HpackLimits& limits) {
    const std::size_t entries = limits.table / 32;
    check(decoder.memory() <= limits.table + entries * (sizeof(HpackField) + sizeof(std::size_t)),
          "the table is bounded");
    std::size_t bytes = 0;
    for (const HpackField& field : fields)
        bytes += field.name.value_or("").size() + field.value.value_or("").size();
    check(bytes <= limits.list && fields.size() <= limits.fields, "the list is bounded");
}

// The largest table that the beginning of a block asks for (RFC 7541 §6.3).
std::uint64_t table_asked_for(Bytes block) {
    std::uint64_t largest = 0;
    while (!block.empty() && (block.front() & std::byte{0xe0}) == std::byte{0x20}) {
        auto size = std::to_integer<std::uint64_t>(block.front() & std::byte{0x1f});
        block = block.subspan(1);
        for (unsigned shift = 0; size >= 31 && !block.empty() && shift <= 28; shift += 7) {
            const auto byte = std::to_integer<std::uint64_t>(block.front());
            block = block.subspan(1);
            size += (byte & 127) << shift;
            if ((byte & 128) == 0) break;
        }
        largest = std::max(largest, size);
    }
    return largest;
}

// `truth`: nothing, where the block is none. `fits`: the sender's table never was larger than the onlooker's may be. If
// it was, something may be forgotten, referred to and out of the sender's table again within one block.
void check_onlooker(HpackDecoder& onlooker, Bytes block, const Fields* truth, const HpackLimits& limits, bool fits) {
    const bool all_known = onlooker.knows_all();
    Fields fields;
    const HpackOutcome outcome = onlooker.decode(block, fields);
    check_held(onlooker, fields, limits);
    if (outcome == HpackOutcome::kMalformed) check(fields.empty(), "no fields of what is no block");
    if (truth == nullptr) return;
    check(outcome != HpackOutcome::kMalformed, "a header block is accepted by one who knows less");
    if (outcome == HpackOutcome::kDecoded) check(fields.size() == truth->size(), "all fields are there");
    check(fields.size() <= truth->size(), "no field is made up");
    check(std::equal(fields.begin(), fields.end(), truth->begin(), agrees), "what is known is true");
    const bool complete =
        std::ranges::all_of(fields, [](const HpackField& field) { return field.name && field.value; });
    if (fits && all_known && onlooker.knows_all()) check(complete, "nothing is unknown where all is known");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < kControlBytes) return 0;
    const Plan plan(std::as_bytes(std::span(data, size)));
    HpackDecoder whole(kNoLimits, true);
    HpackDecoder onlooker(plan.limits, plan.skipped == 0);
    Other other;
    Bytes rest = plan.blocks;
    bool good = true;
    std::uint64_t table = 4096;  // of the sender, at most
    for (unsigned i = 0; !rest.empty(); ++i) {
        const Block block = next_block(rest);
        Fields fields;
        Fields expected;
        table = std::max(table, table_asked_for(block.bytes));
        if (good) {
            const HpackOutcome outcome = whole.decode(block.bytes, fields);
            good = other.decode(block.bytes, expected);
            check(good == (outcome == HpackOutcome::kDecoded), "the same blocks are accepted");
            if (good) check(std::ranges::equal(fields, expected, same), "the same fields are given");
            check(whole.knows_all() == good, "from the start all is known");
        }
        if (i < plan.skipped) continue;
        if (block.lost) {
            onlooker.forget();
        } else {
            check_onlooker(onlooker, block.bytes, good ? &fields : nullptr, plan.limits, table <= plan.limits.table);
        }
    }
    return 0;
}
