// SPDX-License-Identifier: Apache-2.0
#include "capture/cgroups.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

namespace apiarist::capture {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Cgroups : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = fs::temp_directory_path() / "cgroups-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root_ = name;
    }
    void TearDown() override { fs::remove_all(root_); }
    fs::path make(const std::string& path) {
        fs::create_directories(root_ / path);
        return root_ / path;
    }
    fs::path root_;
};

TEST(CgroupNames, of_pods_under_every_runtime_and_driver) {
    for (const char* name : {"kubepods", "kubepods.slice", "kubepods-burstable.slice", "kubelet-kubepods.slice",
                             "kubepods-besteffort-pod0a1b.slice:cri-containerd:0a1b"})
        EXPECT_TRUE(names_pods(name)) << name;
    for (const char* name : {"", "kubepod", "system.slice", "kubelet.service", "docker-0a1b.scope", "pod0a1b"})
        EXPECT_FALSE(names_pods(name)) << name;
    // As far as the kernel programs look, so that both judge alike.
    EXPECT_TRUE(names_pods(std::string(39, 'a') + "kubepods"));
    EXPECT_FALSE(names_pods(std::string(40, 'a') + "kubepods"));
}

TEST(CgroupNames, of_monitors) {
    EXPECT_TRUE(names_monitor("crio-conmon-0a1b.scope"));
    EXPECT_FALSE(names_monitor("crio-0a1b.scope"));
}

TEST_F(Cgroups, of_pods_are_found_with_all_below_but_monitors) {
    const auto pod = make("kubepods.slice/kubepods-pod1.slice");
    const auto container = make("kubepods.slice/kubepods-pod1.slice/crio-0a.scope");
    const auto inner = make("kubepods.slice/kubepods-pod1.slice/crio-0a.scope/container");
    make("kubepods.slice/kubepods-pod1.slice/crio-conmon-0a.scope/below");
    const auto colons = make("system.slice/containerd.service/kubepods-pod2.slice:cri-containerd:0b");
    make("system.slice/kubelet.service");
    std::vector<std::string> paths;
    for (const Cgroup& cgroup : pod_cgroups({.mount = root_, .number = 0, .controller = {}})) {
        struct stat info {};
        ASSERT_EQ(::stat(cgroup.path.c_str(), &info), 0);
        EXPECT_EQ(cgroup.id, info.st_ino);
        paths.push_back(cgroup.path);
    }
    EXPECT_THAT(paths, UnorderedElementsAre(pod.parent_path(), pod, container, inner, colons));
}

TEST_F(Cgroups, a_link_is_not_followed) {
    const auto pods = make("kubepods");
    fs::create_directory_symlink(root_, pods / "up");
    EXPECT_EQ(pod_cgroups({.mount = root_, .number = 0, .controller = {}}).size(), 1U);
}

TEST_F(Cgroups, what_is_gone_has_none) {
    EXPECT_THAT(pod_cgroups({.mount = root_ / "gone", .number = 0, .controller = {}}), IsEmpty());
    EXPECT_THAT(processes_in({.path = root_ / "gone", .id = 1}), IsEmpty());
}

TEST_F(Cgroups, processes_of_another_pid_namespace_are_left_out) {
    std::ofstream(root_ / "cgroup.procs") << "12\n0\n345\n";
    EXPECT_THAT(processes_in({.path = root_, .id = 1}), ElementsAre(12, 345));
}

TEST_F(Cgroups, a_folder_that_is_no_cgroup_is_refused) {
    const auto found = cgroups_below(root_);
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().what, HasSubstr("is no cgroup (v2)"));
    const auto gone = cgroups_below(root_ / "gone");
    ASSERT_FALSE(gone);
    EXPECT_THAT(gone.error().what, HasSubstr("No such file"));
}

TEST_F(Cgroups, a_node_root_without_cgroups_has_no_hierarchy) {
    make("sys/fs/cgroup/memory");  // plain folders
    std::ofstream(root_ / "own") << "4:memory:/\n0::/\n";
    EXPECT_FALSE(pod_hierarchy(root_, root_ / "own"));
}

TEST(CgroupControllers, have_the_kernels_number) {
    if (!fs::exists("/sys/kernel/btf/vmlinux")) GTEST_SKIP() << "no BTF here";
    const auto cpuset = controller_number("cpuset");
    ASSERT_TRUE(cpuset);
    EXPECT_EQ(*cpuset, 0U);  // the first of include/linux/cgroup_subsys.h
    EXPECT_FALSE(controller_number("none-such"));
}

}  // namespace
}  // namespace apiarist::capture
