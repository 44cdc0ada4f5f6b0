// SPDX-License-Identifier: Apache-2.0
#include "protocols/hpack.h"

#include <algorithm>
#include <array>

#include "protocols/hpack_huffman.h"

namespace apiarist::protocols {
namespace {

constexpr std::uint64_t kDefaultTable = 4096;  // RFC 9113 §6.5.2, SETTINGS_HEADER_TABLE_SIZE
constexpr std::size_t kEntryOverhead = 32;     // RFC 7541 §4.1

struct StaticField {
    std::string_view name;
    std::string_view value;
};

// RFC 7541 Appendix A.
constexpr std::array<StaticField, 61> kStatic{{
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", ""},
    {"accept-encoding", "gzip, deflate"},
    {"accept-language", ""},
    {"accept-ranges", ""},
    {"accept", ""},
    {"access-control-allow-origin", ""},
    {"age", ""},
    {"allow", ""},
    {"authorization", ""},
    {"cache-control", ""},
    {"content-disposition", ""},
    {"content-encoding", ""},
    {"content-language", ""},
    {"content-length", ""},
    {"content-location", ""},
    {"content-range", ""},
    {"content-type", ""},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"expect", ""},
    {"expires", ""},
    {"from", ""},
    {"host", ""},
    {"if-match", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"if-range", ""},
    {"if-unmodified-since", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"max-forwards", ""},
    {"proxy-authenticate", ""},
    {"proxy-authorization", ""},
    {"range", ""},
    {"referer", ""},
    {"refresh", ""},
    {"retry-after", ""},
    {"server", ""},
    {"set-cookie", ""},
    {"strict-transport-security", ""},
    {"transfer-encoding", ""},
    {"user-agent", ""},
    {"vary", ""},
    {"via", ""},
    {"www-authenticate", ""},
}};

std::size_t text_size(const HpackField& field) {
    return (field.name ? field.name->size() : 0) + (field.value ? field.value->size() : 0);
}

}  // namespace

// The rest of a block.
class HpackDecoder::Reader {
  public:
    explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    [[nodiscard]] unsigned peek() const { return std::to_integer<unsigned>(bytes_.front()); }

    // RFC 7541 §5.1, with the first `prefix` bits of the next byte. No number of HTTP/2 passes 32 bits.
    bool number(unsigned prefix, std::uint64_t& value) {
        if (bytes_.empty()) return false;
        const std::uint64_t full = (1U << prefix) - 1;
        value = next() & full;
        if (value < full) return true;
        for (unsigned shift = 0; shift <= 28; shift += 7) {
            if (bytes_.empty()) return false;
            const unsigned byte = next();
            value += std::uint64_t{byte & 127} << shift;
            if ((byte & 128) == 0) return value <= UINT32_MAX;
        }
        return false;
    }

    // RFC 7541 §5.2.
    bool text(std::string& value) {
        if (bytes_.empty()) return false;
        const bool coded = (peek() & 128) != 0;
        std::uint64_t size = 0;
        if (!number(7, size) || size > bytes_.size()) return false;
        const auto part = bytes_.first(static_cast<std::size_t>(size));
        bytes_ = bytes_.subspan(part.size());
        if (coded) {
            value.reserve(part.size() * 8 / 5);
            return decode_huffman(part, value);
        }
        value.assign(reinterpret_cast<const char*>(part.data()), part.size());
        return true;
    }

  private:
    unsigned next() {
        const unsigned byte = peek();
        bytes_ = bytes_.subspan(1);
        return byte;
    }

    std::span<const std::byte> bytes_;
};

// The fields of a block, up to the limits.
struct HpackDecoder::List {
    const HpackLimits& limits;
    std::vector<HpackField>& fields;
    std::size_t count = 0;
    std::size_t bytes = 0;
    bool cut = false;

    void add(HpackField field) {
        bytes += text_size(field);
        cut = cut || ++count > limits.fields || bytes > limits.list;
        if (!cut) fields.push_back(std::move(field));
    }
};

HpackDecoder::HpackDecoder(const HpackLimits& limits, bool from_start) : limits_(limits), older_(!from_start) {
    if (from_start) most_ = kDefaultTable;
}

