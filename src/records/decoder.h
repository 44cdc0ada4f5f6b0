// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bytes of a record, from whoever may write to the topic → Record. Hostile bytes are normal: what is not a record is an
// error that says why, and of two keys of one name the first counts. Not thread-safe: one per thread; it keeps its
// memory between calls.

#include <cstddef>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "base/result.h"
#include "records/record.h"

namespace apiarist::records {

constexpr std::size_t kLargestRecord = 64u << 20;  // bytes
constexpr std::size_t kMostHeaders = 4096;         // of each message; the others are left out

class Decoder {
  public:
    Decoder();
    // The record lives in the decoder until the next call. An error of code operation_canceled: no exchange, but what a
    // collector sends at its start to see whether the topic takes something.
    Result<const Record*> decode(std::string_view json);

  private:
    Status read(const simdjson::dom::object& object);
    Status check() const;

    // One for each text that is parsed, for a parser's strings end with its next document.
    struct Parser {
        Result<simdjson::dom::element> parse(std::string_view json);
        simdjson::dom::parser parser;
        std::string padded;
    };
    Status read_headers(Parser& parser, const simdjson::dom::element& value, Headers& headers);

    Parser outer_;
    Parser request_headers_;
    Parser response_headers_;
    Record record_;
};

}  // namespace apiarist::records
