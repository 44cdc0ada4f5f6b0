// SPDX-License-Identifier: Apache-2.0
// A collection beside its OpenAPI document: what is documented and seen, seen alone, documented alone.
#include <fmt/format.h>
#include <malloc.h>

#include <map>
#include <mutex>
#include <utility>

#include "api/base_path.h"
#include "api/json_out.h"
#include "api/openapi_document.h"
#include "api/routes.h"
#include "base/json.h"
#include "store/exports.h"
#include "store/maintenance.h"

namespace apiarist::api {
namespace {

using store::Database;
using store::integer;
using store::Row;
using store::text;

constexpr std::int64_t kDay = 86400;

struct SeenOperation {
    std::int64_t last_seen = 0;
    std::int64_t requests = 0;
};

class Comparison {
  public:
    Comparison(const OpenApiDocument& document, std::int64_t seen_since)
        : document_(document), seen_since_(seen_since), seen_(document.operations.size()) {
        for (std::size_t i = 0; i < document.operations.size(); ++i)
            by_method_[document.operations[i].method].push_back(i);
    }

    void add(const Row& endpoint);
    void add_unseen();
    [[nodiscard]] std::string json() const;

  private:
    struct Item {
        std::string_view state{};
        std::string_view why{};
        std::string method;
        std::string path{};
        std::string template_text;
        std::int64_t endpoint = 0;  // 0: it was never seen
        SeenOperation seen;
    };
    // Why so little of it may have been seen.
    [[nodiscard]] std::string base_path_json() const;
    // Which operation it is; nothing: none.
    [[nodiscard]] std::optional<std::size_t> find(const std::string& method, const std::string& template_text) const;

    const OpenApiDocument& document_;
    const std::int64_t seen_since_;
    std::map<std::string, std::vector<std::size_t>> by_method_;
    std::vector<SeenOperation> seen_;
    std::vector<Item> items_;
};

std::optional<std::size_t> Comparison::find(const std::string& method, const std::string& template_text) const {
    const auto candidates = by_method_.find(method);
    if (candidates == by_method_.end()) return std::nullopt;
    std::optional<std::size_t> best;
    std::size_t most = 0;
    for (const std::size_t index : candidates->second) {
        for (const std::string& documented : document_.operations[index].templates) {
            const std::size_t alike = likeness(documented, template_text);
            if (alike <= most) continue;
            most = alike;
            best = index;
        }
    }
    return best;
}

void Comparison::add(const Row& endpoint) {
    Item item{.method = text(endpoint[1]),
              .template_text = text(endpoint[2]),
              .endpoint = integer(endpoint[0]),
              .seen = {integer(endpoint[4]), integer(endpoint[5])}};
    const auto found = find(item.method, item.template_text);
    if (!found) {
        // What is folded away is none of the API's.
        if (!text(endpoint[6]).empty()) return;
        item.state = "shadow";
        item.why = "seen and not documented";
    } else {
        const Operation& operation = document_.operations[*found];
        SeenOperation& seen = seen_[*found];
        seen.last_seen = std::max(seen.last_seen, item.seen.last_seen);
        seen.requests += item.seen.requests;
        item.path = operation.path;
        if (item.seen.last_seen < seen_since_) return;
        item.state = operation.deprecated ? "zombie" : "documented";
        item.why = operation.deprecated ? "deprecated and still seen" : "documented and seen";
    }
    items_.push_back(std::move(item));
}

void Comparison::add_unseen() {
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        if (seen_[i].last_seen >= seen_since_ && seen_[i].requests > 0) continue;
        items_.push_back({"zombie",
                          seen_[i].requests == 0 ? "documented and never seen" : "documented and not seen lately",
                          document_.operations[i].method,
                          document_.operations[i].path,
                          {},
                          0,
                          seen_[i]});
    }
}

std::string Comparison::base_path_json() const {
    std::vector<MethodAndPath> unseen;
    std::vector<MethodAndPath> undocumented;
    std::int64_t found = 0;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        if (seen_[i].requests > 0) {
            ++found;
            continue;
        }
        for (const std::string& path : document_.operations[i].templates)
            unseen.push_back({document_.operations[i].method, path, i});
    }
    for (const Item& item : items_)
        if (item.state == "shadow") undocumented.push_back({item.method, item.template_text});
    const auto missing = missing_base_path(unseen, undocumented);
    if (!missing || missing->operations <= found) return "null";
    std::string out = "{\"seen\":";
    append_json_string(out, missing->seen);
    out += ",\"documented\":";
    append_json_string(out, missing->documented);
    return out + fmt::format(",\"operations\":{}}}", missing->operations);
}

