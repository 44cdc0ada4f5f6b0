// SPDX-License-Identifier: Apache-2.0
#pragma once
// What was seen of one endpoint, in a form that adds up: of two batches, of two processors, of two endpoints that turn
// out to be one. A store keeps the same. Bounded by FactLimits.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "inventory/evidence.h"
#include "inventory/latency_sketch.h"
#include "inventory/marks.h"
#include "inventory/schema.h"

namespace apiarist::inventory {

struct FactLimits {
    static constexpr std::size_t kParts = 64;    // schemas of an endpoint; what is more is left out, and counted
    static constexpr std::size_t kSamples = 10;  // of each status and content type
};

// At which of its ends a call was seen. "Too": it had been counted when it was seen at the other one (call_matcher.h),
// and is no other request.
enum class SeenAt : std::uint8_t { kServer = 1, kClient = 2, kClientToo = 3, kServerToo = 4 };
[[nodiscard]] constexpr bool is_request(SeenAt end) {
    return end == SeenAt::kServer || end == SeenAt::kClient;
}
// What a caller waited tells nothing more where the server has said what it took.
[[nodiscard]] constexpr bool tells_latency(SeenAt end) {
    return end != SeenAt::kClientToo;
}
[[nodiscard]] constexpr bool is_at_client(SeenAt end) {
    return end == SeenAt::kClient || end == SeenAt::kClientToo;
}

struct HourKey {
    std::int64_t hour = 0;  // hours since 1970
    SeenAt seen_at = SeenAt::kServer;
    std::uint16_t status = 0;  // 0: no response
    bool operator==(const HourKey&) const = default;
    bool operator<(const HourKey& other) const {
        return std::tie(hour, seen_at, status) < std::tie(other.hour, other.seen_at, other.status);
    }
};
struct HourCounts {
    std::uint64_t calls = 0;
    LatencySketch latency;
    bool operator==(const HourCounts&) const = default;
};

enum class Part : std::uint8_t { kPath, kQuery, kRequestHeaders, kRequest, kResponseHeaders, kResponse };
[[nodiscard]] std::string_view to_string(Part part);

struct PartKey {
    Part part = Part::kRequest;
    std::uint16_t status = 0;  // of responses
    std::string content_type;  // of bodies: "application/json"
    bool operator==(const PartKey&) const = default;
    bool operator<(const PartKey& other) const {
        return std::tie(part, status, content_type) < std::tie(other.part, other.status, other.content_type);
    }
};
struct PartFacts {
    Schema schema;
    Seen seen;
};

struct Sample {
    std::uint16_t status = 0;
    std::string content_type;
    std::int64_t time = 0;
    std::string record;  // JSON
};

struct Facts {
    Seen seen;  // its records
    std::map<HourKey, HourCounts> hours;
    Marks marks;
    std::map<PartKey, PartFacts> parts;
    std::vector<Sample> samples;
    Evidence evidence;
    std::uint64_t parts_left_out = 0;

    void mark(std::string_view kind, std::string_view value, std::int64_t time) {
        marks.add(kind, value, {1, time, time});
    }
    // A request is among what was seen. What one end of a call did not see whole may look like another endpoint, which
    // is none.
    [[nodiscard]] bool has_request() const;
    // Nothing: there is no room for another part.
    PartFacts* part(const PartKey& key);
    void merge(const Facts& other);
    void keep_sample(Sample sample);
};

}  // namespace apiarist::inventory
