// SPDX-License-Identifier: Apache-2.0
#include "capture/tls_stack.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <stdlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

#include "capture/openssl_api.h"

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
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

TEST(TlsPlans, java_is_recognised_and_not_supported) {
    const fs::path machine = "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so";
    if (!fs::exists(machine)) GTEST_SKIP() << "no Java 17 here";
    const auto plans = plans_of(machine);
    ASSERT_EQ(plans.size(), 1U);
    EXPECT_THAT(plans[0].version, MatchesRegex("JSSE of Java 17[.][0-9.]+"));
    EXPECT_TRUE(plans[0].unsupported);
    EXPECT_EQ(plans[0].unfit, "not supported");
    EXPECT_TRUE(plans[0].points.empty());
}

// An ELF file with one section of read-only data.
class WithTexts {
  public:
    explicit WithTexts(const std::string& texts) {
        path_ = fs::temp_directory_path() / "apiarist-texts-XXXXXX";
        const Fd fd(::mkstemp(path_.data()));
        const std::string names = std::string("\0.rodata\0.names\0", 17);
        Elf64_Ehdr header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        header.e_type = ET_DYN;
#if defined(__aarch64__)
        header.e_machine = EM_AARCH64;
#else
        header.e_machine = EM_X86_64;
#endif
        header.e_version = EV_CURRENT;
        header.e_ehsize = sizeof(header);
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shnum = 3;
        header.e_shstrndx = 2;
        header.e_shoff = sizeof(header);
        Elf64_Shdr sections[3]{};
        sections[1].sh_name = 1;
        sections[1].sh_type = SHT_PROGBITS;
        sections[1].sh_offset = sizeof(header) + sizeof(sections) + names.size();
        sections[1].sh_size = texts.size();
        sections[2].sh_name = 9;
        sections[2].sh_type = SHT_STRTAB;
        sections[2].sh_offset = sizeof(header) + sizeof(sections);
        sections[2].sh_size = names.size();
        std::ofstream out(path_, std::ios::binary);
        out.write(reinterpret_cast<const char*>(&header), sizeof(header));
        out.write(reinterpret_cast<const char*>(sections), sizeof(sections));
        out << names << texts;
    }
    ~WithTexts() {
        fs::remove(path_);
    }
    WithTexts(const WithTexts&) = delete;
    WithTexts& operator=(const WithTexts&) = delete;

    // Versions, by commas.
    [[nodiscard]] std::string found() const {
        const auto elf = ElfFile::open(path_);
        EXPECT_TRUE(elf);
        std::string versions;
        for (const ProbePlan& plan : elf ? tls_plans_by_texts(*elf, path_) : std::vector<ProbePlan>()) {
            EXPECT_TRUE(plan.unsupported);
            EXPECT_NE(plan.unfit, "");
            versions += (versions.empty() ? "" : ",") + plan.version;
        }
        return versions;
    }

  private:
    std::string path_;
};

TEST(TlsPlansByTexts, name_stacks_without_symbols) {
    const std::string registry = "/home/build/.cargo/registry/src/index-6f17d22bba15001f";
    const std::pair<std::string, std::string> cases[] = {
        {"", ""},
        {"nothing of the kind", ""},
        {"x\0../ssl/ssl_lib.c\0OpenSSL 3.0.22 1 Jul 2026"s, "OpenSSL 3.0.22"},
        {"../ssl/ssl_lib.c", "OpenSSL"},
        {"third_party/boringssl/src/ssl/ssl_lib.cc", "BoringSSL"},
        {registry + "/rustls-0.21.7/src/conn.rs", "rustls 0.21.7"},
        {registry + "/rustls-native-certs-0.6.3/src/unix.rs", ""},
        {registry + "/rustls-pki-types-1.2.0/src/lib.rs" + registry + "/rustls-0.23.4/src/lib.rs", "rustls 0.23.4"},
        {"/rustls-", ""},
        {"/rustls-0", ""},
        {"/rustls-0.1\x1b[/src/", ""},
        {"ssl/ssl_lib.c /rustls-1.0.0/src/a.rs", "OpenSSL,rustls 1.0.0"},
    };
    for (const auto& [texts, versions] : cases)
        EXPECT_EQ(WithTexts(texts).found(), versions) << texts;
}

