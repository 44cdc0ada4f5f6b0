// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_mark.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

#include "base/text.h"

namespace apiarist::policy {
namespace {

constexpr std::size_t kHexDigits = 12;

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

Marker::Marker(std::string_view key) {
    const std::unique_ptr<EVP_MAC, Destroy<EVP_MAC_free>> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    if (hmac == nullptr) return;
    context_.reset(EVP_MAC_CTX_new(hmac.get()));
    std::string digest = "SHA256";
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
    if (context_ != nullptr && EVP_MAC_init(context_.get(), bytes, key.size(), parameters.data()) != 1)
        context_.reset();
}

std::string Marker::mark(std::string_view type, std::string_view value) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(value.data());
    // Without a key: begin again with the one of before.
    const bool made = context_ != nullptr && EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 &&
                      EVP_MAC_update(context_.get(), bytes, value.size()) == 1 &&
                      EVP_MAC_final(context_.get(), digest.data(), &size, digest.size()) == 1;
    if (!made) digest.fill(0);
    std::string text(kMarkBegin);
    text += type;
    text += '-';
    for (std::size_t i = 0; i < kHexDigits; ++i)
        text += kDigits[i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 15];
    return text;
}

bool is_mark(std::string_view text) {
    if (!text.starts_with(kMarkBegin)) return false;
    text.remove_prefix(kMarkBegin.size());
    const auto dash = text.find('-');
    if (dash == std::string_view::npos || dash == 0) return false;
    const std::string_view hash = text.substr(dash + 1);
    const auto type_end = text.begin() + static_cast<std::ptrdiff_t>(dash);
    return hash.size() == kHexDigits && std::all_of(text.begin(), type_end, is_ascii_lower) &&
           std::all_of(hash.begin(), hash.end(), is_hex);
}

std::string random_key() {
    std::string key(32, '\0');
    // Without randomness a mark would tell its value to whoever guesses it.
    if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size())) != 1) std::abort();
    return key;
}

}  // namespace apiarist::policy
