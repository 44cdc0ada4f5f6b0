// SPDX-License-Identifier: Apache-2.0
#include "base/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace apiarist {

Result<Fd> create_private_file(const std::string& path) {
    Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!fd) return Error::from_errno(errno, path);
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) return Error::from_errno(errno, path);
    if (!S_ISREG(info.st_mode)) return fd;
    if (info.st_uid != ::geteuid())
        return Error{std::errc::operation_not_permitted, path + ": belongs to another user, who could read it"};
    // First the mode, then the data.
    if ((info.st_mode & 07777) != 0600 && ::fchmod(fd.get(), 0600) != 0) return Error::from_errno(errno, path);
    if (::ftruncate(fd.get(), 0) != 0) return Error::from_errno(errno, path);
    return fd;
}

}  // namespace apiarist