std::string Comparison::json() const {
    std::map<std::string_view, std::int64_t> counts = {{"documented", 0}, {"shadow", 0}, {"zombie", 0}};
    std::string out = ",\"items\":[";
    for (const Item& item : items_) {
        ++counts[item.state];
        if (out.back() == '}') out += ',';
        append_row(
            out, {{"state"}, {"why"}, {"method"}, {"path"}, {"template"}, {"endpoint_id"}, {"last_seen"}, {"requests"}},
            {std::string(item.state), std::string(item.why), item.method,
             item.path.empty() ? store::Value() : item.path,
             item.template_text.empty() ? store::Value() : item.template_text,
             item.endpoint == 0 ? store::Value() : item.endpoint,
             item.seen.requests == 0 ? store::Value() : item.seen.last_seen, item.seen.requests});
    }
    return fmt::format(R"("documented":{},"shadow":{},"zombie":{},"base_path":{}{}])", counts["documented"],
                       counts["shadow"], counts["zombie"], base_path_json(), out);
}

// A document of 20 MiB can take some 300 MiB while it is read, and several at once would end a collector.
class OneAtATime {
  public:
    explicit OneAtATime(std::size_t bytes) : lock_(mutex()), bytes_(bytes) {}
    OneAtATime(const OneAtATime&) = delete;
    OneAtATime& operator=(const OneAtATime&) = delete;
    ~OneAtATime() {
        constexpr std::size_t kLarge = 1u << 20;
        if (bytes_ >= kLarge) ::malloc_trim(0);
    }

  private:
    static std::mutex& mutex() {
        static std::mutex one;
        return one;
    }
    std::scoped_lock<std::mutex> lock_;
    const std::size_t bytes_;
};

Result<Reply> compare(Database& database, std::int64_t collection, std::int64_t seen_since) {
    auto found = store::find_document(database, collection);
    if (!found) return std::move(found).error();
    if (found->rows.empty())
        return Error{std::errc::no_such_file_or_directory, "the collection has no OpenAPI document"};
    auto endpoints = store::collection_endpoints(database, collection);
    if (!endpoints) return std::move(endpoints).error();
    const OneAtATime one(text(found->rows[0][1]).size());
    const auto document = OpenApiDocument::parse(text(found->rows[0][1]));
    if (!document) return document.error();
    Comparison comparison(*document, seen_since);
    for (const Row& row : endpoints->rows)
        comparison.add(row);
    comparison.add_unseen();
    std::string out = "{\"document\":";
    append_json_string(out, text(found->rows[0][0]));
    out += fmt::format(",\"uploaded\":{},{}}}", integer(found->rows[0][2]), comparison.json());
    return Reply{std::move(out)};
}

// Its JSON, and what it says.
Result<std::pair<std::string, OpenApiDocument>> read_document(const std::string& body) {
    const OneAtATime one(body.size());
    auto json = OpenApiDocument::json(body);
    if (!json) return std::move(json).error();
    auto document = OpenApiDocument::parse(*json);
    if (!document) return std::move(document).error();
    return std::pair(std::move(*json), std::move(*document));
}

}  // namespace

Result<Reply> put_openapi(const Context& context, const Request& request) {
    const auto document = read_document(request.body);
    if (!document) return document.error();
    return context.connections.write<Reply>([&](Database& database) -> Result<Reply> {
        APIARIST_TRY(store::put_document(database, request.id, document->second.title, document->first,
                                         {request.token.name, context.now_s()}));
        return Reply{fmt::format("{{\"operations\":{}}}", document->second.operations.size())};
    });
}

Result<Reply> get_conformance(const Context& context, const Request& request) {
    const std::int64_t days = std::min<std::int64_t>(request.number("days").value_or(30), 36500);
    return context.connections.read<Reply>(
        [&](Database& database) { return compare(database, request.id, context.now_s() - days * kDay); });
}

}  // namespace apiarist::api
