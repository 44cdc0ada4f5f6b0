// SPDX-License-Identifier: Apache-2.0
#include "protocols/http1_expectations.h"

namespace apiarist::protocols {

namespace {

RequestClass class_of(std::string_view method) {
    if (method == "HEAD") return RequestClass::kHead;
    if (method == "CONNECT") return RequestClass::kConnect;
    return RequestClass::kOther;
}

}  // namespace

void Expectations::push(std::string_view method, std::size_t limit) {
    // Once one was left out, later ones may not take its place in the queue.
    if (overflow_ > 0 || waiting_.size() - first_ >= limit) {
        ++overflow_;
        return;
    }
    // Moves at most as many entries as were popped since the last move: constant per request on average.
    if (first_ > 0 && first_ * 2 >= waiting_.size()) {
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
    waiting_.push_back(class_of(method));
}

RequestClass Expectations::pop() {
    if (first_ < waiting_.size()) return waiting_[first_++];
    if (overflow_ > 0) --overflow_;
    return RequestClass::kOther;
}

void Expectations::clear() {
    waiting_.clear();
    first_ = 0;
    overflow_ = 0;
}

}  // namespace apiarist::protocols
