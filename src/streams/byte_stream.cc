// SPDX-License-Identifier: Apache-2.0
#include "streams/byte_stream.h"

#include <algorithm>
#include <utility>

namespace apiarist::streams {
namespace {

// The first `n` bytes of a piece removed.
Piece without_front(Piece piece, std::uint32_t n) {
    piece.position += n;
    piece.size -= n;
    if (!piece.bytes.empty()) piece.bytes = piece.bytes.subspan(n);
    piece.call_start = false;
    return piece;
}

}  // namespace

ByteStream::ByteStream(std::uint64_t start, bool narrow, const StreamLimits& limits)
    : limits_(limits), place_(start), narrow_(narrow) {
    // Room below the first position, so that a piece from before it does not wrap.
    if (narrow_) place_ = (std::uint64_t{1} << 32) + (start & 0xffffffffU);
}

std::uint64_t ByteStream::widen(std::uint64_t position) const {
    if (!narrow_) return position;
    const auto ahead =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(position) - static_cast<std::uint32_t>(place_));
    return place_ + static_cast<std::uint64_t>(static_cast<std::int64_t>(ahead));
}

void ByteStream::push(const Piece& given, StreamReader& reader) {
    if (ended_) {
        reader.on_overlap(given.size, given.time_ns);
        return;
    }
    Piece piece = given;
    piece.position = widen(given.position);
    if (piece.position < place_) {
        const std::uint64_t behind = place_ - piece.position;
        const auto duplicate = static_cast<std::uint32_t>(std::min<std::uint64_t>(behind, piece.size));
        reader.on_overlap(duplicate, piece.time_ns);
        if (duplicate == piece.size) return;
        piece = without_front(piece, duplicate);
    }
    const bool first = held_.empty() || piece.position < held_.begin()->first;
    if (piece.position > place_ && first && explained(piece))
        pass_gap(piece.position, reason(piece), piece.time_ns, reader);
    if (piece.position == place_) {
        pass(piece, reader);
        pass_held(reader);
        maybe_end(reader);
        return;
    }
    hold(piece, reader);
    while (held_bytes_ > limits_.held_bytes || held_.size() > limits_.held_pieces)
        release_first(reader);
}

void ByteStream::hold(const Piece& piece, StreamReader& reader) {
    const auto [at, fresh] = held_.try_emplace(piece.position);
    Held& held = at->second;
    if (!fresh) {  // of two at one position the longer one stays
        reader.on_overlap(std::min(piece.size, held.piece.size), piece.time_ns);
        if (piece.size <= held.piece.size) return;
        held_bytes_ -= held.bytes.size();
    }
    held.piece = piece;
    held.piece.bytes = {};
    held.bytes.assign(piece.bytes.begin(), piece.bytes.end());
    held_bytes_ += held.bytes.size();
}

std::uint32_t ByteStream::lost_since(const Piece& piece) const {
    const std::uint32_t lost = piece.lost_total - lost_seen_;
    return lost < 0x80000000U ? lost : 0;  // else the piece left the source before one that was passed on
}

bool ByteStream::explained(const Piece& piece) const {
    const std::uint64_t hole = piece.position - place_;
    const std::uint64_t skipped = skip_until_ > place_ ? skip_until_ - place_ : 0;
    return lost_since(piece) + skipped >= hole;
}

Missing ByteStream::reason(const Piece& piece) const {
    return piece.position <= skip_until_ && lost_since(piece) == 0 ? Missing::kSkipped : Missing::kLost;
}

void ByteStream::pass(const Piece& piece, StreamReader& reader) {
    place_ += piece.size;
    lost_seen_ += lost_since(piece);
    if (piece.bytes.empty()) {
        reader.on_missing(piece.size, piece.missing, true, piece.time_ns);
    } else {
        reader.on_bytes(piece.bytes, piece.call_start, piece.time_ns);
    }
}

void ByteStream::pass_gap(std::uint64_t until, Missing why, std::uint64_t time_ns, StreamReader& reader) {
    const std::uint64_t size = until - place_;
    place_ = until;
    reader.on_missing(size, why, false, time_ns);
}

void ByteStream::pass_held(StreamReader& reader) {
    while (!held_.empty()) {
        const auto first = held_.begin();
        if (first->first > place_) {
            const Piece& piece = first->second.piece;
            if (!explained(piece)) return;
            pass_gap(piece.position, reason(piece), piece.time_ns, reader);
        }
        Held held = std::move(first->second);
        held_bytes_ -= held.bytes.size();
        held_.erase(first);
        held.piece.bytes = held.bytes;
        Piece piece = held.piece;
        if (piece.position < place_) {
            const std::uint64_t behind = place_ - piece.position;
            const auto duplicate = static_cast<std::uint32_t>(std::min<std::uint64_t>(behind, piece.size));
            reader.on_overlap(duplicate, piece.time_ns);
            if (duplicate == piece.size) continue;
            piece = without_front(piece, duplicate);
        }
        pass(piece, reader);
    }
}

void ByteStream::release_first(StreamReader& reader) {
    const Piece& first = held_.begin()->second.piece;
    pass_gap(first.position, reason(first), first.time_ns, reader);
    pass_held(reader);
    maybe_end(reader);
}

void ByteStream::end_at(std::uint64_t position, std::uint64_t time_ns, StreamReader& reader) {
    if (ended_ || end_ != UINT64_MAX) return;
    end_ = widen(position);
    end_time_ns_ = time_ns;
    maybe_end(reader);
}

void ByteStream::maybe_end(StreamReader& reader) {
    if (ended_ || end_ == UINT64_MAX || place_ < end_ || !held_.empty()) return;
    ended_ = true;
    reader.on_end(true, end_time_ns_);
}

void ByteStream::settle(std::uint64_t now_ns, StreamReader& reader) {
    while (!held_.empty() && held_.begin()->second.piece.time_ns + limits_.settle_ns <= now_ns)
        release_first(reader);
}

void ByteStream::finish(bool closed, std::uint64_t time_ns, StreamReader& reader) {
    if (ended_) return;
    while (!held_.empty())
        release_first(reader);
    if (ended_) return;
    ended_ = true;
    const bool known = end_ != UINT64_MAX;
    if (known && end_ > place_) {
        const bool skipped = end_ <= skip_until_;
        pass_gap(end_, skipped ? Missing::kSkipped : Missing::kLost, time_ns, reader);
    }
    reader.on_end(known || closed, time_ns);
}

}  // namespace apiarist::streams
