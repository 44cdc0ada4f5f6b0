// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds sensitive data in the values of API messages: addresses of people, numbers of cards, accounts and persons,
// tokens and passwords, and what the user's own patterns say.
//
// Vectorscan looks for the signs of all types at once ("@", "AKIA…", "://"), and a check of the type decides. A Scanner
// is immutable and used by any number of threads, each with a Scratch of its own. Nothing of what is passed is kept.
//
// Input is hostile: any bytes, time linear in them, and no more than kMostFindings in one value. After kMostPhoneChecks
// phone numbers of one value, which are the dearest, no more are looked for in it.
// What is not seen: data in an encoding other than JSON's, percent-encoding and forms (base64, gzip); a value that is
// cut.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sensitive/custom_patterns.h"
#include "sensitive/types.h"

namespace apiarist::sensitive {

constexpr std::size_t kMostFindings = 64;
constexpr std::size_t kMostPhoneChecks = 64;

struct Finding {
    std::size_t type = 0;    // index in Scanner::types()
    std::size_t offset = 0;  // bytes, in the value as it was passed
    std::size_t length = 0;  // bytes, never 0
    bool operator==(const Finding&) const = default;
};

// What a thread needs to scan. Of one Scanner: made by it, used with it alone; may outlive it.
class Scratch {
  public:
    Scratch(Scratch&&) noexcept;
    Scratch& operator=(Scratch&&) noexcept;
    ~Scratch();

  private:
    friend class Scanner;
    struct State;
    explicit Scratch(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

class Scanner {
  public:
    // Takes some 10 ms. The error names the pattern that cannot be taken (custom_patterns.h).
    static Result<Scanner> compile(std::span<const CustomPattern> patterns);
    Scanner(Scanner&&) noexcept;
    Scanner& operator=(Scanner&&) noexcept;
    ~Scanner();

    // Those of types.h by their number, then the patterns in their order.
    [[nodiscard]] std::span<const TypeInfo> types() const;
    [[nodiscard]] Result<Scratch> make_scratch() const;

    // One value: a JSON string's content without its escapes, a number's text, a form field or query parameter without
    // percent-encoding, a header field's value. `field_name`: the innermost (the member, the parameter, the header
    // field; of an element of an array the member that has the array), empty if it has none. A value that has
    // percent-encoding itself (a URL) is looked at without it. `findings` is emptied first; they come by offset, and
    // those of types.h do not overlap each other.
    void find(Scratch& scratch, std::string_view field_name, std::string_view value,
              std::vector<Finding>& findings) const;

    // A quick look at a whole payload (JSON, form, query, text, as it was sent): false only if find() would find
    // nothing in any of its values. True means: parse it and ask find(). It knows the escapes of JSON and
    // percent-encoding. The values of header fields are not payloads with names: ask find().
    [[nodiscard]] bool may_hold(Scratch& scratch, std::string_view payload) const;

  private:
    struct State;
    explicit Scanner(std::unique_ptr<State> state);
    [[nodiscard]] bool view_may_hold(Scratch& scratch, std::string_view view, bool raw) const;
    std::unique_ptr<State> state_;
};

}  // namespace apiarist::sensitive
