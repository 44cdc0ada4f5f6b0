// SPDX-License-Identifier: Apache-2.0
#include "capture/coverage_watch.h"

#include <gmock/gmock.h>

namespace apiarist::capture {
namespace {

TEST(ContainerIn, under_any_runtime) {
    const std::string id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    for (const std::string& cgroup : {"/docker/" + id, "/system.slice/docker-" + id + ".scope",
                                      "/kubepods.slice/kubepods-podf00.slice/cri-containerd-" + id + ".scope",
                                      "/kubepods/burstable/podf00/crio-" + id, "/docker/" + id + "/init.scope"})
        EXPECT_EQ(container_in(cgroup), id) << cgroup;
}

TEST(ContainerIn, is_none_elsewhere) {
    for (const std::string& cgroup : {std::string(), std::string("/"), std::string("/user.slice/user-0.slice"),
                                      "/" + std::string(63, 'a'), "/" + std::string(65, 'a'), std::string(64, 'A')})
        EXPECT_EQ(container_in(cgroup), "") << cgroup;
}

}  // namespace
}  // namespace apiarist::capture
