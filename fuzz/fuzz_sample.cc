// SPDX-License-Identifier: Apache-2.0
// Samples of records of whoever may write to the topic. Checked: no crash; a sample is a JSON object; what is kept of a
// record is not longer than the record.
#include <simdjson.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "processor/sample_writer.h"
#include "records/decoder.h"

namespace {

using apiarist::processor::SampleWriter;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

void check_sample(simdjson::dom::parser& parser, const std::string& sample) {
    simdjson::dom::object object;
    check(parser.parse(sample).get(object) == simdjson::SUCCESS, "a sample is an object");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static apiarist::records::Decoder decoder;
    static SampleWriter plain({.redact = false, .redaction_key = {}});
    static SampleWriter redacted({.redact = true, .redaction_key = "k"});
    static simdjson::dom::parser parser;
    const auto record = decoder.decode({reinterpret_cast<const char*>(data), size});
    if (!record) return 0;
    const std::string sample = plain.write(**record);
    check_sample(parser, sample);
    // A byte of it may be six ("\u0001"), and a byte that is no text three.
    check(sample.size() <= 6 * size + 1024, "a sample is no longer than its record");
    check_sample(parser, redacted.write(**record));
    return 0;
}
