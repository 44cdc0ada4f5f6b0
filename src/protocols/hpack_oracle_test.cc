// SPDX-License-Identifier: Apache-2.0
// Header lists that another implementation (libnghttp2) encodes. What is promised:
// * From the start: every list is the one that was encoded, however the table's size changes.
// * For one who comes late or misses a block: each field is there, in its place, and its name and its value are either
//   exact or unknown. What is unknown dies out as the table turns over.
#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <array>
#include <memory>
#include <random>
#include <stdexcept>

#include "protocols/hpack.h"

namespace apiarist::protocols {
namespace {

using Random = std::mt19937;

// Not std::uniform_int_distribution: its results differ between libraries.
std::size_t pick(Random& random, std::size_t below) {
    return random() % below;
}

struct Header {
    std::string name;
    std::string value;
    bool never_index = false;
};

struct Block {
    std::vector<Header> headers;
    std::vector<std::byte> bytes;
};

constexpr std::size_t kMostTable = 64 << 10;

class Encoder {
  public:
    Encoder() {
        nghttp2_hd_deflater* made = nullptr;
        if (nghttp2_hd_deflate_new(&made, kMostTable) != 0) throw std::bad_alloc();
        deflater_.reset(made);
    }

    void resize(std::size_t size) {
        if (nghttp2_hd_deflate_change_table_size(deflater_.get(), size) != 0) throw std::bad_alloc();
    }

    Block encode(std::vector<Header> headers) {
        const auto bytes_of = [](const std::string& text) {
            return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
        };
        std::vector<nghttp2_nv> pairs;
        for (const Header& header : headers) {
            const std::uint8_t flags = header.never_index ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE;
            pairs.push_back(
                {bytes_of(header.name), bytes_of(header.value), header.name.size(), header.value.size(), flags});
        }
        std::vector<std::byte> bytes(nghttp2_hd_deflate_bound(deflater_.get(), pairs.data(), pairs.size()));
        const auto size = nghttp2_hd_deflate_hd(deflater_.get(), reinterpret_cast<std::uint8_t*>(bytes.data()),
                                                bytes.size(), pairs.data(), pairs.size());
        if (size < 0) throw std::runtime_error("not encoded");
        bytes.resize(static_cast<std::size_t>(size));
        return {std::move(headers), std::move(bytes)};
    }

  private:
    struct Delete {
        void operator()(nghttp2_hd_deflater* deflater) const { nghttp2_hd_deflate_del(deflater); }
    };
    std::unique_ptr<nghttp2_hd_deflater, Delete> deflater_;
};

std::string random_bytes(Random& random, std::size_t size) {
    std::string bytes;
    while (bytes.size() < size)
        bytes += static_cast<char>(pick(random, 256));
    return bytes;
}

// Mostly letters, so that the Huffman code is the shorter one even where rare bytes are among them.
std::string random_text(Random& random, std::size_t size) {
    std::string text;
    while (text.size() < size)
        text += static_cast<char>(pick(random, 10) == 0 ? pick(random, 256) : 'a' + pick(random, 26));
    return text;
}

std::string random_name(Random& random) {
    constexpr std::array<const char*, 12> kUsual = {":method", ":path",        ":authority", ":status",
                                                    "accept",  "content-type", "cookie",     "date",
                                                    "etag",    "server",       "set-cookie", "authorization"};
    switch (pick(random, 20)) {
        case 0:
            return random_bytes(random, pick(random, 30));
        case 1:
            return random_text(random, pick(random, 1500));
        case 2:
        case 3:
        case 4:
        case 5:
            return kUsual[pick(random, kUsual.size())];
        default:
            return "x-name-" + std::to_string(pick(random, 150));
    }
}

std::string random_value(Random& random) {
    switch (pick(random, 10)) {
        case 0:
            return {};
        case 1:
            return random_bytes(random, pick(random, 40));
        case 2:
            return random_text(random, pick(random, 20) == 0 ? pick(random, 6000) : 100 + pick(random, 300));
        case 3:
        case 4:
            return random_text(random, pick(random, 40));
        case 5:
            return std::to_string(random());
        default:
            return "value-" + std::to_string(pick(random, 10));
    }
}

std::vector<Header> random_headers(Random& random) {
    std::vector<Header> headers(pick(random, 12));
    for (Header& header : headers) {
        const std::string usual = std::to_string(pick(random, 60));
        if (pick(random, 3) == 0) {
            header = {"usual-" + usual, "always " + usual};
        } else {
            header = {random_name(random), random_value(random), pick(random, 10) == 0};
        }
    }
    return headers;
}

void resize_at_random(Random& random, Encoder& encoder) {
    constexpr std::array<std::size_t, 8> kSizes = {0, 1, 64, 200, 1000, 4096, 20000, kMostTable};
    for (std::size_t i = 1 + pick(random, 3); i > 0; --i)
        encoder.resize(pick(random, 2) == 0 ? kSizes[pick(random, kSizes.size())] : pick(random, 5000));
}

using Conversation = std::vector<Block>;

// One block in `resize_every` changes the table's size; never, if that is 0.
Conversation make_conversation(Random& random, std::size_t blocks, std::size_t resize_every) {
    Encoder encoder;
    Conversation conversation;
    while (conversation.size() < blocks) {
        if (resize_every > 0 && pick(random, resize_every) == 0) resize_at_random(random, encoder);
        conversation.push_back(encoder.encode(random_headers(random)));
    }
    return conversation;
}

struct Share {
    std::size_t known = 0;
    std::size_t all = 0;

