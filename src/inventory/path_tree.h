// SPDX-License-Identifier: Apache-2.0
#pragma once
// The paths of one collection as a tree of patterns, and its endpoints: which template a path belongs to. Values are
// told by their shape, by decisions that were made from evidence (sibling words), and by limits. Not thread-safe; owns
// its memory; bounded by TreeLimits whatever paths are asked for.

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inventory/evidence.h"
#include "inventory/text_map.h"

namespace apiarist::inventory {

using NodeIndex = std::uint32_t;
using EndpointIndex = std::uint32_t;

struct TreeLimits {
    std::size_t segments = 48;             // of a path; what follows is one segment more, "{*}"
    std::size_t template_bytes = 1'000;    // likewise; databases index templates
    std::size_t failed_segments = 8;       // of a path that fails and is new; what follows is one
    std::size_t failed_literals = 100;     // at one place, of words that never succeeded
    std::size_t literals = 500;            // at one place
    std::size_t operations = 256;          // of a path: methods and operations
    std::size_t failed_endpoints = 2'000;  // of a collection, after which paths that fail are one endpoint
    std::size_t endpoints = 20'000;        // of a collection, after which new ones are one endpoint
    // Of all collections together, likewise.
    std::size_t failed_in_all = 20'000;
    std::size_t endpoints_in_all = 200'000;
};

// What the trees of all collections have together.
struct TreeTotals {
    std::size_t endpoints = 0;
    std::size_t failed = 0;
};

// New words at a place that was found to be a parameter, "search" among them, which are held against it first.
constexpr std::uint32_t kMostProbed = 256;

// Names that messages say, of a collection.
constexpr std::size_t kMostNames = 200'000;

// How a place of a path was decided. Stored.
enum class Decision : std::uint8_t {
    kShape,     // none was made: values by their shape, words are literals
    kEvidence,  // words are values: their answers are alike
    kLiterals,  // words are literals, for good: a decision was undone
};

struct PathNode {
    NodeIndex parent = 0;
    std::uint32_t depth = 0;  // the root has 0, its children 1
    std::string pattern;      // of a segment; the root's is empty
    TextMap<NodeIndex> children;
    std::vector<EndpointIndex> endpoints;
    Decision decision = Decision::kShape;
    std::uint32_t literals = 0;  // children that are words
    std::uint32_t failed = 0;    // of these, asked for the first time without success
    // Where a decision was made: hashes of words that became values, and words that were literals since, until it is
    // known whether they are. Of kMostProbed at most: later ones are values at once.
    absl::flat_hash_set<std::uint32_t> values;
    std::uint32_t probed = 0;
    // Of a word: hashes of different values that stood before it, the first few. A word of an API follows many values,
    // a value follows few of another parameter.
    static constexpr std::size_t kAbove = 3;
    std::array<std::uint32_t, kAbove> above{};
    std::uint32_t above_count = 0;
    bool gone = false;  // merged into another
};

struct Endpoint {
    NodeIndex node = 0;
    std::string method;
    std::string operation;  // "query users"; empty: the path and method say all
    Evidence evidence;
    std::int64_t id = 0;             // the store's; 0: it does not know it yet
    bool gone = false;               // merged into another
    TextMap<std::uint32_t> samples;  // how many are kept of each status and content type
};

class PathTree {
  public:
    // `totals` is borrowed, shared with other trees; null: the tree is alone.
    explicit PathTree(const TreeLimits& limits = {}, TreeTotals* totals = nullptr)
        : limits_(limits), totals_(totals), nodes_(1) {}

    // The node of a path, which is made if there is none. `segments`: the path without its first slash, cut at slashes.
    // `succeeded`: the response is of class 2 or 3; words of others do not make literals where there is a parameter.
    NodeIndex route(const std::vector<std::string_view>& segments, bool succeeded);
    // The endpoint there, likewise.
    EndpointIndex endpoint(NodeIndex node, std::string_view method, std::string_view operation, bool succeeded);

