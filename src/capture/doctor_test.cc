// SPDX-License-Identifier: Apache-2.0
#include "capture/doctor.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "capture/tls_stack.h"

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kFunctions[] = {"SSL_read", "SSL_no_such_function", "SSL_write"};

HostFacts good_host() {
    HostFacts facts;
    facts.release = "6.1.0-13-amd64";
    facts.build = "#1 SMP PREEMPT_DYNAMIC Debian";
    facts.machine = "x86_64";
    facts.btf = facts.uprobes = facts.first_pid_namespace = true;
    facts.capabilities = UINT64_MAX;
    facts.cgroup2 = "/sys/fs/cgroup";
    facts.pods = "/sys/fs/cgroup";
    facts.programs.emplace(Done{});
    return facts;
}

std::optional<Finding> find(const HostFacts& facts, std::string_view what) {
    for (const Finding& finding : judge(facts))
        if (finding.what.starts_with(what)) return finding;
    return std::nullopt;
}

Verdict verdict_of(const HostFacts& facts, std::string_view what) {
    const auto found = find(facts, what);
    EXPECT_TRUE(found) << what;
    return found ? found->verdict : Verdict::kOk;
}

HostFacts of_release(const char* release, const char* machine = "x86_64") {
    HostFacts facts = good_host();
    facts.release = release;
    facts.machine = machine;
    return facts;
}

TEST(KernelVersion, of_release_texts) {
    EXPECT_EQ(parse_kernel_version("6.1.0-13-amd64"), (KernelVersion{6, 1, 0}));
    EXPECT_EQ(parse_kernel_version("5.10"), (KernelVersion{5, 10, 0}));
    EXPECT_EQ(parse_kernel_version("6.11-rc3"), (KernelVersion{6, 11, 0}));
    EXPECT_EQ(parse_kernel_version("5.15.153.1-microsoft-standard-WSL2"), (KernelVersion{5, 15, 153}));
    EXPECT_EQ(parse_kernel_version("6.8."), (KernelVersion{6, 8, 0}));
    for (const char* text : {"", "6", "6.", "x.1", ".1.2", "6-1"})
        EXPECT_EQ(parse_kernel_version(text), std::nullopt) << text;
    EXPECT_LT((KernelVersion{5, 9, 99}), (KernelVersion{5, 10, 0}));
}

TEST(Judge, a_good_host_has_no_complaint_but_the_limits) {
    HostFacts facts = good_host();
    facts.tls_libraries.push_back(
        {.path = "/l/libssl.so.3", .version = "OpenSSL 3.0.1", .unfit = {}, .missing = {}, .probed = Done{}});
    EXPECT_TRUE(can_capture(facts));
    for (const char* what : {"kernel", "BTF", "privileges", "pid namespace", "lockdown", "kernel programs", "cgroup v2",
                             "pods", "uprobes", "TLS library /l/libssl.so.3"})
        EXPECT_EQ(verdict_of(facts, what), Verdict::kOk) << what;
    for (const char* what : {"QUIC", "other TLS", "sendfile through kTLS", "io_uring", "32-bit"})
        EXPECT_EQ(verdict_of(facts, what), Verdict::kNo) << what;
}

TEST(Judge, programs_that_fail_decide_and_say_why) {
    HostFacts facts = good_host();
    facts.programs.emplace(Error{std::errc::invalid_argument, "load the kernel programs (unknown func)"});
    EXPECT_FALSE(can_capture(facts));
    const auto found = find(facts, "kernel programs");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->verdict, Verdict::kNo);
    EXPECT_THAT(found->detail, HasSubstr("unknown func"));
    facts.programs.reset();
    EXPECT_FALSE(can_capture(facts));
}

TEST(Judge, a_program_that_was_left_out_is_a_warning_with_its_cost) {
    HostFacts facts = good_host();
    facts.refused = {"on_exec: a process that runs another program keeps its old name (Invalid argument)"};
    EXPECT_TRUE(can_capture(facts));
    const auto found = find(facts, "kernel programs");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->verdict, Verdict::kWarn);
    EXPECT_THAT(found->detail, HasSubstr("keeps its old name"));
}

