// SPDX-License-Identifier: Apache-2.0
#pragma once
// The signs that Vectorscan looks for, literals all, and what a match of one is worth: Search asks the check of its
// type. One Search per text and scan; it keeps views.

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sensitive/database.h"
#include "sensitive/digit_groups.h"
#include "sensitive/field_names.h"
#include "sensitive/spot.h"
#include "sensitive/tokens.h"
#include "sensitive/types.h"

namespace apiarist::sensitive {

enum class SignKind { kIpv6, kJwt, kPem, kUrl, kTelegram, kSlackWebhook, kToken, kName };

struct Sign {
    SignKind kind;
    std::size_t index = 0;  // of the shape of a token, of a part of a name
    Literal literal;
};

// What values hold, and besides that the names that make a value sensitive, for payloads.
[[nodiscard]] std::vector<Sign> signs_of_values();
[[nodiscard]] std::vector<Sign> signs_of_payloads();

struct Candidate {
    Type type;
    Span span;
};

class Search {
  public:
    // Of one value: candidates are added to `found`.
    Search(std::string_view value, Clues clues, std::vector<Candidate>& found);
    // Of a payload: the first candidate is enough. `raw`: no escape was decoded in it.
    Search(std::string_view payload, bool raw);

    // A match of `sign` that ends at `end`; true: enough.
    bool on_sign(const Sign& sign, std::size_t end);
    // What has no literal: addresses around "@", numbers, IPv6 in full, what the name says. True: enough.
    bool without_signs();

  private:
    bool add(Type type, const std::optional<Span>& span);
    bool number(Type type, Span span);
    bool emails();
    // "password=…" in a URL, a cookie, lines of settings.
    bool parameters();
    bool international_phones();
    bool groups(GroupForm form, std::size_t end);
    bool national_phone(std::string_view region, std::size_t end);
    template <typename Look>
    bool phone(const Look& look);
    bool ipv4(std::size_t end);
    [[nodiscard]] bool named(const Sign& sign, std::size_t end) const;
    [[nodiscard]] bool many() const;

    Spot spot_;
    Clues clues_;
    std::vector<Candidate>* found_ = nullptr;
    bool raw_ = false;
    std::size_t phone_checks_ = 0;
    std::size_t pem_until_ = 0;
};

// By offset, without those that overlap a better one, at most `most`.
void choose(std::vector<Candidate>& candidates, std::size_t most);

}  // namespace apiarist::sensitive