TEST(TlsPlansByTexts, are_not_asked_with_the_others) {
    const WithTexts file("ssl/ssl_lib.c");
    EXPECT_EQ(file.found(), "OpenSSL");
    for (const TlsStack& stack : tls_stacks())
        EXPECT_EQ(stack.by_texts, stack.name.find("stripped") != std::string_view::npos) << stack.name;
}

bool wanted_by_rustls(std::string_view name) {
    for (const TlsStack& stack : tls_stacks())
        if (stack.name == "rustls") return stack.wants(name);
    return false;
}

TEST(RustlsNames, are_known_whatever_their_hash) {
    constexpr std::pair<const char*, bool> kCases[] = {
        {"_ZN6rustls12common_state11CommonState23take_received_plaintext17ha035a9133f8e990dE", true},
        {"_ZN12tokio_rustls6common20Stream$LT$IO$C$C$GT$7read_io17h0d10be8b3a965917E.llvm.9465077550587243173", true},
        {"_ZN6rustls4conn28ConnectionCommon$LT$Data$GT$11complete_io17h4ecdbdd05873a565E", true},
        {"_ZN6rustls6vecbuf14ChunkVecBuffer8write_to17h4ecdbdd05873a565E", true},
        {"_RNvMs_NtCs1_6rustls12common_stateNtB4_11CommonState23take_received_plaintext", true},
        {"_ZN6rustls6server11server_conn14EarlyDataState23take_received_plaintext17he05fab3109e6bf65E", false},
        {"_ZN6rustls12common_state11CommonState23take_received_plaintext", false},
        {"_ZN6rustls12common_state11CommonState8send_msg17ha035a9133f8e990dE", false},
        {"_ZN6rustlsE", false},
        {"rustls", false},
        {"", false},
    };
    for (const auto& [name, is] : kCases)
        EXPECT_EQ(wanted_by_rustls(name), is) << name;
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

class HostileRoot : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string root = fs::temp_directory_path() / "apiarist-usual-XXXXXX";
        ASSERT_NE(::mkdtemp(root.data()), nullptr);
        root_ = root;
        fs::create_directories(root_ / "usr/lib");
    }
    void TearDown() override { fs::remove_all(root_); }
    fs::path root_;
};

TEST_F(HostileRoot, has_no_more_libraries_than_a_system_has) {
    for (int i = 0; i < 100; ++i)
        std::ofstream(root_ / "usr/lib" / ("libssl.so." + std::to_string(i))) << "x";
    EXPECT_EQ(usual_tls_libraries(root_.string()).size(), 64U);
}

TEST_F(HostileRoot, has_no_more_folders_of_libraries_than_a_system_has) {
    for (int i = 0; i < 40; ++i) {
        const fs::path folder = root_ / "usr/lib" / (std::to_string(i) + "-linux-gnu");
        fs::create_directories(folder);
        std::ofstream(folder / "libssl.so.3") << "x";
    }
    EXPECT_EQ(usual_tls_libraries(root_.string()).size(), 16U);
}

TEST_F(HostileRoot, has_no_more_names_than_are_read) {
    fs::create_directories(root_ / "many");
    std::ofstream(root_ / "many/libssl.so.3") << "x";
    for (int i = 0; i < 5000; ++i)
        std::ofstream(root_ / "many" / std::to_string(i));
    for (int i = 0; i < 15; ++i)
        fs::create_symlink("/many", root_ / "usr/lib" / (std::to_string(i) + "-linux-gnu"));
    constexpr std::size_t kWhole = 65536 / 5003;
    EXPECT_THAT(usual_tls_libraries(root_.string()).size(), ::testing::AnyOf(kWhole, kWhole + 1));
}

}  // namespace
}  // namespace apiarist::capture