TEST(Judge, kernels) {
    EXPECT_EQ(verdict_of(of_release("5.10.0"), "kernel"), Verdict::kOk);
    EXPECT_EQ(verdict_of(of_release("6.18.1", "aarch64"), "kernel"), Verdict::kOk);
    EXPECT_EQ(verdict_of(of_release("6.18.1", "riscv64"), "kernel"), Verdict::kNo);
    EXPECT_EQ(verdict_of(of_release("strange"), "kernel"), Verdict::kWarn);
    HostFacts old = of_release("4.18.0-553.el8");
    EXPECT_EQ(verdict_of(old, "kernel"), Verdict::kWarn);  // a distribution's backports
    old.programs.reset();
    EXPECT_EQ(verdict_of(old, "kernel"), Verdict::kNo);
    HostFacts sandbox = of_release("4.4.0");
    sandbox.gvisor = true;
    EXPECT_THAT(find(sandbox, "kernel")->detail, HasSubstr("gVisor"));
}

TEST(Judge, return_probes_where_they_are_system_calls) {
    EXPECT_FALSE(find(of_release("6.10.14"), "return probes"));
    EXPECT_FALSE(find(of_release("6.11.0", "aarch64"), "return probes"));
    for (const char* bad : {"6.11.0", "6.11.11", "6.12.0", "6.12.13", "6.13.0", "6.13.2"})
        EXPECT_EQ(verdict_of(of_release(bad), "return probes"), Verdict::kWarn) << bad;
    for (const char* mended : {"6.12.14", "6.12.48+deb13-amd64", "6.13.3", "6.14.0", "6.18.44"})
        EXPECT_EQ(verdict_of(of_release(mended), "return probes"), Verdict::kOk) << mended;
}

TEST(Judge, preemption_is_named_where_it_matters) {
    EXPECT_FALSE(find(of_release("6.12.0"), "preemption"));
    EXPECT_EQ(verdict_of(of_release("6.13.0"), "preemption"), Verdict::kOk);
}

TEST(Judge, what_is_missing_from_the_host) {
    HostFacts facts = good_host();
    facts.btf = facts.first_pid_namespace = facts.uprobes = false;
    facts.cgroup2.clear();
    facts.pods.clear();
    facts.lockdown = "confidentiality";
    EXPECT_EQ(verdict_of(facts, "BTF"), Verdict::kNo);
    EXPECT_EQ(verdict_of(facts, "pid namespace"), Verdict::kNo);
    EXPECT_EQ(verdict_of(facts, "lockdown"), Verdict::kNo);
    EXPECT_EQ(verdict_of(facts, "uprobes"), Verdict::kWarn);
    EXPECT_EQ(verdict_of(facts, "cgroup v2"), Verdict::kWarn);
    EXPECT_EQ(verdict_of(facts, "pods"), Verdict::kWarn);
    facts.lockdown = "integrity";
    EXPECT_EQ(verdict_of(facts, "lockdown"), Verdict::kOk);
}

TEST(Judge, privileges) {
    constexpr std::uint64_t kPtrace = 1ULL << 19;
    constexpr std::uint64_t kAdmin = 1ULL << 21;
    constexpr std::uint64_t kPerfmonAndBpf = 1ULL << 38 | 1ULL << 39;
    constexpr std::uint64_t kRestore = 1ULL << 40;
    HostFacts facts = good_host();
    for (const std::uint64_t good : {kPtrace | kAdmin, kPtrace | kPerfmonAndBpf | kRestore}) {
        facts.capabilities = good;
        EXPECT_EQ(verdict_of(facts, "privileges"), Verdict::kOk) << std::hex << good;
    }
    for (const std::uint64_t some : {kAdmin, kPerfmonAndBpf, kPerfmonAndBpf | kPtrace}) {
        facts.capabilities = some;
        EXPECT_EQ(verdict_of(facts, "privileges"), Verdict::kWarn) << std::hex << some;
    }
    for (const std::uint64_t bad : {std::uint64_t{0}, kPtrace, std::uint64_t{1} << 38, std::uint64_t{1} << 39}) {
        facts.capabilities = bad;
        EXPECT_EQ(verdict_of(facts, "privileges"), Verdict::kNo) << std::hex << bad;
    }
}

