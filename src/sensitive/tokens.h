// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tokens that show who issued them: by a prefix (one row of the table each), or by a shape of their own (JWT, PEM,
// Telegram, Slack's webhooks). Pure functions. Lengths and alphabets are those that the issuers document or that public
// secret scanners agree on; where an issuer reserves the right to longer ones, they are allowed.
// Sources: RFC 7515 (JWS), RFC 7516 (JWE), RFC 7468 (PEM); the issuers' pages on formats of tokens.

#include <optional>
#include <span>
#include <string_view>

#include "sensitive/spot.h"
#include "sensitive/types.h"

namespace apiarist::sensitive {

enum class Alphabet { kHex, kUpper, kAlnum, kWord, kSlug, kWordDash, kBase64 };

struct TokenShape {
    Type type;
    std::string_view prefix;
    Alphabet alphabet;  // of the rest
    std::size_t shortest;
    std::size_t longest;
};

[[nodiscard]] std::span<const TokenShape> token_shapes();
// Whose prefix begins at `begin`.
[[nodiscard]] std::optional<Span> token_at(const Spot& spot, std::size_t begin, const TokenShape& shape);

// Begins at `begin`. Its header must decode to an object with "alg".
[[nodiscard]] std::optional<Span> jwt_at(const Spot& spot, std::size_t begin);
// The begin of one that breaks off: nobody can use it.
[[nodiscard]] bool is_cut_jwt(std::string_view text);
// From "-----BEGIN", which ends at `end`, to the end of its block, or of the text.
[[nodiscard]] std::optional<Span> private_key_behind(const Spot& spot, std::size_t end);
// "12345678:AA…", with the "AA" ending at `end`.
[[nodiscard]] std::optional<Span> telegram_token_around(const Spot& spot, std::size_t end);
// "hooks.slack.com/services/…", with the first "/" ending at `end`.
[[nodiscard]] std::optional<Span> slack_webhook_behind(const Spot& spot, std::size_t end);

}  // namespace apiarist::sensitive
