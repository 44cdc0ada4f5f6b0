// SPDX-License-Identifier: Apache-2.0
#include "api/tokens.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/handles.h"
#include "store/meta.h"

namespace apiarist::api {
namespace {

using store::integer;
using store::text;

std::string hex(const unsigned char* bytes, std::size_t size) {
    std::string out;
    for (std::size_t i = 0; i < size; ++i)
        out += fmt::format("{:02x}", bytes[i]);
    return out;
}

// A new file, whatever is there: one of others, or a link of theirs to it, is not written to.
Status write_token(const std::string& path, const std::string& token) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return Error::from_errno(errno, path);
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return Error::from_errno(errno, path);
    const std::string line = token + "\n";
    if (::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        return Error::from_errno(errno, path);
    return Done{};
}

std::string new_file(const std::string& path) {
    return path + ".new";
}

// In a transaction that the caller has begun; when it is committed, keep_both() is next. The files have other names
// till then, for a token that stays valid must not lose its own.
Result<std::vector<std::string>> make_both(store::Database& database, const std::string& folder, std::int64_t now_s) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return Error::from_errno(errno, folder);
    std::vector<std::string> written;
    for (const char* role : {"admin", "reader"}) {
        auto token = make_token();
        if (!token) return std::move(token).error();
        const std::string path = fmt::format("{}/{}.token", folder, role);
        APIARIST_TRY(write_token(new_file(path), *token));
        APIARIST_TRY(database.execute("INSERT INTO tokens (hash, name, role, created) VALUES ($1, $2, $3, $4)",
                                      {sha256(*token), std::string(role), std::string(role), now_s}));
        written.push_back(path);
    }
    return written;
}

Result<std::vector<std::string>> keep_both(Result<std::vector<std::string>> made, store::Transaction& transaction) {
    if (!made) return made;
    APIARIST_TRY(transaction.commit());
    for (const std::string& path : *made)
        if (::rename(new_file(path).c_str(), path.c_str()) != 0)
            return Error::from_errno(errno, fmt::format("the token is in {}", new_file(path)));
    return made;
}

}  // namespace

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return {};
    return hex(digest.data(), size);
}

Result<std::string> make_token() {
    std::array<unsigned char, 32> bits{};
    if (RAND_bytes(bits.data(), static_cast<int>(bits.size())) != 1)
        return Error{std::errc::io_error, "no random bits for a token"};
    return "apiarist_" + hex(bits.data(), bits.size());
}

Result<std::optional<Token>> find_token(store::Database& database, std::string_view token) {
    auto rows = database.query("SELECT hash, name, role FROM tokens", {});
    if (!rows) return std::move(rows).error();
    const std::string hash = sha256(token);
    std::optional<Token> found;
    for (const store::Row& row : *rows) {
        const std::string& stored = text(row[0]);
        if (hash.empty() || stored.size() != hash.size()) continue;
        if (CRYPTO_memcmp(stored.data(), hash.data(), hash.size()) != 0) continue;
        found = Token{text(row[1]), text(row[2]) == "admin" ? Role::kAdmin : Role::kReader};
    }
    return found;
}

Result<std::vector<std::string>> make_first_tokens(store::Database& database, const std::string& folder,
                                                   std::int64_t now_s) {
    auto transaction = store::Transaction::begin(database);
    if (!transaction) return std::move(transaction).error();
    auto rows = database.query("SELECT COUNT(*) FROM tokens", {});
    if (!rows) return std::move(rows).error();
    if (integer((*rows)[0][0]) > 0) return std::vector<std::string>();
    return keep_both(make_both(database, folder, now_s), *transaction);
}

Result<std::vector<std::string>> replace_tokens(store::Database& database, const std::string& folder,
                                                std::int64_t now_s) {
    auto transaction = store::Transaction::begin(database);
    if (!transaction) return std::move(transaction).error();
    APIARIST_TRY(database.execute("DELETE FROM tokens", {}));
    APIARIST_TRY(store::add_audit(database, {"apiarist tokens", now_s}, "replace tokens", folder));
    return keep_both(make_both(database, folder, now_s), *transaction);
}

}  // namespace apiarist::api
