// SPDX-License-Identifier: Apache-2.0
#include "store/endpoint_queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/text.h"
#include "store/conditions.h"

namespace apiarist::store {
namespace {

struct SortColumn {
    std::string_view name;
    std::string_view sql;
};
// What is missing comes before what is there.
constexpr std::array kSorts = {
    SortColumn{"id", "e.id"},
    SortColumn{"collection", "c.name"},
    SortColumn{"collection_id", "e.collection_id"},
    SortColumn{"method", "e.method"},
    SortColumn{"template", "e.template"},
    SortColumn{"operation", "e.operation"},
    SortColumn{"first_seen", "e.first_seen"},
    SortColumn{"last_seen", "e.last_seen"},
    SortColumn{"requests", "e.requests"},
    SortColumn{"requests_client", "e.requests_client"},
    SortColumn{"failed_4xx", "e.failed_4xx"},
    SortColumn{"failed_5xx", "e.failed_5xx"},
    SortColumn{"unanswered", "e.unanswered"},
    SortColumn{"p50", "COALESCE(e.p50, -1)"},
    SortColumn{"p95", "COALESCE(e.p95, -1)"},
    SortColumn{"p99", "COALESCE(e.p99, -1)"},
    SortColumn{"folded", "e.folded"},
    SortColumn{"auth", "e.auth"},
    SortColumn{"access", "e.access"},
    SortColumn{"sensitive", "e.sensitive"},
};

const std::vector<Column> kEndpointColumns = {{"id"},
                                              {"collection_id"},
                                              {"collection"},
                                              {"method"},
                                              {"template"},
                                              {"operation"},
                                              {"first_seen"},
                                              {"last_seen"},
                                              {"requests"},
                                              {"requests_client"},
                                              {"failed_4xx"},
                                              {"failed_5xx"},
                                              {"unanswered"},
                                              {"p50"},
                                              {"p95"},
                                              {"p99"},
                                              {"folded"},
                                              {"auth", Shape::kList},
                                              {"access"},
                                              {"sensitive", Shape::kList},
                                              {"returned", Shape::kList},
                                              {"exposed", Shape::kList}};
constexpr std::string_view kEndpointSql =
    "e.id, e.collection_id, c.name, e.method, e.template, e.operation, e.first_seen, e.last_seen, e.requests, "
    "e.requests_client, e.failed_4xx, e.failed_5xx, e.unanswered, e.p50, e.p95, e.p99, e.folded, e.auth, e.access, "
    "e.sensitive, e.returned, e.exposed";

Status add_status(Conditions& conditions, const std::string& status) {
    if (status == "4xx") {
        conditions.add("e.failed_4xx > 0");
    } else if (status == "5xx") {
        conditions.add("e.failed_5xx > 0");
    } else if (status == "unanswered") {
        conditions.add("e.unanswered > 0");
    } else if (status == "succeeded") {
        conditions.add("e.requests > e.failed_4xx + e.failed_5xx + e.unanswered");
    } else if (status == "2xx") {
        conditions.add("e.answered_2xx > 0");
    } else if (status == "3xx") {
        conditions.add("e.answered_3xx > 0");
    } else {
        return Error{std::errc::invalid_argument, "status: succeeded, 2xx, 3xx, 4xx, 5xx or unanswered"};
    }
    return Done{};
}

// One of the values by commas.
void add_one_of(Conditions& conditions, std::string_view column, const std::string& value) {
    conditions.add(fmt::format("(',' || {} || ',') LIKE ", column), containing("," + value + ","), " ESCAPE '!'");
}

// No caller was let in, or what callers showed is not known: not the type "none", which is of callers who showed
// nothing.
constexpr std::string_view kUnknown = "unknown";

// "any", "none" or one of them.
void add_types(Conditions& conditions, std::string_view column, const std::string& wanted) {
    if (wanted == "any") {
        conditions.add(fmt::format("{} <> ''", column));
    } else if (wanted == "none") {
        conditions.add(fmt::format("{} = ''", column));
    } else if (!wanted.empty()) {
        add_one_of(conditions, column, wanted);
    }
}

// What endpoints of one facet set have in common: here what a row of `e` says as fast. The columns are those of `e` or
// of `s`.
void add_name_filter(Conditions& conditions, const EndpointFilter& filter, char table) {
    const auto column = [table](std::string_view name) { return fmt::format("{}.{}", table, name); };
    if (filter.folded == FoldedFilter::kShown)
        conditions.add(table == 'e' ? "e.shown = 1" : column("folded") + " = ''");
    if (filter.folded == FoldedFilter::kFolded) conditions.add(column("folded") + " <> ''");
    if (filter.collection) conditions.add(column("collection_id") + " = ", *filter.collection);
    if (!filter.method.empty()) conditions.add(column("method") + " = ", filter.method);
}

// And here what takes longer, and is asked of each set once.
void add_marks_filter(Conditions& conditions, const EndpointFilter& filter) {
    // "none" too: some callers need not show who they are, whatever others do.
    if (filter.auth == kUnknown)
        conditions.add("s.auth = ''");
    else if (!filter.auth.empty())
        add_one_of(conditions, "s.auth", filter.auth);
    if (!filter.access.empty()) conditions.add("s.access = ", filter.access == "none" ? std::string() : filter.access);
    add_types(conditions, "s.sensitive", filter.sensitive);
    add_types(conditions, "s.returned", filter.returned);
    add_types(conditions, "s.exposed", filter.exposed);
}

bool has_marks_filter(const EndpointFilter& filter) {
    return !filter.auth.empty() || !filter.access.empty() || !filter.sensitive.empty() || !filter.returned.empty() ||
           !filter.exposed.empty();
}

bool has_own_filter(const EndpointFilter& filter) {
    return !filter.search.empty() || filter.seen_since || filter.new_since || !filter.status.empty();
}

// Of `e`: its facet set passes the filter of marks.
Status add_sets(Conditions& conditions, Database& database, const EndpointFilter& filter) {
    if (!has_marks_filter(filter)) return Done{};
    constexpr std::string_view kSets = "SELECT s.id FROM facet_sets s";
    if (database.kind() == "SQLite") {
        Conditions sets = conditions.begin_another();
        add_marks_filter(sets, filter);
        conditions.add_within(fmt::format("e.facet_set_id IN ({}", kSets), std::move(sets), ")");
        return Done{};
    }
    // PostgreSQL cannot tell how many endpoints such texts leave. Of the sets themselves it knows.
    Conditions sets;
    add_name_filter(sets, filter, 's');
    add_marks_filter(sets, filter);
    auto rows = database.query(fmt::format("{}{}", kSets, sets.sql()), sets.values());
    if (!rows) return std::move(rows).error();
    std::string ids;
    for (const Row& row : *rows)
        ids += fmt::format("{}{}", ids.empty() ? "" : ",", integer(row[0]));
    conditions.add("e.facet_set_id = ANY(CAST(", "{" + ids + "}", " AS BIGINT[]))");
    return Done{};
}

// Behind the name of a table: SQLite, which has no statistics here, would look up row by row what it finds in an index.
std::string_view read_through(const Database& database) {
    return database.kind() == "SQLite" ? " NOT INDEXED" : "";
}

// Behind the name of the table of a list. PostgreSQL knows how many rows a filter leaves, and whether their order saves
// it to read all.
std::string_view way_through(const Database& database, const EndpointFilter& filter, std::string_view sort) {
    if (filter.collection) return "";
    const bool all = filter.method.empty() && !has_marks_filter(filter) && !has_own_filter(filter) &&
                     filter.folded == FoldedFilter::kShown;
    if (database.kind() == "SQLite" && sort == "last_seen" && all) return " INDEXED BY endpoints_by_last_seen";
    return read_through(database);
}

Status add_own_filter(Conditions& conditions, const EndpointFilter& filter, bool sqlite) {
    constexpr std::array<std::string_view, 6> kAccess = {"", "none", "public", "partner", "third_party", "private"};
    if (std::find(kAccess.begin(), kAccess.end(), filter.access) == kAccess.end())
        return Error{std::errc::invalid_argument, "access: public, partner, third_party, private or none"};
    conditions.add("e.merged_into = 0");
    // In any case: of ASCII. PostgreSQL does what costs it more last, and takes LIKE to be as cheap as a comparison.
    if (!filter.search.empty() && sqlite)
        conditions.add("e.template LIKE ", containing(filter.search), " ESCAPE '!'");
    else if (!filter.search.empty())
        conditions.add("(e.search LIKE ", containing(to_lower(filter.search)), " ESCAPE '!' OR e.id < 0)");
    if (filter.seen_since) conditions.add("e.last_seen >= ", *filter.seen_since);
    if (filter.new_since) conditions.add("e.first_seen >= ", *filter.new_since);
    if (!filter.status.empty()) return add_status(conditions, filter.status);
    return Done{};
}

// `empty`: what a list without values is.
void count_each(std::map<std::string, std::int64_t>& counts, const std::string& list, std::int64_t endpoints,
                std::string_view empty = "none") {
    if (list.empty()) {
        counts[std::string(empty)] += endpoints;
        return;
    }
    for (std::size_t at = 0; at <= list.size();) {
        const auto comma = std::min(list.find(',', at), list.size());
        counts[list.substr(at, comma - at)] += endpoints;
        at = comma + 1;
    }
}

Result<Table> table(Database& database, std::vector<Column> columns, std::string_view sql, const Row& values) {
    auto rows = database.query(sql, values);
    if (!rows) return std::move(rows).error();
    return Table{std::move(columns), std::move(*rows), {}};
}

}  // namespace

Result<Table> list_endpoints(Database& database, const EndpointFilter& filter, const Page& page) {
    const std::string sort_name = page.sort.empty() ? "last_seen" : page.sort;
    const auto* sort =
        std::find_if(kSorts.begin(), kSorts.end(), [&](const SortColumn& column) { return column.name == sort_name; });
    if (sort == kSorts.end()) return Error{std::errc::invalid_argument, "sort: not the name of a column"};
    Conditions conditions;
    add_name_filter(conditions, filter, 'e');
    APIARIST_TRY(add_own_filter(conditions, filter, database.kind() == "SQLite"));
    APIARIST_TRY(add_sets(conditions, database, filter));
    const std::string_view order = page.descending ? "DESC" : "ASC";
    if (!page.cursor.empty()) {
        const auto cursor = read_cursor(sort_name, page.cursor);
        if (!cursor) return cursor.error();
        const bool is_text = std::holds_alternative<std::string>(cursor->value);
        constexpr std::array<std::string_view, 8> kTexts = {"collection", "method", "template", "operation",
                                                            "folded",     "auth",   "access",   "sensitive"};
        if (is_text != (std::find(kTexts.begin(), kTexts.end(), sort_name) != kTexts.end()))
            return Error{std::errc::invalid_argument, "the cursor is not of this list and order"};
        const std::string value = conditions.parameter(cursor->value);
        const std::string id = conditions.parameter(cursor->id);
        conditions.add(fmt::format("({}, e.id) {} ({}, {})", sort->sql, page.descending ? "<" : ">", value, id));
    }
    const std::size_t limit = std::clamp<std::size_t>(page.limit, 1, Page::kMost);
    const std::string most = conditions.parameter(static_cast<std::int64_t>(limit + 1));
    // The page is found among narrow rows of an index; what a row has beside that is read for the page alone.
    const std::string sql = fmt::format(
        "SELECT {0} FROM (SELECT e.id FROM endpoints e{6}{1}{2} ORDER BY {3} {4}, e.id {4} LIMIT {5}) p "
        "JOIN endpoints e ON e.id = p.id JOIN collections c ON c.id = e.collection_id ORDER BY {3} {4}, e.id {4}",
        kEndpointSql, sort_name == "collection" ? " JOIN collections c ON c.id = e.collection_id" : "",
        conditions.sql(), sort->sql, order, most, way_through(database, filter, sort_name));
    auto found = table(database, kEndpointColumns, sql, conditions.values());
    if (!found || found->rows.size() <= limit) return found;
    found->rows.resize(limit);
    const Row& last = found->rows.back();
    const auto at =
        static_cast<std::size_t>(std::find_if(kEndpointColumns.begin(), kEndpointColumns.end(),
                                              [&](const Column& column) { return column.name == sort_name; }) -
                                 kEndpointColumns.begin());
    const Value value = std::holds_alternative<std::monostate>(last[at]) ? Value(std::int64_t{-1}) : last[at];
    found->next = write_cursor(sort_name, {value, integer(last[0])});
    return found;
}

Result<Facets> endpoint_facets(Database& database, const EndpointFilter& filter) {
    Conditions sets;
    add_marks_filter(sets, filter);
    // Of endpoints that are read anyway none need be counted in vain; otherwise it is known how many have each set.
    const bool reads_all = has_own_filter(filter);
    Conditions own = sets.begin_another();
    if (reads_all) add_name_filter(own, filter, 'e');
    APIARIST_TRY(add_own_filter(own, filter, database.kind() == "SQLite"));
    std::string counted = "facet_sets n";
    if (reads_all) {
        counted = fmt::format(
            "(SELECT e.facet_set_id AS id, COUNT(*) AS endpoints FROM endpoints e{}{} GROUP BY e.facet_set_id) n",
            read_through(database), own.sql());
    } else {
        add_name_filter(sets, filter, 's');
        sets.add("n.endpoints > 0");
    }
    auto rows = database.query(
        fmt::format("SELECT s.folded, s.collection_id, s.access, s.sensitive, s.auth, s.method, n.endpoints, "
                    "s.returned, s.exposed FROM {} JOIN facet_sets s ON s.id = n.id{}",
                    counted, sets.sql()),
        reads_all ? own.values() : sets.values());
    if (!rows) return std::move(rows).error();
    auto names = database.query("SELECT id, name FROM collections", {});
    if (!names) return std::move(names).error();
    Facets facets;
    std::map<std::int64_t, std::int64_t> collections;
    for (const Row& row : *rows) {
        const std::int64_t endpoints = integer(row[6]);
        facets.endpoints += endpoints;
        facets.counts["folded"][text(row[0]).empty() ? "shown" : text(row[0])] += endpoints;
        collections[integer(row[1])] += endpoints;
        count_each(facets.counts["access"], text(row[2]), endpoints);
        count_each(facets.counts["sensitive"], text(row[3]), endpoints);
        count_each(facets.counts["returned"], text(row[7]), endpoints);
        count_each(facets.counts["exposed"], text(row[8]), endpoints);
        count_each(facets.counts["auth"], text(row[4]), endpoints, kUnknown);
        facets.counts["method"][text(row[5])] += endpoints;
    }
    for (const auto& [id, endpoints] : collections)
        facets.counts["collection"][std::to_string(id)] = endpoints;
    for (const Row& row : *names)
        if (collections.contains(integer(row[0]))) facets.collection_names[integer(row[0])] = text(row[1]);
    return facets;
}

Result<Table> find_endpoint(Database& database, std::int64_t id) {
    auto columns = kEndpointColumns;
    columns.push_back({"merged_into"});
    return table(database, std::move(columns),
                 fmt::format("SELECT {}, e.merged_into FROM endpoints e JOIN collections c ON c.id = e.collection_id "
                             "WHERE e.id = $1",
                             kEndpointSql),
                 {id});
}

Result<Table> marks_of(Database& database, std::int64_t endpoint) {
    return table(database, {{"kind"}, {"value"}, {"count"}, {"first_seen"}, {"last_seen"}},
                 "SELECT kind, value, count, first_seen, last_seen FROM marks WHERE endpoint_id = $1 ORDER BY kind, "
                 "count DESC, value",
                 {endpoint});
}

Result<Table> parts_of(Database& database, std::int64_t endpoint) {
    return table(
        database, {{"part"}, {"status"}, {"content_type"}, {"schema"}, {"count"}, {"first_seen"}, {"last_seen"}},
        "SELECT part, status, content_type, schema, count, first_seen, last_seen FROM parts WHERE endpoint_id = $1 "
        "ORDER BY part, status, content_type",
        {endpoint});
}

Result<Table> decisions_of(Database& database, std::int64_t collection, const std::string& template_text) {
    Table found{{{"place"}, {"decision"}, {"why"}, {"words", Shape::kJson}, {"time"}}, {}, {}};
    for (auto at = template_text.find("/{}"); at != std::string::npos; at = template_text.find("/{}", at + 1)) {
        if (at + 3 < template_text.size() && template_text[at + 3] != '/') continue;
        auto rows = database.query(
            "SELECT template, CASE WHEN decision = 1 THEN 'evidence' ELSE 'literals' END, why, words, time "
            "FROM decisions WHERE collection_id = $1 AND template = $2",
            {collection, template_text.substr(0, at)});
        if (!rows) return std::move(rows).error();
        for (Row& row : *rows)
            found.rows.push_back(std::move(row));
    }
    return found;
}

Result<Table> hours_of(Database& database, std::int64_t endpoint, std::int64_t since, std::int64_t until) {
    return table(database, {{"hour"}, {"seen_at"}, {"status"}, {"calls"}, {"latency"}},
                 "SELECT hour * 3600, seen_at, status, calls, latency FROM hours WHERE endpoint_id = $1 AND "
                 "hour >= $2 AND hour <= $3 ORDER BY hour, seen_at, status",
                 {endpoint, since / 3600, until / 3600});
}

Result<Table> samples_of(Database& database, std::int64_t endpoint, const Page& page) {
    std::int64_t after = 0;
    if (!page.cursor.empty()) {
        const auto cursor = read_cursor("sample", page.cursor);
        if (!cursor) return cursor.error();
        after = cursor->id;
    }
    const std::size_t limit = std::clamp<std::size_t>(page.limit, 1, Page::kMost);
    auto found = table(database, {{"id"}, {"status"}, {"content_type"}, {"time"}, {"record", Shape::kJson}},
                       "SELECT id, status, content_type, time, record FROM samples WHERE endpoint_id = $1 AND id > $2 "
                       "ORDER BY id LIMIT $3",
                       {endpoint, after, static_cast<std::int64_t>(limit + 1)});
    if (!found || found->rows.size() <= limit) return found;
    found->rows.resize(limit);
    found->next = write_cursor("sample", {std::int64_t{0}, integer(found->rows.back()[0])});
    return found;
}

}  // namespace apiarist::store
