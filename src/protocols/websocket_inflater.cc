// SPDX-License-Identifier: Apache-2.0
#include "protocols/websocket_inflater.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

namespace apiarist::protocols {
namespace {

constexpr std::size_t kPiece = 16 << 10;
constexpr std::size_t kZlibState = 8 << 10;  // without the window
constexpr unsigned kMostStreams = 16;        // in a message, that may have two bytes each
constexpr int kAtBlock = 128;                // in data_type: between two blocks
constexpr int kWindowBits = 15;              // the largest

}  // namespace

class WebsocketInflater::Stream {
  public:
    Stream() : ready_(inflateInit2(&zlib, -kWindowBits) == Z_OK) {}
    ~Stream() {
        if (ready_) inflateEnd(&zlib);
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    // Behind a final block another deflate stream goes on, with the same window (RFC 7692 §7.2.3.4).
    void go_on() {
        inflateResetKeep(&zlib);
        ended = false;
    }
    [[nodiscard]] bool ready() const { return ready_; }

    z_stream zlib{};
    bool ended = false;  // behind a final block

  private:
    bool ready_;
};

WebsocketInflater::WebsocketInflater(const WebsocketDeflate& agreed, const WebsocketRoom& room)
    : agreed_(agreed), room_(room) {}
WebsocketInflater::~WebsocketInflater() = default;
WebsocketInflater::WebsocketInflater(WebsocketInflater&&) noexcept = default;
WebsocketInflater& WebsocketInflater::operator=(WebsocketInflater&&) noexcept = default;

void WebsocketInflater::begin() {
    failed_ = false;
    over_limit_ = false;
    size_ = 0;
    streams_ = 0;
}

void WebsocketInflater::forget() {
    failed_ = true;
    stream_.reset();
}

void WebsocketInflater::feed(std::span<const std::byte> bytes, std::string& out) {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    while (!bytes.empty() && !failed_) {
        const auto part = bytes.first(std::min(bytes.size(), kMost));
        bytes = bytes.subspan(part.size());
        run(part, out);
    }
}

void WebsocketInflater::run(std::span<const std::byte> bytes, std::string& out) {
    if (!stream_) stream_ = std::make_unique<Stream>();
    if (!stream_->ready()) return forget();
    z_stream& zlib = stream_->zlib;
    std::array<char, kPiece> piece;
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    zlib.avail_in = static_cast<uInt>(bytes.size());
    for (;;) {
        if (stream_->ended) {
            if (zlib.avail_in == 0) return;
            if (++streams_ > kMostStreams) return forget();
            stream_->go_on();
        }
        zlib.next_out = reinterpret_cast<Bytef*>(piece.data());
        zlib.avail_out = static_cast<uInt>(piece.size());
        const int result = inflate(&zlib, Z_NO_FLUSH);
        const std::size_t made = piece.size() - zlib.avail_out;
        size_ += made;
        out.append(piece.data(), std::min(made, room_.kept - std::min(room_.kept, out.size())));
        over_limit_ = size_ > room_.inflated;
        if (over_limit_ || (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)) return forget();
        stream_->ended = result == Z_STREAM_END;
        if (result == Z_BUF_ERROR || (zlib.avail_in == 0 && zlib.avail_out != 0)) return;
    }
}

bool WebsocketInflater::end(std::string& out) {
    // What every sender leaves out at the end (RFC 7692 §7.2.1).
    static constexpr std::array<std::byte, 4> kTail = {std::byte{0}, std::byte{0}, std::byte{0xff}, std::byte{0xff}};
    const std::size_t before = out.size();
    if (!failed_ && !(stream_ && stream_->ended)) feed(kTail, out);
    const bool whole = !failed_ && (stream_->ended || (stream_->zlib.data_type & kAtBlock) != 0);
    if (!whole) out.resize(before);  // it was taken for something else
    if (!whole || !agreed_.takeover) stream_.reset();
    return whole;
}

std::size_t WebsocketInflater::memory() const {
    return stream_ ? kZlibState + (std::size_t{1} << kWindowBits) : 0;
}

}  // namespace apiarist::protocols
