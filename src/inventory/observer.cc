// SPDX-License-Identifier: Apache-2.0
#include "inventory/observer.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "inventory/message_facts.h"
#include "inventory/segment.h"

namespace apiarist::inventory {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kOldest =
    std::int64_t{90} * 24 * kHour;  // a record that says it is older has a wrong clock, or a wrong intent
constexpr std::int64_t kAhead = kHour;
constexpr std::int64_t kMinutesKept = 24 * kHour;  // of older traffic hours are enough
constexpr std::size_t kBodyDepth = 64;
constexpr std::size_t kLargestBody = 4u << 20;  // bytes of JSON that are looked into

bool has_word(std::string_view list, std::string_view word) {
    for (auto at = list.find(word); at != std::string_view::npos; at = list.find(word, at + 1)) {
        const auto end = at + word.size();
        if ((at == 0 || list[at - 1] == ',' || list[at - 1] == ' ') && (end == list.size() || list[end] == ','))
            return true;
    }
    return false;
}

std::string content_type_of(const records::Headers& headers) {
    return media_type(records::find_header(headers, "content-type").value_or(""));
}

bool is_whole(std::string_view capture, std::string_view side) {
    if (capture.empty() || capture == "complete") return true;
    return !has_word(capture, std::string(side) + "_truncated") &&
           !has_word(capture, std::string(side) + "_body_not_seen") && !has_word(capture, "gap");
}

SeenAt end_of(const records::Record& record, Telling telling) {
    const bool too = telling == Telling::kOtherEnd;
    if (record.direction == records::Direction::kServer) return too ? SeenAt::kServerToo : SeenAt::kServer;
    return too ? SeenAt::kClientToo : SeenAt::kClient;
}

bool succeeded(std::uint16_t status) {
    return status >= 200 ? status < 400 : status == 101;
}

// One of those that HTTP has, or what is allowed for a token of a method (RFC 9110 §9.1) in capitals.
std::string_view method_of(std::string_view method) {
    const bool plain = method.size() <= 20 && std::all_of(method.begin(), method.end(), [](char c) {
                           return is_ascii_upper(c) || c == '-' || c == '_';
                       });
    return plain ? method : "(other)";
}

bool is_form(std::string_view type) {
    return type == "application/x-www-form-urlencoded";
}

bool begins_like_json(std::string_view text) {
    text = trimmed(text, " \t\r\n");
    return !text.empty() && (text[0] == '{' || text[0] == '[');
}

}  // namespace

struct Observer::Context {
    const records::Record& record;
    std::int64_t time = 0;
    Telling telling = Telling::kFirst;
    SeenAt seen_at = SeenAt::kServer;
    bool succeeded = false;
    bool refused = false;       // who is turned away has not shown who he is
    std::string request_type;   // of content
    std::string response_type;  // likewise
    std::vector<std::string_view> segments;
    std::vector<std::string> words{};       // segments that are words, decoded; empty strings for the others
    std::vector<std::string> auth_types{};  // empty: it is not known whether there are any
    bool open = false;                      // it was answered without that the caller showed who he is
};

Observer::Observer(ObserverOptions options) : options_(std::move(options)) {
    if (options_.scanner == nullptr) return;
    // Without memory for it the process is at its end anyhow.
    if (auto places = SensitivePlaces::make(*options_.scanner)) places_.emplace(std::move(*places));
}

void Observer::observe(const records::Record& record, std::int64_t now_s, Catalog& catalog, Delta& delta) {
    ++delta.records;
    Context context{.record = record,
                    .time = record.time_s,
                    .succeeded = succeeded(record.status),
                    .refused = record.status == 401 || record.status == 403,
                    .request_type = content_type_of(record.request_headers),
                    .response_type = content_type_of(record.response_headers),
                    .segments = split_path(record.target)};
    if (context.time < now_s - kOldest || context.time > now_s + kAhead) context.time = now_s;
    context.telling = calls_.take(record, context.time);
    context.seen_at = end_of(record, context.telling);
    context.auth_types = auth_types(record);
    const bool showed_none = context.auth_types.size() == 1 && context.auth_types[0] == "none";
    const bool midway = has_word(record.capture, "joined_midway");
    // Of HTTP/2 the fields that were said before the collector looked are missing.
    if (showed_none && midway && record.type == "HTTP/2") context.auth_types.clear();
    // Where the pairing is not beyond doubt, the answer may be that of another caller.
    context.open = showed_none && !context.refused && record.status != 0 && !midway && !has_word(record.capture, "gap");
    const CollectionIndex collection = catalog.collection(collection_of(record));
    const bool recent = context.time > now_s - kMinutesKept;
    if (context.telling != Telling::kAgain)
        delta.traffic[collection][(context.time - (recent ? 0 : context.time % kHour)) / 60].add(record,
                                                                                                 context.seen_at);
    PathTree& tree = catalog.at(collection).tree;
    const NodeIndex node = tree.route(context.segments, context.succeeded);
    for (const std::string_view segment : context.segments) {
        const bool word = segment.size() >= 2 && segment.size() <= 100 && shape_of(segment) == Shape::kWord;
        context.words.push_back(word ? percent_decoded(segment) : std::string());
    }
    const std::string_view method = method_of(record.method);
    std::vector<std::string> operations = operations_of(record);
    if (operations.empty()) operations.emplace_back();
    for (const std::string& operation : operations)
        observe_endpoint(context, {collection, tree.endpoint(node, method, operation, context.succeeded)}, catalog,
                         delta);
}

