// SPDX-License-Identifier: Apache-2.0
#pragma once
// Who may ask. A token is 256 random bits; the store keeps its SHA-256 alone, so that whoever reads the store cannot
// use it. Not thread-safe: as its database.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/database.h"

namespace apiarist::api {

enum class Role : std::uint8_t { kReader, kAdmin };  // an admin may what a reader may

struct Token {
    std::string name;
    Role role = Role::kReader;
};

// In hexadecimal.
[[nodiscard]] std::string sha256(std::string_view bytes);
// "apiarist_" and 64 hexadecimal digits. An error: the system has no random bits.
Result<std::string> make_token();

// Which token it is; compared with all there are, in a time that does not tell how much of it is right. Nothing: none.
Result<std::optional<Token>> find_token(store::Database& database, std::string_view token);

// Where there is no token yet, makes an admin's and a reader's and writes them to admin.token and reader.token in the
// folder, mode 0600; makes the folder, mode 0700, where there is none. Returns the files that it wrote.
Result<std::vector<std::string>> make_first_tokens(store::Database& database, const std::string& folder,
                                                   std::int64_t now_s);

// Two others in place of all that there are, in the same files; those of before are refused at once. The audit says so.
Result<std::vector<std::string>> replace_tokens(store::Database& database, const std::string& folder,
                                                std::int64_t now_s);

}  // namespace apiarist::api
