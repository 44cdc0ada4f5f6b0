// SPDX-License-Identifier: Apache-2.0
// Paths, bodies and records of hostile clients into the inventory. Input: a byte that chooses, then the text. Checked:
// no crash; templates cannot be mistaken for paths and find their way back; trees, schemas and facts are within their
// bounds; schemas and sketches come back from their texts and add up.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "inventory/catalog.h"
#include "inventory/message_facts.h"
#include "inventory/networks.h"
#include "inventory/observer.h"
#include "inventory/segment.h"
#include "records/decoder.h"

namespace {

using namespace apiarist;
using namespace apiarist::inventory;

constexpr std::int64_t kNow = 1'800'000'000;

void check(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

void segment(std::string_view text) {
    const std::string one(text.substr(0, text.find('/')));
    const Pattern pattern = pattern_of(one);
    const bool word = pattern.shape == Shape::kWord;
    check(is_word(pattern.text) == word, "a literal has no braces, and a pattern has");
    check(word == pattern.value.empty() || one.empty(), "a pattern says what stands for its value");
    if (word) check(pattern_of(pattern.text).text == pattern.text, "a literal is its own pattern");
    check(percent_decoded(one).size() <= one.size(), "decoding makes nothing longer");
}

// The first bit of a line: whether it succeeded.
void tree(std::string_view text) {
    TreeLimits limits;
    limits.failed_literals = 4;
    limits.literals = 8;
    limits.endpoints = 40;
    limits.failed_endpoints = 10;
    limits.segments = 6;
    PathTree paths(limits);
    PathTree again;
    for (const std::string_view line : lines_of(text)) {
        const bool succeeded = !line.empty() && (line[0] & 1) != 0;
        const auto segments = split_path(line);
        const NodeIndex node = paths.route(segments, succeeded);
        check(paths.route(segments, true) == node || !succeeded, "a path that is known goes the same way again");
        const EndpointIndex endpoint = paths.endpoint(node, "GET", "", succeeded);
        const std::string name = paths.text_of(paths.endpoint(endpoint).node);
        again.add(name, "GET", "");
        check(again.text_of(again.find(name)) == name, "a template finds its way back");
    }
    check(paths.endpoint_count() <= 45, "endpoints are bounded");
    for (std::uint32_t i = 0; i < paths.node_count(); ++i)
        check(paths.node(i).depth <= 7, "paths are bounded");
}

void schema(std::string_view text) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (parser.parse(std::string(text)).get(root) != simdjson::SUCCESS) return;
    Schema one;
    one.observe(root);
    check(one.size() <= SchemaLimits::kNodes, "a schema is bounded");
    const auto again = Schema::decode(one.encode());
    check(again && again->encode() == one.encode(), "a schema comes back from its text");
    Schema twice = one;
    twice.merge(one);
    Schema observed = one;
    observed.observe(root);
    check(twice.root().count() == observed.root().count(), "what is merged adds up");
    if (one.left_out() == 0) check(twice.encode() == observed.encode(), "merging is observing");
}

void encoded(std::string_view text) {
    if (const auto one = Schema::decode(text)) {
        check(one->size() <= SchemaLimits::kNodes, "a schema is bounded");
        const auto again = Schema::decode(one->encode());
        check(again && again->encode() == one->encode(), "a schema comes back from its text");
    }
    if (const auto one = LatencySketch::decode(text))
        check(LatencySketch::decode(one->encode()) == *one, "a sketch comes back");
    if (const auto one = Evidence::decode(text)) check(Evidence::decode(one->encode()) == *one, "evidence comes back");
    const std::vector<std::string> network{std::string(text)};
    if (const auto one = Networks::parse(network))
        check(!one->contains("no address"), "what is no address is in no network");
}

void observed(std::string_view text) {
    static records::Decoder decoder;
    CatalogLimits limits;
    limits.collections = 3;
    limits.tree.endpoints = 20;
    Catalog catalog(limits);
    Delta delta;
    Observer observer({});
    std::uint64_t good = 0;
    for (const std::string_view line : lines_of(text)) {
        const auto record = decoder.decode(line);
        if (!record) continue;
        ++good;
        observer.observe(**record, kNow, catalog, delta);
    }
    check(delta.records == good, "each record is counted");
    check(catalog.size() <= 4, "collections are bounded");
    std::uint64_t calls = 0;
    for (const auto& [collection, minutes] : delta.traffic)
        for (const auto& [minute, counts] : minutes)
            calls += counts.requests;
    check(calls <= good && 4 * calls >= good, "a call has one record, or up to four");
    static_cast<void>(decide(catalog, delta));
    for (const auto& [ref, facts] : delta.endpoints) {
        check(facts->seen.count > 0 && facts->seen.last <= kNow + 3600, "facts have a time");
        check(facts->parts.size() <= FactLimits::kParts, "schemas are bounded");
        for (const auto& [kind, values] : facts->marks.kinds())
            check(values.size() <= Marks::kMost + 1, "marks are bounded");
        check(!catalog.at(ref.collection).tree.endpoint(ref.endpoint).gone, "facts are of endpoints that are there");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 6) {
        case 0:
            segment(text);
            break;
        case 1:
            tree(text);
            break;
        case 2:
            schema(text);
            break;
        case 3:
            encoded(text);
            break;
        case 4:
            observed(text);
            break;
        default:
            static_cast<void>(read_form(text));
            static_cast<void>(media_type(text));
            static_cast<void>(clean_text(text));
    }
    return 0;
}