void Observer::observe_endpoint(const Context& context, EndpointRef ref, Catalog& catalog, Delta& delta) {
    PathTree& tree = catalog.at(ref.collection).tree;
    Endpoint& endpoint = tree.endpoint(ref.endpoint);
    const bool counts = context.telling == Telling::kFirst;
    Facts& facts = delta.facts(ref);
    const records::Record& record = context.record;
    facts.seen.add(context.time);
    // Only what the stream said since is new, and that it is over.
    if (context.telling == Telling::kAgain) {
        observe_response(context, facts);
        return keep_sample(context, facts, endpoint);
    }
    HourCounts& hour = facts.hours[{context.time / kHour, context.seen_at, record.status}];
    ++hour.calls;
    if (record.latency_us && tells_latency(context.seen_at)) hour.latency.add(*record.latency_us);
    observe_ends(context, facts);
    if (!counts) return;
    facts.evidence.succeeded = facts.evidence.succeeded || context.succeeded;
    observe_marks(context, facts);
    observe_parameters(context, facts, tree, endpoint.node);
    // What a request was refused for may be its shape.
    if (context.succeeded || record.status == 0) {
        const std::string& type = context.request_type;
        observe_body(context, facts,
                     {record.request_payload, type, {Part::kRequest, 0, type}, is_whole(record.capture, "request")});
    }
    observe_response(context, facts);
    keep_sample(context, facts, endpoint);
}

// What only one of its ends says of a call.
void Observer::observe_ends(const Context& context, Facts& facts) {
    const records::Record& record = context.record;
    const bool server = record.direction == records::Direction::kServer;
    const std::string process = to_utf8(record.process_name);
    if (!process.empty()) facts.mark(server ? "server_process" : "client_process", process, context.time);
    if (server && is_ip_address(record.client.host)) facts.mark("client", record.client.host, context.time);
    // Each end knows the other one's address: where both are of own networks they say the same.
    const std::string_view access = access_type(record, options_.networks);
    if (!access.empty() && (context.telling == Telling::kFirst || access != "private"))
        facts.mark("access", access, context.time);
}

void Observer::observe_response(const Context& context, Facts& facts) {
    const records::Record& record = context.record;
    if (record.status == 0) return;
    const std::string& type = context.response_type;
    observe_body(
        context, facts,
        {record.response_payload, type, {Part::kResponse, record.status, type}, is_whole(record.capture, "response")});
}

void Observer::observe_marks(const Context& context, Facts& facts) {
    const records::Record& record = context.record;
    const std::int64_t time = context.time;
    for (const std::string& type : context.auth_types)
        facts.mark(context.refused ? "auth_refused" : "auth", type, time);
    facts.mark("protocol", record.grpc_service.empty() ? to_utf8(record.type) : std::string("gRPC"), time);
    if (!record.operation_protocol.empty()) facts.mark("operations", to_utf8(record.operation_protocol), time);
    facts.mark("tls", record.tls.empty() ? std::string("clear") : to_utf8(record.tls), time);
    if (!record.capture.empty() && record.capture != "complete")
        facts.mark("incomplete", to_utf8(record.capture), time);
    // Its other end cannot be found (call_matcher.h).
    if (record.client.host.empty()) facts.mark("incomplete", "no_addresses", time);
}

void Observer::observe_parameters(const Context& context, Facts& facts, const PathTree& tree, NodeIndex node) {
    std::vector<std::pair<std::string, std::string>> path;
    for (NodeIndex at = node; at != 0; at = tree.node(at).parent) {
        const PathNode& here = tree.node(at);
        if (is_word(here.pattern) || here.depth > context.segments.size()) continue;
        const std::string_view segment = context.segments[here.depth - 1];
        const Pattern pattern = pattern_of(segment);
        path.emplace_back("p" + std::to_string(here.depth - 1),
                          to_utf8(percent_decoded(pattern.value.empty() ? segment : pattern.value)));
    }
    const auto add = [&facts, &context](Part part, const std::vector<std::pair<std::string, std::string>>& texts) {
        if (texts.empty()) return;
        PartFacts* kept = facts.part({part, 0, {}});
        if (kept == nullptr) return;
        const std::vector<std::pair<std::string_view, std::string_view>> views(texts.begin(), texts.end());
        kept->schema.observe(views);
        kept->seen.add(context.time);
    };
    const auto look = [this, &facts, &context](std::string_view kind,
                                               const std::vector<std::pair<std::string, std::string>>& texts) {
        look_at_pairs(facts, context, kind, {texts.begin(), texts.end()});
    };
    response_ = false;
    add(Part::kPath, path);
    look("path", path);
    if (context.succeeded) {
        const std::string_view query = query_of(context.record.target);
        if (!query.empty()) {
            const auto form = read_form(query);
            add(Part::kQuery, form);
            look("query", form);
        }
        std::vector<std::pair<std::string, std::string>> headers;
        for (auto& [name, value] : own_headers(context.record.request_headers))
            headers.emplace_back(to_utf8(name), to_utf8(value));
        add(Part::kRequestHeaders, headers);
        look("header", headers);
    }
    if (!places_) return;
    std::vector<std::pair<std::string_view, std::string_view>> answered;
    const auto own = own_headers(context.record.response_headers);
    answered.reserve(own.size());
    for (const auto& [name, value] : own)
        answered.emplace_back(name, value);
    response_ = true;
    look_at_pairs(facts, context, "header", answered);
}

