// SPDX-License-Identifier: Apache-2.0
#pragma once
// The collections and endpoints that a processor knows: what a store has, and what is new since it was last written.
// And a batch of records as facts about them. Not thread-safe; bounded by CatalogLimits.

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "inventory/facts.h"
#include "inventory/path_tree.h"
#include "inventory/text_map.h"
#include "inventory/traffic.h"

namespace apiarist::inventory {

using CollectionIndex = std::uint32_t;

struct CatalogLimits {
    std::size_t collections = 2'000;  // hosts beyond are the collection "(other hosts)"
    TreeLimits tree;
};

struct Collection {
    std::string name;
    std::int64_t id = 0;  // the store's; 0: it does not know it yet
    PathTree tree;
};

class Catalog {
  public:
    explicit Catalog(const CatalogLimits& limits = {}) : limits_(limits), totals_(std::make_unique<TreeTotals>()) {}

    CollectionIndex collection(std::string_view name);
    // From a store: no limit holds.
    CollectionIndex add(std::string_view name);
    [[nodiscard]] Collection& at(CollectionIndex index) { return collections_[index]; }
    [[nodiscard]] const Collection& at(CollectionIndex index) const { return collections_[index]; }
    [[nodiscard]] std::size_t size() const { return collections_.size(); }

  private:
    CatalogLimits limits_;
    std::unique_ptr<TreeTotals> totals_;  // of the trees
    std::vector<Collection> collections_;
    TextMap<CollectionIndex> by_name_;
};

struct EndpointRef {
    CollectionIndex collection = 0;
    EndpointIndex endpoint = 0;
    bool operator==(const EndpointRef&) const = default;
    bool operator<(const EndpointRef& other) const {
        return std::tie(collection, endpoint) < std::tie(other.collection, other.endpoint);
    }
    template <typename H>
    friend H AbslHashValue(H h, const EndpointRef& ref) {
        return H::combine(std::move(h), ref.collection, ref.endpoint);
    }
};

// A parameter that was found, and what became part of what.
struct OpenedPlace {
    CollectionIndex collection = 0;
    std::string name;                // of the collection
    std::string place;               // template of what stands before the parameter: "/api/users"; empty: the root
    std::vector<std::string> words;  // that became its values
    std::string why;
    PathTree::Joined joined;
    bool again = false;  // it was a parameter before: more words became its values
};

struct Delta {
    absl::flat_hash_map<EndpointRef, std::unique_ptr<Facts>> endpoints;
    absl::flat_hash_map<CollectionIndex, Minutes> traffic;
    std::uint64_t records = 0;

    Facts& facts(EndpointRef ref);
    // Endpoints of one collection were joined.
    void follow(CollectionIndex collection, const PathTree::Joined& joined);
};

// Of a delta apart from the catalog whose indexes it has.
struct DetachedFacts {
    std::string collection;
    std::string template_text;
    std::string method;
    std::string operation;
    std::unique_ptr<Facts> facts;
};
struct DetachedDelta {
    std::vector<DetachedFacts> endpoints;
    std::vector<std::pair<std::string, Minutes>> traffic;  // by the collection's name
};
[[nodiscard]] DetachedDelta detach(const Catalog& catalog, Delta& delta);
// With the indexes of another catalog, and by its decisions.
void attach(Catalog& catalog, DetachedDelta detached, Delta& delta);

// The evidence of the delta's facts goes into the catalog; where it makes words values of a parameter, the catalog and
// the delta are changed so.
[[nodiscard]] std::vector<OpenedPlace> decide(Catalog& catalog, Delta& delta);
// What another catalog decided. Nothing: this one has decided there.
[[nodiscard]] std::optional<OpenedPlace> open_again(Catalog& catalog, const OpenedPlace& place);

}  // namespace apiarist::inventory
