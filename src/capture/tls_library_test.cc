// SPDX-License-Identifier: Apache-2.0
#include "capture/tls_library.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;
using ::testing::IsSupersetOf;
using ::testing::MatchesRegex;

TEST(NamesTlsLibrary, by_the_last_part_alone) {
    struct Case {
        const char* path;
        bool is;
    };
    constexpr Case kCases[] = {
        {"/usr/lib/x86_64-linux-gnu/libssl.so.3", true},
        {"/usr/lib/libssl.so.1.1", true},
        {"/usr/lib/libssl.so.1.0.0", true},
        {"libssl.so.3", true},
        {"/app/site-packages/cryptography.libs/libssl-3e69114b.so.1.1", true},
        {"/app/libssl-3e69114b.so", true},
        {"", false},
        {"/", false},
        {"/usr/lib/libssl.so", false},  // the linker's name, never mapped under it
        {"/usr/lib/libssl.a", false},
        {"/usr/lib/libssl3.so", false},  // NSS
        {"/usr/lib/libcrypto.so.3", false},
        {"/usr/lib/libwolfssl.so.35", false},
        {"/usr/lib/xlibssl.so.3", false},
        {"/libssl.so.3/other", false},
        {"/usr/share/doc/libssl-dev", false},
    };
    for (const Case& one : kCases)
        EXPECT_EQ(names_tls_library(one.path), one.is) << one.path;
}

TEST(TlsFunctions, a_library_without_reading_and_writing_is_of_no_use) {
    std::set<std::string> required;
    for (const TlsFunction& function : tls_functions()) {
        ASSERT_NE(function.symbol, nullptr);
        ASSERT_NE(function.program, nullptr);
        if (function.required) required.insert(function.symbol);
    }
    EXPECT_THAT(required, IsSupersetOf({"SSL_read", "SSL_write", "SSL_free"}));
}

TEST(TlsLibraryVersion, of_this_hosts_libraries) {
    const auto libraries = usual_tls_libraries();
    if (libraries.empty()) GTEST_SKIP() << "no libssl here";
    for (const std::string& path : libraries)
        EXPECT_THAT(tls_library_version(path), MatchesRegex("OpenSSL [0-9]+\\.[0-9]+.*")) << path;
}

class Libraries : public ::testing::Test {
  protected:
    Libraries() : folder_(::testing::TempDir() + "apiarist_tls_XXXXXX") {
        if (::mkdtemp(folder_.data()) == nullptr) std::abort();
    }
    ~Libraries() override { fs::remove_all(folder_); }

    [[nodiscard]] std::string put(const std::string& name, const std::string& content) const {
        std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
        return folder_ + "/" + name;
    }

  private:
    std::string folder_;
};

TEST_F(Libraries, the_version_stands_in_the_libcrypto_beside_it) {
    const std::string ssl = put("libssl-abc.so.1.1", "");
    (void)put("libcrypto-abc.so.1.1", std::string("OpenSSL \0OpenSSL PKCS\0 OpenSSL 1.1.1w-fips  11 Sep\0", 50));
    EXPECT_EQ(tls_library_version(ssl), "OpenSSL 1.1.1w-fips");
}

TEST_F(Libraries, without_a_libcrypto_or_text_the_version_is_open) {
    const std::string ssl = put("libssl.so.3", "OpenSSL 9.9.9");
    EXPECT_EQ(tls_library_version(ssl), "OpenSSL");
    (void)put("libcrypto.so.3", "no such text OpenSSL ");
    EXPECT_EQ(tls_library_version(ssl), "OpenSSL");
}

TEST_F(Libraries, a_version_without_end_is_cut) {
    const std::string ssl = put("libssl.so.3", "");
    (void)put("libcrypto.so.3", "OpenSSL 3" + std::string(1000, '1'));
    EXPECT_EQ(tls_library_version(ssl).size(), 40U);
}

}  // namespace
}  // namespace apiarist::capture