    void count(const std::optional<std::string>& text) {
        ++all;
        known += text.has_value() ? 1u : 0u;
    }
};

// Each name and value that is known is the true one.
void decode_and_compare(HpackDecoder& decoder, const Block& block, Share& share) {
    std::vector<HpackField> fields;
    const bool all_known = decoder.knows_all();
    ASSERT_EQ(decoder.decode(block.bytes, fields), HpackOutcome::kDecoded);
    ASSERT_EQ(fields.size(), block.headers.size());
    Share here;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        ASSERT_EQ(fields[i].name.value_or(block.headers[i].name), block.headers[i].name);
        ASSERT_EQ(fields[i].value.value_or(block.headers[i].value), block.headers[i].value);
        here.count(fields[i].name);
        here.count(fields[i].value);
    }
    if (all_known && decoder.knows_all()) {  // not while it drops entries by its limit
        ASSERT_EQ(here.known, here.all);
    }
    share.known += here.known;
    share.all += here.all;
}

TEST(HpackOracle, from_the_start_every_list_is_exact) {
    Random random(1);
    for (int round = 0; round < 40; ++round) {
        HpackDecoder decoder({}, true);
        Share share;
        for (const Block& block : make_conversation(random, 200, pick(random, 10))) {
            decode_and_compare(decoder, block, share);
            if (HasFatalFailure()) FAIL() << "round " << round;
            ASSERT_TRUE(decoder.knows_all());
        }
        EXPECT_EQ(share.known, share.all);
    }
}

TEST(HpackOracle, the_huffman_code_of_each_byte) {
    for (unsigned byte = 0; byte < 256; ++byte) {
        Encoder encoder;
        const std::string value = std::string(60, 'a') + static_cast<char>(byte) + "e";
        const Block block = encoder.encode({{"x", value}});
        EXPECT_LT(block.bytes.size(), value.size());
        HpackDecoder decoder({}, true);
        Share share;
        decode_and_compare(decoder, block, share);
        EXPECT_EQ(share.known, 2u) << byte;
    }
}

TEST(HpackOracle, one_who_comes_late_is_never_wrong) {
    Random random(2);
    Share share;
    for (int round = 0; round < 300; ++round) {
        const Conversation conversation = make_conversation(random, 60, pick(random, 30));
        HpackDecoder decoder({}, false);
        for (std::size_t i = 1 + pick(random, 50); i < conversation.size(); ++i) {
            decode_and_compare(decoder, conversation[i], share);
            if (HasFatalFailure()) FAIL() << "round " << round << " block " << i;
        }
    }
    EXPECT_GT(share.known, share.all * 3 / 4);
    EXPECT_LT(share.known, share.all);
}

TEST(HpackOracle, one_who_misses_blocks_is_never_wrong) {
    Random random(3);
    Share share;
    for (int round = 0; round < 300; ++round) {
        HpackDecoder decoder({}, true);
        for (const Block& block : make_conversation(random, 60, pick(random, 30))) {
            if (pick(random, 25) == 0) {
                decoder.forget();
                continue;
            }
            decode_and_compare(decoder, block, share);
            if (HasFatalFailure()) FAIL() << "round " << round;
        }
    }
    EXPECT_GT(share.known, share.all * 3 / 4);
    EXPECT_LT(share.known, share.all);
}

TEST(HpackOracle, one_who_holds_less_than_the_table_is_never_wrong) {
    Random random(4);
    Share share;
    for (int round = 0; round < 100; ++round) {
        const HpackLimits limits = {.table = pick(random, 3000)};
        HpackDecoder decoder(limits, pick(random, 2) == 0);
        for (const Block& block : make_conversation(random, 60, pick(random, 30))) {
            decode_and_compare(decoder, block, share);
            if (HasFatalFailure()) FAIL() << "round " << round;
        }
    }
    EXPECT_LT(share.known, share.all);
}

TEST(HpackOracle, what_one_who_comes_late_knows_grows_to_all) {
    Random random(5);
    constexpr std::size_t kJoin = 30;
    std::array<Share, 200> shares;
    for (int round = 0; round < 100; ++round) {
        const Conversation conversation = make_conversation(random, kJoin + shares.size(), 0);
        HpackDecoder decoder({}, false);
        for (std::size_t i = 0; i < shares.size(); ++i) {
            decode_and_compare(decoder, conversation[kJoin + i], shares[i]);
            if (HasFatalFailure()) FAIL() << "round " << round << " block " << i;
        }
    }
    EXPECT_LT(shares[0].known, shares[0].all);
    for (std::size_t i = shares.size() / 2; i < shares.size(); ++i)
        EXPECT_EQ(shares[i].known, shares[i].all) << "block " << i << " after the start";
}

TEST(HpackOracle, a_table_that_was_emptied_is_known) {
    Random random(6);
    for (int round = 0; round < 50; ++round) {
        Encoder encoder;
        for (int i = 0; i < 20; ++i)
            encoder.encode(random_headers(random));
        HpackDecoder decoder({}, false);
        Share before;
        decode_and_compare(decoder, encoder.encode(random_headers(random)), before);
        EXPECT_FALSE(decoder.knows_all());
        encoder.resize(0);
        encoder.resize(4096);
        Share after;
        for (int i = 0; i < 20; ++i) {
            decode_and_compare(decoder, encoder.encode(random_headers(random)), after);
            if (HasFatalFailure()) FAIL() << "round " << round;
            EXPECT_TRUE(decoder.knows_all());
        }
        EXPECT_EQ(after.known, after.all);
    }
}

}  // namespace
}  // namespace apiarist::protocols
