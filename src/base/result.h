// SPDX-License-Identifier: Apache-2.0
#pragma once
// Result<T>: a value or an Error, shaped like std::expected (C++23), which g++ 12 does not have.
// Not thread-safe; owns its value. value() on an error aborts: check first.

#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

namespace apiarist {

struct Error {
    std::errc code{};
    std::string what;

    static Error from_errno(int error_number, std::string_view doing);
    // Prefixes what was being done: "attach SSL_write in pid 41: no such file".
    [[nodiscard]] Error context(std::string_view doing) &&;
};

template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }
    T& value() & { return checked(); }
    T&& value() && { return std::move(checked()); }
    const T& value() const& { return const_cast<Result*>(this)->checked(); }
    T& operator*() & { return checked(); }
    T&& operator*() && { return std::move(checked()); }
    T* operator->() { return &checked(); }
    const T& operator*() const& { return const_cast<Result*>(this)->checked(); }
    const T* operator->() const { return &const_cast<Result*>(this)->checked(); }
    [[nodiscard]] const Error& error() const& { return std::get<1>(state_); }
    [[nodiscard]] Error&& error() && { return std::get<1>(std::move(state_)); }

  private:
    T& checked() {
        if (!has_value()) std::abort();
        return std::get<0>(state_);
    }
    std::variant<T, Error> state_;
};

// Success without a value.
struct Done {};
using Status = Result<Done>;

}  // namespace apiarist

// Returns the error of a Result expression from the enclosing function.
#define APIARIST_TRY(expression)                                                 \
    do {                                                                         \
        auto apiarist_try_result = (expression);                                 \
        if (!apiarist_try_result) return std::move(apiarist_try_result).error(); \
    } while (false)
