// SPDX-License-Identifier: Apache-2.0
#pragma once
// HTTP/1.0 and HTTP/1.1 messages (RFC 9112, semantics of RFC 9110) out of one direction of one connection.
//
// Sans-I/O: bytes and gaps in, items out, in order. No clock, no threads, no exceptions, never aborts. The bytes are
// hostile: everything kept is bounded by Http1Limits. How the input is split into feed() calls changes nothing of the
// output as long as there is no gap. After a loss the parser either still knows where it is (inside a body of declared
// length, or inside one chunk) and marks the message, or it gives the message up, says kLostPlace, and begins again
// only at a call boundary where a whole, valid start line follows: it never guesses inside a body. Where a head that
// stood where one must is too long, or wrong, or frames its body wrongly, the message leaves with what is known of it,
// marked. A kept body is always the first bytes of the true one: after a gap inside it the rest is counted only.
//
// A response cannot be framed without its request (HEAD, CONNECT; RFC 9112 §6.3): the owner calls expect() for each
// request head, in order, before it feeds the response's bytes. Without an expectation a response is read as one to
// GET. After kLostPlace from a response parser the owner calls forget_expectations(): it is not known how many
// answers were lost.
//
// Before the first request of a connection, and only there, a PROXY header (proxy_header.h) is set aside as framing.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "protocols/http1_expectations.h"
#include "protocols/http1_framing.h"
#include "protocols/http1_line.h"
#include "protocols/message.h"
#include "protocols/proxy_header.h"

namespace apiarist::protocols {

struct Http1Limits {
    std::size_t body = 1 << 20;        // bytes of a body that are kept; the rest is counted
    std::size_t head = 64 << 10;       // bytes of a start line and headers together; more is malformed
    std::size_t headers = 4096;        // header fields of a message; more is malformed
    std::size_t chunk_line = 4 << 10;  // bytes of a chunk-size line with extensions, and of the trailer section × 4
    std::size_t expectations = 1024;   // requests that wait for a response (pipelining)
};

enum class ItemKind : std::uint8_t {
    kHead,       // a head was read: for a request `message.method`, `target`, `begin`; for a response `message.status`
    kMessage,    // `message` is complete as far as it will ever be
    kLostPlace,  // bytes could not be attributed to a message; the stream goes on at a later message. A message whose
                 // kHead came and that has not come itself will not come
    kTunnel,  // what follows is not HTTP/1 any more (101, CONNECT, HTTP/2 preface): all further bytes are only counted
};

struct Item {
    ItemKind kind = ItemKind::kMessage;
    Message message;  // kHead: only method, target, status and begin are set; kLostPlace, kTunnel: empty
};

// Every byte given to feed() or on_gap() is in exactly one of the byte counters once its item has left, or after
// on_end().
struct Http1Counts {
    std::uint64_t parsed = 0;        // part of a message that left, or of its framing
    std::uint64_t unattributed = 0;  // fed, but skipped while the place was lost, or part of a malformed message
    std::uint64_t tunnelled = 0;     // after 101, CONNECT or a preface
    std::uint64_t missing = 0;       // given to on_gap()
    std::uint64_t malformed = 0;     // messages (not bytes) given up because they were not HTTP/1
};

class Http1Parser {
  public:
    // `from_start`: the first byte is known to be the first of the connection; otherwise the place is lost at first.
    Http1Parser(MessageKind kind, const Http1Limits& limits, bool from_start);

    // Response parsers: the next final response belongs to a request of this method. Ignored above the limit.
    void expect(std::string_view method);
    // Response parsers: what was expected is not to be trusted any more.
    void forget_expectations();

    // `call_start`: the first byte is the first of a system call or TLS call, so a message may begin there.
    void feed(std::span<const std::byte> bytes, Stamp stamp, bool call_start, std::vector<Item>& out);
    // As feed(), but stops behind the first message that ends, or where a tunnel begins, for owners who have to see it
    // before they know whether the rest may follow. Returns how many bytes were taken; none only if there were none.
    std::size_t feed_message(std::span<const std::byte> bytes, Stamp stamp, bool call_start, std::vector<Item>& out);
    void on_gap(std::uint64_t size, GapKind kind, Stamp stamp, std::vector<Item>& out);
    // No more bytes will come. `clean`: the sender ended its side; otherwise the observation ended.
    void on_end(bool clean, Stamp stamp, std::vector<Item>& out);
    // Owner's word that messages went before, though the place is known: no PROXY header may come.
    void not_at_beginning() { empty_lines_ = kNotAtStart; }
    // Gives back what is held of a body: its rest is only counted, and the message says that it is truncated. False:
    // nothing was held.
    bool release_body();
    // Owner's word that the protocol changes here (101 or CONNECT seen on the other direction).
    void tunnel();

