// SPDX-License-Identifier: Apache-2.0
#include "app/records_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace apiarist::app {
namespace {

constexpr std::size_t kAtOnce = 1u << 20;

}  // namespace

Result<RecordsFile> RecordsFile::open(const std::string& path) {
    Fd fd(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return Error::from_errno(errno, path);
    struct stat what {};
    if (::fstat(fd.get(), &what) != 0) return Error::from_errno(errno, path);
    if (S_ISDIR(what.st_mode)) return Error::from_errno(EISDIR, path);
    return RecordsFile(std::move(fd), S_ISREG(what.st_mode));
}

Result<RecordsFile::Filled> RecordsFile::fill(int stop, std::optional<Clock::time_point> until) {
    pollfd both[] = {{fd_.get(), POLLIN, 0}, {stop, POLLIN, 0}};
    int ready = -1;
    do {
        int wait_ms = -1;
        if (until)
            wait_ms = static_cast<int>(std::clamp<std::int64_t>(
                std::chrono::ceil<std::chrono::milliseconds>(*until - Clock::now()).count(), 0, 3'600'000));
        ready = ::poll(both, 2, wait_ms);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0) return Error::from_errno(errno, "poll");
    if (ready == 0) return Filled::kTimeOver;
    if (both[1].revents != 0) {
        stopped_ = true;
        return Filled::kNoMore;
    }
    if (at_ > 0) {
        buffer_.erase(0, at_);
        looked_ -= at_;
        at_ = 0;
    }
    const std::size_t size = buffer_.size();
    buffer_.resize(size + kAtOnce);
    ssize_t got = 0;
    do
        got = ::read(fd_.get(), buffer_.data() + size, kAtOnce);
    while (got < 0 && errno == EINTR);
    buffer_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return Error::from_errno(errno, "read");
    return got > 0 ? Filled::kMore : Filled::kNoMore;
}

Result<std::optional<std::string_view>> RecordsFile::next(int stop, std::optional<Clock::time_point> until) {
    while (!stopped_) {
        const auto end = buffer_.find('\n', looked_);
        const bool whole = end != std::string::npos;
        looked_ = whole ? end : buffer_.size();
        if (whole || looked_ - at_ >= kLongestLine || (ended_ && looked_ > at_)) {
            const std::string_view line(buffer_.data() + at_, looked_ - at_);
            at_ = looked_ = looked_ + (whole ? 1 : 0);
            if (!line.empty()) return std::optional(line);
        } else if (ended_) {
            break;
        } else {
            auto filled = fill(stop, until);
            if (!filled) return std::move(filled).error();
            if (*filled == Filled::kTimeOver) break;
            ended_ = *filled == Filled::kNoMore && !stopped_;
        }
    }
    return std::optional<std::string_view>();
}

}  // namespace apiarist::app
