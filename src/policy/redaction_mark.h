// SPDX-License-Identifier: Apache-2.0
#pragma once
// What stands for a redacted value: "redacted-email-3f9a1c0b2d7e", a word for what the value looks like and the first
// 12 hex digits of HMAC-SHA256 of the value. Of unreserved characters alone (RFC 3986 §2.3), so that one value has one
// mark in JSON, URLs, forms, XML and header fields, and never needs an escape there. Not thread-safe: one per worker.

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/handles.h"

namespace apiarist::policy {

class Marker {
  public:
    explicit Marker(std::string_view key);
    [[nodiscard]] std::string mark(std::string_view type, std::string_view value);

  private:
    // Null when libcrypto refused: then marks say nothing about their values.
    std::unique_ptr<EVP_MAC_CTX, Destroy<EVP_MAC_CTX_free>> context_;
};

[[nodiscard]] bool is_mark(std::string_view text);
constexpr std::string_view kMarkBegin = "redacted-";

// A key that nobody knows; 32 bytes.
[[nodiscard]] std::string random_key();

}  // namespace apiarist::policy
