// SPDX-License-Identifier: Apache-2.0
#include "capture/root_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace apiarist::capture {
namespace {

using Folder = std::unique_ptr<DIR, Destroy<::closedir>>;

}  // namespace

Result<RootFolder> RootFolder::open(const std::string& path) {
    Fd root(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    struct stat info {};
    if (!root || ::fstat(root.get(), &info) != 0) return Error::from_errno(errno, path);
    return RootFolder(std::move(root), {info.st_dev, info.st_ino});
}

int RootFolder::open_in(const std::string& path, int flags) const {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof(how)));
}

Result<Fd> RootFolder::place(const std::string& path) const {
    Fd place(open_in(path, O_PATH));
    if (!place) return Error::from_errno(errno, path);
    return place;
}

std::vector<std::string> RootFolder::names(const std::string& folder, std::size_t most) const {
    std::vector<std::string> found;
    Fd fd(open_in(folder, O_RDONLY | O_DIRECTORY | O_NONBLOCK));
    if (!fd) return found;
    const Folder opened(::fdopendir(fd.get()));
    if (!opened) return found;
    (void)fd.release();  // closedir() closes it
    while (found.size() < most) {
        const dirent* entry = ::readdir(opened.get());
        if (entry == nullptr) break;
        found.emplace_back(entry->d_name);
    }
    return found;
}

}  // namespace apiarist::capture
