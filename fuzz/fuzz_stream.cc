// SPDX-License-Identifier: Apache-2.0
// One direction's bytes, cut, reordered, repeated and lost by the input. The byte at offset n is known (byte_at), so
// what leaves can be held against what was sent: in order, each byte once and the right one, gaps of the right size,
// and everything that came is passed on or counted as a duplicate. Nothing missing and reordering within the budget:
// all bytes.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "streams/byte_stream.h"
#include "transactions/conversation_testing.h"

namespace {

using namespace apiarist::streams;
using apiarist::transactions::testing::Choices;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

// No period that a shift of a few bytes could hide behind.
std::byte byte_at(std::uint64_t offset) {
    return static_cast<std::byte>((offset * 0x9e3779b97f4a7c15ULL) >> 56);
}

struct Sent {
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
    bool bytes = true;
    std::uint32_t lost_total = 0;
    bool arrives = true;
    bool repeated = false;
};

class Reader final : public StreamReader {
  public:
    void on_bytes(std::span<const std::byte> bytes, bool, std::uint64_t) override {
        check(!ended, "nothing follows the end");
        check(!bytes.empty(), "no empty piece");
        for (const std::byte b : bytes)
            check(b == byte_at(place++), "the byte of this place");
        passed += bytes.size();
    }
    void on_missing(std::uint64_t size, Missing why, bool recorded, std::uint64_t) override {
        check(!ended, "nothing follows the end");
        check(size > 0 && size < (std::uint64_t{1} << 31), "a gap of a possible size");
        place += size;
        (recorded ? passed : missing) += size;
        if (why == Missing::kSkipped && !recorded) check(place <= skip_until, "skipped only where that was allowed");
    }
    void on_overlap(std::uint64_t bytes, std::uint64_t) override { duplicates += bytes; }
    void on_end(bool clean, std::uint64_t) override {
        check(!ended, "one end");
        ended = true;
        clean_end = clean;
    }

    std::uint64_t place = 0;
    std::uint64_t passed = 0;
    std::uint64_t missing = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t skip_until = 0;
    bool ended = false;
    bool clean_end = false;
};

struct Plan {
    std::uint64_t start = 0;
    bool narrow = true;
    StreamLimits limits;
    std::vector<Sent> pieces;
    std::uint64_t size = 0;
    std::uint64_t skip_until = 0;
    bool whole = true;  // nothing is missing
};

Plan make_plan(Choices& choices) {
    Plan plan;
    constexpr std::uint64_t kStarts[] = {0, 1, 1000, 0xffffffff, 0xffffff00, 0x7fffffff, 0x80000000, 0xfffff000};
    plan.start = kStarts[choices.below(8)];
    plan.narrow = !choices.one_in(4);
    const std::size_t way = choices.below(8);  // bits: lose, repeat, shuffle
    if (choices.one_in(4))
        plan.limits = {.held_bytes = choices.below(300), .held_pieces = choices.below(8), .settle_ns = 50};
    std::uint32_t lost = 0;
    for (std::size_t i = 1 + choices.below(40); i > 0; --i) {
        Sent piece;
        piece.offset = plan.size;
        piece.size = static_cast<std::uint32_t>(1 + choices.below(choices.one_in(8) ? 5000 : 60));
        piece.bytes = !choices.one_in(8);
        plan.size += piece.size;
        if ((way & 1) != 0 && choices.one_in(5)) {
            piece.arrives = false;
            plan.whole = false;
            if (choices.one_in(2)) lost += piece.size;
            if (choices.one_in(3)) plan.skip_until = plan.size;
        }
        piece.lost_total = lost;
        plan.pieces.push_back(piece);
        if ((way & 2) != 0 && choices.one_in(5)) {
            piece.repeated = true;
            const std::size_t cut = choices.below(piece.size);  // the source may cut it elsewhere the second time
            piece.size -= static_cast<std::uint32_t>(cut);
            if (choices.one_in(2)) piece.offset += cut;
            plan.pieces.push_back(piece);
        }
    }
    if ((way & 4) != 0)
        for (std::size_t i = plan.pieces.size(); i > 1; --i)
            if (choices.one_in(3))
                std::swap(plan.pieces[i - 1], plan.pieces[i - 1 - choices.below(std::min<std::size_t>(i, 8))]);
    return plan;
}

void push(ByteStream& stream, const Plan& plan, const Sent& sent, std::uint64_t now, Reader& reader) {
    std::vector<std::byte> bytes(sent.bytes ? sent.size : 0);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = byte_at(sent.offset + i);
    Piece piece;
    piece.position = plan.start + sent.offset;
    if (plan.narrow) piece.position &= 0xffffffffU;
    piece.size = sent.size;
    piece.bytes = bytes;
    piece.missing = Missing::kNotSeen;
    piece.lost_total = sent.lost_total;
    piece.time_ns = now;
    stream.push(piece, reader);
}

void play(Choices& choices, const Plan& plan) {
    ByteStream stream(plan.start, plan.narrow, plan.limits);
    const std::uint64_t base = stream.place();
    Reader reader;
    reader.skip_until = plan.skip_until;
    if (plan.skip_until != 0) stream.skip_until(base + plan.skip_until);
    const std::uint64_t step = choices.one_in(4) ? 30 : 0;
    const bool early_end = choices.one_in(4);
    const std::uint64_t end = (plan.start + plan.size) & (plan.narrow ? 0xffffffffU : ~std::uint64_t{0});
    std::uint64_t now = 0;
    std::uint64_t came = 0;
    if (early_end) stream.end_at(end, now, reader);
    for (const Sent& piece : plan.pieces) {
        now += step;
        stream.settle(now, reader);
        if (!piece.arrives) continue;
        came += piece.size;
        push(stream, plan, piece, now, reader);
        check(stream.memory() <= std::max<std::size_t>(plan.limits.held_bytes, 0), "memory is bounded by the budget");
        check(stream.place() == base + reader.place, "the place is what was passed on");
    }
    const bool known_end = early_end || choices.one_in(2);
    if (known_end) stream.end_at(end, now, reader);
    const bool closed = choices.one_in(2);
    stream.finish(closed, now, reader);
    check(reader.ended && stream.ended(), "an end");
    check(reader.clean_end == (known_end || closed), "a clean end is one that was announced");
    check(!stream.holds() && stream.memory() == 0, "nothing is held after the end");
    check(reader.passed + reader.duplicates == came, "all that came was passed on or counted");
    check(reader.place == reader.passed + reader.missing, "gaps and bytes add up");
    check(!known_end || reader.place >= plan.size, "the end was reached");
    check(reader.place <= plan.size, "nothing from beyond the end");
    const bool patient =
        step == 0 && plan.limits.held_pieces >= plan.pieces.size() && plan.limits.held_bytes >= plan.size;
    const bool counts_lie = plan.pieces.back().lost_total != 0;
    if (plan.whole && patient && !counts_lie) check(reader.missing == 0, "nothing is missing when everything came");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Choices choices({reinterpret_cast<const char*>(data), size});
    const Plan plan = make_plan(choices);
    play(choices, plan);
    return 0;
}
