// SPDX-License-Identifier: Apache-2.0
#include "capture/candidates.h"

#include <utility>

namespace apiarist::capture {

Candidates::Added Candidates::add(FileCandidate file) {
    {
        const std::scoped_lock lock(mutex_);
        if (closed_) return Added::kClosed;
        if (files_.size() >= most_files_) return Added::kFull;
        files_.push_back(std::move(file));
    }
    changed_.notify_one();
    return Added::kYes;
}

void Candidates::add(const ProcessCandidate& process) {
    {
        const std::scoped_lock lock(mutex_);
        if (closed_) return;
        const auto [found, added] = processes_.try_emplace(process.pid, process);
        if (added) order_.push_back(process.pid);
        found->second.files |= process.files;
        found->second.root |= process.root;
    }
    changed_.notify_one();
}

std::optional<Candidate> Candidates::take() {
    if (files_.empty() && order_.empty()) return std::nullopt;
    const bool process = files_.empty() || (process_next_ && !order_.empty());
    process_next_ = !process;
    if (process) {
        const auto found = processes_.find(order_.front());
        order_.pop_front();
        const ProcessCandidate taken = found->second;
        processes_.erase(found);
        return taken;
    }
    FileCandidate taken = std::move(files_.front());
    files_.pop_front();
    return taken;
}

std::optional<Candidate> Candidates::pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !files_.empty() || !order_.empty(); });
    return take();
}

std::optional<Candidate> Candidates::pop(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [this] { return closed_ || !files_.empty() || !order_.empty(); });
    return take();
}

std::optional<Candidate> Candidates::try_pop() {
    const std::scoped_lock lock(mutex_);
    return take();
}

bool Candidates::closed() const {
    const std::scoped_lock lock(mutex_);
    return closed_;
}

void Candidates::close() {
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
}

}  // namespace apiarist::capture