TEST(Judge, libraries) {
    HostFacts facts = good_host();
    EXPECT_EQ(verdict_of(facts, "TLS library"), Verdict::kWarn);  // none
    facts.tls_libraries.resize(1);
    TlsLibraryFacts& library = facts.tls_libraries.front();
    library.path = "/x";
    library.unfit = "not an ELF file";
    EXPECT_EQ(verdict_of(facts, "TLS library /x"), Verdict::kNo);
    library.unfit.clear();
    library.missing = {"SSL_read_ex"};
    EXPECT_EQ(verdict_of(facts, "TLS library /x"), Verdict::kOk);
    EXPECT_THAT(find(facts, "TLS library /x")->detail, HasSubstr("without SSL_read_ex"));
    library.probed.emplace(Error{std::errc::not_supported, "probe SSL_read"});
    EXPECT_EQ(verdict_of(facts, "TLS library /x"), Verdict::kNo);
    EXPECT_THAT(find(facts, "TLS library /x")->detail, HasSubstr("probe SSL_read"));
}

class Folder : public ::testing::Test {
  protected:
    Folder() : root_(::testing::TempDir() + "apiarist_doctor_XXXXXX") {
        if (::mkdtemp(root_.data()) == nullptr) std::abort();
    }
    ~Folder() override { fs::remove_all(root_); }

    std::string put(const std::string& name, const std::string& content) const {
        const fs::path path = fs::path(root_) / name;
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }

    std::string root_;
};

using ReadHost = Folder;

TEST_F(ReadHost, facts_from_files) {
    put("proc/sys/kernel/osrelease", "6.1.0-13-amd64\n");
    put("proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC Debian\n");
    put("proc/self/status", "Name:\tx\nCapPrm:\t0000000000000000\nCapEff:\t000001ffffffffff\nCapBnd:\t0\n");
    put("proc/self/mountinfo",
        "22 1 0:21 / /proc rw - proc proc rw\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:4 - cgroup2 cgroup2 rw\n");
    put("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    put("sys/kernel/btf/vmlinux", "x");
    put("sys/bus/event_source/devices/uprobe/type", "9\n");
    const HostFacts facts = read_host(root_);
    EXPECT_EQ(facts.release, "6.1.0-13-amd64");
    EXPECT_EQ(facts.build, "#1 SMP PREEMPT_DYNAMIC Debian");
    EXPECT_EQ(facts.capabilities, 0x1ffffffffffU);
    EXPECT_EQ(facts.cgroup2, "/sys/fs/cgroup/unified");
    EXPECT_EQ(facts.lockdown, "integrity");
    EXPECT_TRUE(facts.btf);
    EXPECT_TRUE(facts.uprobes);
    EXPECT_FALSE(facts.gvisor);
    EXPECT_FALSE(facts.programs);
}

TEST_F(ReadHost, nothing_is_known_of_an_empty_root) {
    const HostFacts facts = read_host(root_);
    EXPECT_EQ(facts.release, "");
    EXPECT_EQ(facts.capabilities, 0U);
    EXPECT_EQ(facts.lockdown, "");
    EXPECT_EQ(facts.cgroup2, "");
    EXPECT_FALSE(facts.btf);
    EXPECT_FALSE(can_capture(facts));
    EXPECT_FALSE(judge(facts).empty());
}

TEST_F(ReadHost, gvisor_names_itself) {
    put("proc/version", "Linux version 4.4.0 (gVisor) #1 SMP\n");
    EXPECT_TRUE(read_host(root_).gvisor);
}

TEST_F(ReadHost, odd_files_are_no_facts) {
    put("sys/kernel/security/lockdown", "]none[ integrity\n");
    put("proc/self/mountinfo", "cgroup2\n - cgroup2 \n1 - cgroup2 cgroup2 rw\n");
    put("proc/self/status", "CapEff:\tnot a number\n");
    const HostFacts facts = read_host(root_);
    EXPECT_EQ(facts.lockdown, "");
    EXPECT_EQ(facts.capabilities, 0U);
}

TEST(ReadTlsLibraries, of_this_host_each_file_once) {
    const auto libraries = usual_tls_libraries("/");
    if (libraries.empty()) GTEST_SKIP() << "no TLS library here";
    std::vector<std::string> twice = libraries;
    twice.insert(twice.end(), libraries.begin(), libraries.end());
    const auto facts = read_tls_libraries(twice);
    EXPECT_EQ(facts.size(), read_tls_libraries(libraries).size());
    for (const TlsLibraryFacts& one : facts) {
        EXPECT_EQ(one.unfit, "") << one.path;
        EXPECT_FALSE(one.probed);
    }
}

}  // namespace
}  // namespace apiarist::capture
