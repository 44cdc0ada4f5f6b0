// SPDX-License-Identifier: Apache-2.0
#include "capture/tls_stack.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "capture/openssl_api.h"

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
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
        {"/usr/lib/libcrypto.so.3", true},
        {"/usr/lib/libgnutls.so.30.34.3", true},
        {"/usr/lib/libnspr4.so", true},
        {"/usr/lib/libssl3.so", true},
        {"", false},
        {"/", false},
        {"/usr/lib/libssl.so", false},  // the linker's name, never mapped under it
        {"/usr/lib/libssl.a", false},
        {"/usr/lib/libwolfssl.so.35", false},
        {"/usr/lib/xlibssl.so.3", false},
        {"/usr/lib/libgnutlsxx.so.30", false},
        {"/libssl.so.3/other", false},
        {"/usr/share/doc/libssl-dev", false},
    };
    for (const Case& one : kCases)
        EXPECT_EQ(names_tls_library(one.path), one.is) << one.path;
}

std::vector<ProbePlan> plans_of(const std::string& path) {
    const auto elf = ElfFile::open(path);
    EXPECT_TRUE(elf) << path;
    return elf ? tls_plans(*elf, path, true) : std::vector<ProbePlan>();
}

std::set<std::string> programs_of(const ProbePlan& plan) {
    std::set<std::string> programs;
    for (const ProbePoint& point : plan.points)
        programs.insert(point.program);
    return programs;
}

struct Known {
    const char* file;
    const char* stack;
    const char* version;
};

class OfThisHost : public ::testing::TestWithParam<Known> {};

TEST_P(OfThisHost, is_recognised_and_has_its_points) {
    const Known& known = GetParam();
    if (!fs::exists(known.file)) GTEST_SKIP() << known.file << " is not here";
    const auto plans = plans_of(known.file);
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_EQ(plans[0].stack, known.stack);
    EXPECT_THAT(plans[0].version, MatchesRegex(known.version));
    EXPECT_EQ(plans[0].unfit, "");
    for (const char* program : {"tls_read_enter", "tls_write_enter", "tls_handshake_enter", "tls_free_enter"})
        EXPECT_THAT(programs_of(plans[0]), Contains(program)) << known.file;
}

INSTANTIATE_TEST_SUITE_P(
    Stacks, OfThisHost,
    ::testing::Values(Known{"/usr/lib/x86_64-linux-gnu/libssl.so.3", "OpenSSL", "OpenSSL 3[.][0-9.]+"},
                      Known{"/usr/lib/x86_64-linux-gnu/libgnutls.so.30", "GnuTLS", "GnuTLS 3[.][0-9.]+"},
                      Known{"/usr/lib/x86_64-linux-gnu/android/libssl.so.0", "BoringSSL", "BoringSSL"}));

TEST(OpensslVersion, is_a_whole_one) {
    EXPECT_EQ(openssl_version("OpenSSL 3.0.22 1 Jul 2026"), "OpenSSL 3.0.22");
    EXPECT_EQ(openssl_version("OpenSSL 1.1.1w  11 Sep 2023"), "OpenSSL 1.1.1w");
    EXPECT_EQ(openssl_version("OpenSSL 3.0.15+quic 3 Sep 2024"), "OpenSSL 3.0.15+quic");
    EXPECT_EQ(openssl_version("LibreSSL 3.8.2"), "LibreSSL 3.8.2");
    EXPECT_EQ(openssl_version("OpenSSL 3.0 is"), "");
    EXPECT_EQ(openssl_version("OpenSSL 3.0."), "");
    EXPECT_EQ(openssl_version("OpenSSL ..."), "");
    EXPECT_EQ(openssl_version("OpenSSL"), "");
    EXPECT_EQ(openssl_version(""), "");
}

TEST(MemoryWrites, of_libcrypto_are_a_part_of_its_stack) {
    constexpr const char* kLibcrypto = "/usr/lib/x86_64-linux-gnu/libcrypto.so.3";
    if (!fs::exists(kLibcrypto)) GTEST_SKIP() << "no libcrypto here";
    const auto plans = plans_of(kLibcrypto);
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_TRUE(plans[0].part);
    // BIO_s_mem and BIO_s_bio.
    ASSERT_EQ(plans[0].points.size(), 2U) << ::testing::PrintToString(plans[0].missing);
    EXPECT_NE(plans[0].points[0].file_offset, plans[0].points[1].file_offset);
}

TEST(TlsPlans, a_program_that_only_calls_a_library_has_no_stack) {
    EXPECT_TRUE(plans_of("/proc/self/exe").empty());
}

TEST(UsualTlsLibraries, lie_in_the_places_of_a_root) {
    std::string root = fs::temp_directory_path() / "apiarist-usual-XXXXXX";
    ASSERT_NE(::mkdtemp(root.data()), nullptr);
    const fs::path folder = fs::path(root) / "usr/lib/x86_64-linux-gnu";
    fs::create_directories(folder);
    std::ofstream(folder / "libssl.so.3") << "x";
    std::ofstream(folder / "libother.so.3") << "x";
    EXPECT_THAT(usual_tls_libraries(root), ::testing::ElementsAre((folder / "libssl.so.3").string()));
    fs::remove_all(root);
}

}  // namespace
}  // namespace apiarist::capture
