// SPDX-License-Identifier: Apache-2.0
#include "capture/file_watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <utility>

namespace apiarist::capture {
namespace {

void signal(const Fd& event) {
    const std::uint64_t one = 1;
    (void)!::write(event.get(), &one, sizeof(one));
}

}  // namespace

FileWatch::FileWatch(Fd inotify, Fd wake, Fd stop)
    : inotify_(std::move(inotify)), wake_(std::move(wake)), stop_(std::move(stop)) {}

Result<FileWatch> FileWatch::make() {
    Fd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify) return Error::from_errno(errno, "inotify");
    Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    Fd stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake || !stop) return Error::from_errno(errno, "eventfd");
    return FileWatch(std::move(inotify), std::move(wake), std::move(stop));
}

// Once each: what writes on and on cannot fill the queue, so no change is lost.
std::optional<int> FileWatch::add(int fd) const {
    const int watch = ::inotify_add_watch(inotify_.get(), fmt::format("/proc/self/fd/{}", fd).c_str(),
                                          IN_MODIFY | IN_CLOSE_WRITE | IN_ONESHOT);
    return watch < 0 ? std::nullopt : std::optional(watch);
}

void FileWatch::remove(int watch) const {
    (void)::inotify_rm_watch(inotify_.get(), watch);
}

// A lease's signal goes to the thread that waits and to no other. It says that there is something, not what: so none is
// lost where many come.
void FileWatch::begin() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGIO);
    if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) return;
    signals_ = Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (signals_) waiter_ = ::gettid();
}

FileWatch::Lease FileWatch::lease(int fd) const {
    if (waiter_ == 0) return {};
    // An opening of its own, because a lease is of the opening.
    Fd own(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    f_owner_ex owner{F_OWNER_TID, waiter_};
    if (!own || ::fcntl(own.get(), F_SETOWN_EX, &owner) != 0) return {};
    if (::fcntl(own.get(), F_SETLEASE, F_RDLCK) != 0) return {.fd = {}, .written = errno == EAGAIN};
    return {.fd = std::move(own)};
}

bool FileWatch::is_waited_for(const Fd& lease) {
    return lease && ::fcntl(lease.get(), F_GETLEASE) != F_RDLCK;
}

std::vector<int> FileWatch::read() const {
    std::vector<int> changes;
    std::array<char, 4096> buffer;
    for (;;) {
        const ssize_t size = ::read(inotify_.get(), buffer.data(), buffer.size());
        if (size <= 0) return changes;
        inotify_event event;
        for (std::size_t at = 0; at + sizeof(event) <= static_cast<std::size_t>(size);
             at += sizeof(event) + event.len) {
            std::memcpy(&event, buffer.data() + at, sizeof(event));
            if ((event.mask & (IN_MODIFY | IN_CLOSE_WRITE)) != 0) changes.push_back(event.wd);
        }
    }
}

std::optional<FileWatch::Changes> FileWatch::wait() const {
    std::array<pollfd, 4> ends{
        {{inotify_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
    while (::poll(ends.data(), ends.size(), -1) < 0)
        if (errno != EINTR) return std::nullopt;
    if (ends[3].revents != 0) return std::nullopt;
    std::uint64_t count = 0;
    (void)!::read(wake_.get(), &count, sizeof(count));
    signalfd_siginfo info{};
    const bool writers = signals_ && ::read(signals_.get(), &info, sizeof(info)) == sizeof(info);
    return Changes{.watches = read(), .writers = writers};
}

void FileWatch::wake() const {
    signal(wake_);
}

void FileWatch::stop() const {
    signal(stop_);
}

}  // namespace apiarist::capture