    // How many bytes from here on are not needed: the rest of a body (or chunk) beyond the limit. Zero when all are.
    [[nodiscard]] std::uint64_t skippable() const;
    [[nodiscard]] bool lost() const;              // looking for the next message start
    [[nodiscard]] bool between_messages() const;  // place known, no byte of a message seen yet
    [[nodiscard]] bool tunnels() const { return state_ == State::kTunnel; }
    [[nodiscard]] std::size_t memory() const;  // bytes held
    [[nodiscard]] const Http1Counts& counts() const { return counts_; }
    // The message being received, for owners that report a stream early or at shutdown; null between messages
    // and in a head.
    [[nodiscard]] const Message* current() const;

  private:
    enum class State : std::uint8_t {
        kStart,  // before or inside a start line
        kProxy,  // inside a PROXY header of version 2, behind its two empty lines
        kFields,
        kLength,
        kUntilClose,
        kChunkLine,
        kChunkData,
        kChunkEnd,  // the line end that follows a chunk's data
        kTrailers,
        kTunnel,
        kLost,
    };
    static constexpr int kNotAtStart = -1;
    struct Input {
        std::string_view bytes;  // not yet consumed
        Stamp stamp;
        std::vector<Item>& out;
    };

    void begin_call(bool call_start, const Input& in);
    [[nodiscard]] bool continues_request(char first) const;
    void step(Input& in);
    void read_start(Input& in);
    void read_proxy(Input& in);
    void set_line_aside(int empty_lines_before);
    [[nodiscard]] bool at_proxy_header(const Input& in) const;
    void read_candidate(Input& in);
    void read_fields(Input& in);
    void read_body(Input& in);
    void read_until_close(Input& in);
    void read_chunk_line(Input& in);
    void read_chunk_end(Input& in);
    void read_trailers(Input& in);
    LineReader::State read_line(Input& in, std::size_t limit);
    std::string_view take(Input& in, std::size_t size);

    void begin_message(Input& in, bool certain);
    void read_field(std::vector<Header>& fields, const Input& in);
    void give_up_head(const Input& in);
    void end_head(Input& in);
    void report_head(std::vector<Item>& out) const;
    void begin_body(const Framing& framing, std::vector<Item>& out);
    void append_body(std::string_view bytes);
    void gap_in_body(std::uint64_t size, GapKind kind, Stamp stamp, std::vector<Item>& out);
    void mark(GapKind kind);
    void complete(std::vector<Item>& out);
    void start_tunnel(std::vector<Item>& out);
    void give_up(std::vector<Item>& out);
    void lose_place(std::vector<Item>& out);
    void next_message(State state);
    void settle(std::uint64_t& counter);
    [[nodiscard]] bool in_body() const;

    MessageKind kind_;
    Http1Limits limits_;
    State state_;
    int empty_lines_ = kNotAtStart;  // kStart: before the first request; nothing else came
    bool candidate_ = false;         // kLost: the bytes since the last call start may still be a start line
    bool chunk_cr_ = false;          // kChunkEnd: the CR was seen
    bool hole_ = false;              // bytes of the body are missing: what follows is not kept
    bool certain_ = false;           // the start line stood where one must
    bool tunnel_next_ = false;       // tunnel() was said inside a message
    std::size_t section_ = 0;        // bytes so far of the head, chunk line or trailer section
    std::size_t head_ = 0;           // bytes of the head and the trailers, as a measure of what their strings hold
    std::uint64_t pending_ = 0;      // bytes fed that are in no counter yet
    std::uint64_t remaining_ = 0;    // kLength, kChunkData: bytes of data to come
    LineReader lines_;
    ProxyHeaderReader proxy_;
    Message message_;
    Expectations expectations_;
    Http1Counts counts_;
};

// What the first bytes of a stream look like. kUnknown: too few bytes to tell. kProxyHeader, of a start only: a PROXY
// header or the beginning of one, and nothing behind it.
enum class Http1Look : std::uint8_t { kRequest, kResponse, kUnknown, kOther, kProxyHeader };
[[nodiscard]] Http1Look look_at(std::span<const std::byte> first_bytes);

// The same of what are the first bytes of the connection too, where a PROXY header may stand before the rest.
struct StartLook {
    Http1Look look = Http1Look::kUnknown;
    std::size_t proxy_header = 0;  // bytes of a whole one
};
[[nodiscard]] StartLook look_at_start(std::span<const std::byte> first_bytes);

}  // namespace apiarist::protocols