    // From a store, as text_of() gave it: no limit but memory holds.
    EndpointIndex add(std::string_view template_text, std::string_view method, std::string_view operation);
    // The node of a template of another tree: as route(), but what is a parameter there is one here.
    NodeIndex follow(std::string_view template_text);
    // Of what stands before a parameter; "": the root.
    NodeIndex follow_place(std::string_view place) { return place.empty() ? 0 : follow(place); }
    // Those of shorter templates first: what stands behind words that are values is behind the parameter.
    void decide(std::string_view template_text, Decision decision);
    // An endpoint from a store counts against the limits as one that was made here; once, when its evidence is known.
    void count_failed(EndpointIndex index);

    // Words at `place` become one parameter: their nodes, with all below, are joined into "{}". Returns which endpoint
    // became part of which; endpoints that have changed their template alone are in it as (same, same).
    using Joined = std::vector<std::pair<EndpointIndex, EndpointIndex>>;
    Joined open(NodeIndex place, const std::vector<NodeIndex>& words);
    // The decision is undone: new words are literals again. What was joined stays joined.
    void close(NodeIndex place);

    [[nodiscard]] std::string text_of(NodeIndex node) const;             // "/orders/{}/items"
    [[nodiscard]] NodeIndex find(std::string_view template_text) const;  // 0: none, or the root
    [[nodiscard]] const PathNode& node(NodeIndex index) const { return nodes_[index]; }
    [[nodiscard]] std::size_t node_count() const { return nodes_.size(); }
    [[nodiscard]] const Endpoint& endpoint(EndpointIndex index) const { return endpoints_[index]; }
    [[nodiscard]] Endpoint& endpoint(EndpointIndex index) { return endpoints_[index]; }
    [[nodiscard]] std::size_t endpoint_count() const { return endpoints_.size(); }
    // What was seen of the endpoint. Places of words that are names now are changed. False: nothing of it is new.
    bool learn(EndpointIndex index, const Evidence& evidence);
    // Whether a message of any endpoint said this name of something (name_hash()).
    [[nodiscard]] bool is_name(std::uint32_t hash) const { return names_.contains(hash); }

    // Places at which a word succeeded that is new, since the last call.
    [[nodiscard]] std::vector<NodeIndex> take_changed();
    void mark_changed(NodeIndex node) { changed_.push_back(node); }
    // Records that were counted elsewhere than they would have been, for a limit.
    [[nodiscard]] std::uint64_t forced() const { return forced_; }

  private:
    [[nodiscard]] std::optional<EndpointIndex> find_endpoint(NodeIndex node, std::string_view method,
                                                             std::string_view operation) const;
    NodeIndex child(NodeIndex parent, std::string_view pattern);
    NodeIndex word(NodeIndex parent, std::string_view text, bool succeeded);
    [[nodiscard]] bool is_full(bool succeeded) const;
    // `value`: hash of the word that became one, which stands before what is below it.
    void join(NodeIndex from, NodeIndex to, std::uint32_t value, Joined& joined);
    void add_above(NodeIndex node, std::uint32_t value);
    void collect(NodeIndex from, Joined& joined) const;
    void count_endpoint();
    void count_failed_endpoint();

    TreeLimits limits_;
    TreeTotals* totals_;
    std::vector<PathNode> nodes_;  // the first is the root
    std::vector<Endpoint> endpoints_;
    std::vector<NodeIndex> changed_;
    absl::flat_hash_set<std::uint32_t> names_;
    // Where there are words that may turn out to be names, by hash.
    absl::flat_hash_map<std::uint32_t, std::vector<NodeIndex>> places_;
    std::size_t gone_endpoints_ = 0;
    std::uint64_t failed_endpoints_ = 0;
    std::uint64_t forced_ = 0;
};

[[nodiscard]] inline bool is_word(std::string_view pattern) {
    return pattern.find('{') == std::string_view::npos;
}

// "/a/b?q" → {"a", "b"}: without scheme, authority, query, fragment and session parameters. Views of `target`.
[[nodiscard]] std::vector<std::string_view> split_path(std::string_view target);
[[nodiscard]] std::string_view query_of(std::string_view target);  // without "?"

}  // namespace apiarist::inventory
