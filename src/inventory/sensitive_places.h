// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where in a message there is sensitive data, and of which type: "email body /customer/email". Not thread-safe; borrows
// the scanner.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "sensitive/scanner.h"

namespace apiarist::inventory {

class SensitivePlaces {
  public:
    // An error: there is no memory for the scanner's scratch.
    static Result<SensitivePlaces> make(const sensitive::Scanner& scanner);

    // What follows is of a request, or of a response: some types are sensitive in responses alone.
    void begin(bool response) { response_ = response; }
    // The quick look: false: there is nothing in any value of it.
    [[nodiscard]] bool may_hold(std::string_view payload) { return scanner_->may_hold(scratch_, payload); }
    // Each adds to `found`, once each: the type and the place.
    void look_at_json(const simdjson::dom::element& root, std::vector<std::string>& found);
    // `place`: "query mail".
    void look_at_value(std::string_view name, std::string_view value, std::string_view place,
                       std::vector<std::string>& found);

  private:
    SensitivePlaces(const sensitive::Scanner& scanner, sensitive::Scratch scratch)
        : scanner_(&scanner), scratch_(std::move(scratch)) {}
    void look(const simdjson::dom::element& value, std::string_view name, std::string& place,
              std::vector<std::string>& found);

    const sensitive::Scanner* scanner_;
    sensitive::Scratch scratch_;
    std::vector<sensitive::Finding> findings_;
    std::size_t looked_ = 0;  // values of this message
    bool response_ = false;
};

}  // namespace apiarist::inventory
