// SPDX-License-Identifier: Apache-2.0
#pragma once
// Header compression of HTTP/2 (HPACK, RFC 7541): the header blocks of one direction of one connection, in order.
//
// Made for an onlooker, who may come late or lose a block. Entries of the dynamic table are numbered from the newest,
// so that whatever was inserted since resolves exactly, and all before is unknown: a field that refers to it has no
// name, or no value, never a guessed one. Bytes are hostile: what is held is bounded by HpackLimits.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace apiarist::protocols {

struct HpackLimits {
    std::size_t table =
        64 << 10;  // bytes of the dynamic table (RFC 7541 §4.1) that are held; older entries are unknown
    std::size_t list = 64 << 10;  // bytes of the names and values of one block; the rest is left out
    std::size_t fields = 256;     // of one block
};

struct HpackField {
    std::optional<std::string> name;   // nothing: not known
    std::optional<std::string> value;  // nothing: not known
};

enum class HpackOutcome : std::uint8_t {
    kDecoded,    // all fields are there, some perhaps with an unknown name or value
    kCut,        // fields were left out by a limit
    kMalformed,  // no header block; nothing that came before is known any more
};

class HpackDecoder {
  public:
    // `from_start`: the first block will be the connection's first.
    HpackDecoder(const HpackLimits& limits, bool from_start);

    // Appends the fields of a whole block, its fragments joined.
    HpackOutcome decode(std::span<const std::byte> block, std::vector<HpackField>& fields);
    // One or more blocks were lost.
    void forget();

    // Everything that a block may refer to is known.
    [[nodiscard]] bool knows_all() const;
    [[nodiscard]] std::size_t memory() const;  // bytes held

  private:
    struct Entry {
        HpackField field;
        std::size_t size = 0;  // RFC 7541 §4.1; of what is known of it
    };
    class Reader;
    struct List;

    bool read_field(Reader& in, List& list);
    bool read_literal(Reader& in, unsigned prefix, bool insert, List& list);
    bool resize(Reader& in);
    // Whether a block may refer to it (RFC 7541 §2.3.3); then what is known of it.
    [[nodiscard]] bool is_entry(std::uint64_t index) const;
    [[nodiscard]] HpackField field_of(std::uint64_t index) const;
    [[nodiscard]] std::optional<std::string> name_of(std::uint64_t index) const;
    void insert(HpackField field);
    void shrink(std::size_t size);

    HpackLimits limits_;
    std::deque<Entry> table_;  // the newest first
    std::size_t size_ = 0;     // of the entries held
    // Of the table as the sender keeps it. Nothing: not known, since no change was seen.
    std::optional<std::uint64_t> most_;
    bool older_;  // the sender's table may hold entries that are older than those held
};

}  // namespace apiarist::protocols
