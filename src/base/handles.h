// SPDX-License-Identifier: Apache-2.0
#pragma once
// Owners of file descriptors and of C handles. Nothing else in the tree calls close() or a library's destroy function.
// Destruction is the only cleanup path: declare handles in the order in which they depend on each other.

#include <unistd.h>

#include <memory>
#include <utility>

namespace apiarist {

class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) reset(std::exchange(other.fd_, -1));
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    void reset(int fd = -1) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = fd;
    }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  private:
    int fd_ = -1;
};

// A deleter without state for unique_ptr: unique_ptr<bpf_link, Destroy<bpf_link__destroy>>.
template <auto destroy>
struct Destroy {
    template <typename T>
    void operator()(T* handle) const {
        destroy(handle);
    }
};

}  // namespace apiarist