void Observer::look_at_pairs(Facts& facts, const Context& context, std::string_view kind,
                             const std::vector<std::pair<std::string_view, std::string_view>>& texts) {
    if (!places_ || texts.empty()) return;
    places_->begin(response_);
    found_.clear();
    for (const auto& [name, value] : texts) {
        // A name may be anybody's value.
        const std::string_view shown = shape_of(name) == Shape::kWord ? name : std::string_view("{*}");
        places_->look_at_value(kind == "path" ? std::string_view() : name, value,
                               std::string(kind) + " " + std::string(shown), found_);
    }
    mark_sensitive(context, facts);
}

void Observer::mark_sensitive(const Context& context, Facts& facts) {
    for (const std::string& place : found_) {
        facts.mark(response_ ? "response_sensitive" : "request_sensitive", place, context.time);
        if (response_ && context.open) facts.mark("exposed", place, context.time);
    }
}

void Observer::observe_body(const Context& context, Facts& facts, const Body& body) {
    if (body.bytes.empty()) return;
    PartFacts* part = facts.part(body.key);
    if (part == nullptr) return;
    part->seen.add(context.time);
    response_ = body.key.part == Part::kResponse;
    if (places_) places_->begin(response_);
    // curl sends JSON as a form where nobody says otherwise.
    if (is_form(body.key.content_type) && !begins_like_json(body.bytes)) {
        const auto form = read_form(body.bytes);
        const std::vector<std::pair<std::string_view, std::string_view>> texts(form.begin(), form.end());
        part->schema.observe(texts);
        look_at_pairs(facts, context, "form", texts);
        return;
    }
    const bool may_be_json = is_json(body.key.content_type) || begins_like_json(body.bytes);
    if (!may_be_json || !body.whole || body.bytes.size() > kLargestBody) return look_at_text(context, facts, body);
    padded_.reserve(body.bytes.size() + simdjson::SIMDJSON_PADDING);
    padded_.assign(body.bytes);
    if (parser_.capacity() < padded_.size() || parser_.max_depth() != kBodyDepth)
        if (parser_.allocate(std::max<std::size_t>(padded_.size(), 16384), kBodyDepth) != simdjson::SUCCESS) return;
    simdjson::dom::element root;
    if (parser_.parse(padded_.data(), padded_.size(), false).get(root) != simdjson::SUCCESS) {
        const bool asked = body.key.part == Part::kRequest;
        facts.mark("incomplete", asked ? "request_not_json" : "response_not_json", context.time);
        return look_at_text(context, facts, body);
    }
    part->schema.observe(root);
    if (places_ && places_->may_hold(body.bytes)) {
        found_.clear();
        places_->look_at_json(root, found_);
        mark_sensitive(context, facts);
    }
    if (context.succeeded) add_strings(root, context.words, facts.evidence);
}

// What is no JSON, or not whole: a text without places.
void Observer::look_at_text(const Context& context, Facts& facts, const Body& body) {
    const bool is_text = body.key.content_type.starts_with("text/") || body.key.content_type.ends_with("xml") ||
                         is_json(body.key.content_type) || body.key.content_type.empty();
    if (!places_ || !is_text || body.bytes.size() > kLargestBody || !places_->may_hold(body.bytes)) return;
    found_.clear();
    places_->look_at_value({}, body.bytes, "body", found_);
    mark_sensitive(context, facts);
}

void Observer::keep_sample(const Context& context, Facts& facts, Endpoint& endpoint) {
    if (!options_.sample) return;
    const std::string& type = context.response_type;
    std::uint32_t& kept = endpoint.samples[std::to_string(context.record.status) + " " + type];
    if (kept >= FactLimits::kSamples || endpoint.samples.size() > FactLimits::kParts) return;
    ++kept;
    facts.samples.push_back({context.record.status, type, context.time, options_.sample(context.record)});
}

}  // namespace apiarist::inventory
