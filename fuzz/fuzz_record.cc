// SPDX-License-Identifier: Apache-2.0
// Records of whoever may write to the topic. Checked: no crash; a record has a method and a path; the same bytes decode
// to the same record after any other; the numbers are in their ranges.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "records/decoder.h"

namespace {

using apiarist::records::Decoder;
using apiarist::records::Record;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

std::string shown(const Record& record) {
    std::string text;
    for (const std::string_view part :
         {record.method, record.target, record.type, record.request_payload, record.response_payload,
          record.client.host, record.client.port, record.server.host, record.events, record.operation_name})
        text.append(part).push_back('\0');
    for (const auto* headers : {&record.request_headers, &record.response_headers})
        for (const auto& header : *headers)
            text.append(header.name).append(1, '\0').append(header.value);
    return text + std::to_string(record.status) + "/" + std::to_string(record.time_s);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Decoder used;
    Decoder fresh;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto record = used.decode(text);
    const auto again = fresh.decode(text);
    check(record.has_value() == again.has_value(), "what was decoded before does not matter");
    if (!record) return 0;
    check(!(*record)->method.empty() && !(*record)->target.empty(), "a record has a method and a path");
    check((*record)->status == 0 || ((*record)->status >= 100 && (*record)->status <= 999), "a status is one");
    check((*record)->time_s >= 0, "times are not negative");
    check(shown(**record) == shown(**again), "the same bytes are the same record");
    return 0;
}