HpackOutcome HpackDecoder::decode(std::span<const std::byte> block, std::vector<HpackField>& fields) {
    Reader in(block);
    List list{.limits = limits_, .fields = fields};
    const std::size_t before = fields.size();
    // RFC 7541 §4.2: at the beginning of a block alone.
    bool good = true;
    while (good && !in.empty() && (in.peek() & 0xe0) == 0x20)
        good = resize(in);
    while (good && !in.empty())
        good = read_field(in, list);
    if (!good) {
        fields.resize(before);
        forget();
        return HpackOutcome::kMalformed;
    }
    return list.cut ? HpackOutcome::kCut : HpackOutcome::kDecoded;
}

void HpackDecoder::forget() {
    table_.clear();
    size_ = 0;
    most_.reset();
    older_ = true;
}

bool HpackDecoder::knows_all() const {
    return !older_ && std::ranges::all_of(table_, [](const Entry& entry) { return entry.field.name.has_value(); });
}

std::size_t HpackDecoder::memory() const {
    return size_ + table_.size() * sizeof(Entry);
}

bool HpackDecoder::read_field(Reader& in, List& list) {
    const unsigned first = in.peek();
    if ((first & 0x80) != 0) {
        std::uint64_t index = 0;
        if (!in.number(7, index) || !is_entry(index)) return false;
        if (!list.cut) list.add(field_of(index));  // a byte of the block may stand for all of the table
        return true;
    }
    if ((first & 0x40) != 0) return read_literal(in, 6, true, list);
    if ((first & 0x20) != 0) return false;  // a change of the table's size
    return read_literal(in, 4, false, list);
}

bool HpackDecoder::read_literal(Reader& in, unsigned prefix, bool insert_it, List& list) {
    std::uint64_t index = 0;
    HpackField field;
    if (!in.number(prefix, index)) return false;
    if (index != 0) {
        if (!is_entry(index)) return false;
        field.name = name_of(index);
    } else if (!in.text(field.name.emplace())) {
        return false;
    }
    if (!in.text(field.value.emplace())) return false;
    if (insert_it) insert(field);
    list.add(std::move(field));
    return true;
}

bool HpackDecoder::resize(Reader& in) {
    std::uint64_t size = 0;
    if (!in.number(5, size)) return false;
    most_ = size;
    shrink(static_cast<std::size_t>(size));
    return true;
}

bool HpackDecoder::is_entry(std::uint64_t index) const {
    if (index <= kStatic.size()) return index != 0;
    const std::uint64_t at = index - kStatic.size() - 1;
    // No table has room for more entries than that.
    return at < table_.size() || (older_ && (!most_ || (at + 1) * kEntryOverhead <= *most_));
}

HpackField HpackDecoder::field_of(std::uint64_t index) const {
    if (index <= kStatic.size()) {
        const StaticField& known = kStatic[index - 1];
        return {.name = std::string(known.name), .value = std::string(known.value)};
    }
    const std::uint64_t at = index - kStatic.size() - 1;
    return at < table_.size() ? table_[at].field : HpackField{};
}

std::optional<std::string> HpackDecoder::name_of(std::uint64_t index) const {
    if (index <= kStatic.size()) return std::string(kStatic[index - 1].name);
    const std::uint64_t at = index - kStatic.size() - 1;
    return at < table_.size() ? table_[at].field.name : std::nullopt;
}

// Too large an entry empties the table instead (RFC 7541 §4.4). Where it is not known whether it was too large, it is
// kept: if it was, no block refers to it or to what was before.
void HpackDecoder::insert(HpackField field) {
    const std::size_t size = kEntryOverhead + text_size(field);
    table_.push_front({.field = std::move(field), .size = size});
    size_ += size;
    shrink(static_cast<std::size_t>(most_.value_or(UINT32_MAX)));
}

// Sizes of entries without a known name are at least what is held of them: what is dropped here is dropped there.
void HpackDecoder::shrink(std::size_t size) {
    while (size_ > std::min(size, limits_.table)) {
        older_ = size_ <= size;
        size_ -= table_.back().size;
        table_.pop_back();
    }
    if (size == 0) older_ = false;
}

}  // namespace apiarist::protocols
