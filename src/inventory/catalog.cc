// SPDX-License-Identifier: Apache-2.0
#include "inventory/catalog.h"

#include <algorithm>
#include <utility>

#include "inventory/siblings.h"

namespace apiarist::inventory {
namespace {

constexpr int kMostRounds = 32;  // joining words may show that words below them are values too

Evidence evidence_of(const Facts& facts) {
    Evidence evidence = facts.evidence;
    for (const auto& [key, part] : facts.parts) {
        Evidence one;
        if (key.part == Part::kResponse && key.status / 100 == 2) {
            one.response = shape_set(part.schema);
            one.answers = answers_of(part.schema);
        } else if (key.part == Part::kRequest) {
            one.request = shape_set(part.schema);
        }
        evidence.merge(one);
    }
    return evidence;
}

void mark_words_above(PathTree& tree, NodeIndex node) {
    for (; node != 0; node = tree.node(node).parent)
        if (is_word(tree.node(node).pattern)) tree.mark_changed(tree.node(node).parent);
}

}  // namespace

CollectionIndex Catalog::collection(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) return found->second;
    if (collections_.size() >= limits_.collections && name != "(other hosts)") return collection("(other hosts)");
    return add(name);
}

CollectionIndex Catalog::add(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) return found->second;
    const auto added = static_cast<CollectionIndex>(collections_.size());
    collections_.push_back({std::string(name), 0, PathTree(limits_.tree, totals_.get())});
    by_name_.emplace(std::string(name), added);
    return added;
}

Facts& Delta::facts(EndpointRef ref) {
    auto& facts = endpoints[ref];
    if (!facts) facts = std::make_unique<Facts>();
    return *facts;
}

void Delta::follow(CollectionIndex collection, const PathTree::Joined& joined) {
    for (const auto& [from, to] : joined) {
        if (from == to) continue;
        const auto found = endpoints.find(EndpointRef{collection, from});
        if (found == endpoints.end()) continue;
        const std::unique_ptr<Facts> moved = std::move(found->second);
        endpoints.erase(found);
        facts({collection, to}).merge(*moved);
    }
}

DetachedDelta detach(const Catalog& catalog, Delta& delta) {
    DetachedDelta detached;
    detached.endpoints.reserve(delta.endpoints.size());
    for (auto& [ref, facts] : delta.endpoints) {
        const Collection& collection = catalog.at(ref.collection);
        const Endpoint& endpoint = collection.tree.endpoint(ref.endpoint);
        detached.endpoints.push_back({collection.name, collection.tree.text_of(endpoint.node), endpoint.method,
                                      endpoint.operation, std::move(facts)});
    }
    detached.traffic.reserve(delta.traffic.size());
    for (auto& [index, minutes] : delta.traffic)
        detached.traffic.emplace_back(catalog.at(index).name, std::move(minutes));
    delta.endpoints.clear();
    delta.traffic.clear();
    return detached;
}

void attach(Catalog& catalog, DetachedDelta detached, Delta& delta) {
    for (DetachedFacts& one : detached.endpoints) {
        const CollectionIndex collection = catalog.collection(one.collection);
        PathTree& tree = catalog.at(collection).tree;
        const NodeIndex node = tree.follow(one.template_text);
        const EndpointIndex endpoint = tree.endpoint(node, one.method, one.operation, one.facts->evidence.succeeded);
        delta.facts({collection, endpoint}).merge(*one.facts);
    }
    for (auto& [name, minutes] : detached.traffic) {
        Minutes& into = delta.traffic[catalog.collection(name)];
        for (const auto& [minute, counts] : minutes)
            into[minute].merge(counts);
    }
}

std::vector<OpenedPlace> decide(Catalog& catalog, Delta& delta) {
    for (auto& [ref, facts] : delta.endpoints) {
        PathTree& tree = catalog.at(ref.collection).tree;
        const Endpoint& endpoint = tree.endpoint(ref.endpoint);
        facts->evidence = evidence_of(*facts);
        if (!tree.learn(ref.endpoint, facts->evidence)) continue;
        mark_words_above(tree, endpoint.node);
    }
    std::vector<OpenedPlace> opened;
    for (CollectionIndex index = 0; index < catalog.size(); ++index) {
        PathTree& tree = catalog.at(index).tree;
        for (int round = 0; round < kMostRounds; ++round) {
            const std::vector<NodeIndex> changed = tree.take_changed();
            if (changed.empty()) break;
            for (const NodeIndex place : changed) {
                auto proposal = propose(tree, place);
                if (!proposal) continue;
                OpenedPlace one{index,
                                catalog.at(index).name,
                                tree.text_of(place),
                                {},
                                std::move(proposal->why),
                                {},
                                tree.node(place).decision == Decision::kEvidence};
                for (const NodeIndex word : proposal->words)
                    one.words.push_back(tree.node(word).pattern);
                one.joined = tree.open(place, proposal->words);
                delta.follow(index, one.joined);
                opened.push_back(std::move(one));
            }
        }
    }
    return opened;
}

std::optional<OpenedPlace> open_again(Catalog& catalog, const OpenedPlace& place) {
    const CollectionIndex index = catalog.collection(place.name);
    PathTree& tree = catalog.at(index).tree;
    const NodeIndex node = tree.follow_place(place.place);
    if (tree.node(node).decision != Decision::kShape) return std::nullopt;
    std::vector<NodeIndex> words;
    for (const std::string& word : place.words)
        if (const auto child = tree.node(node).children.find(word); child != tree.node(node).children.end())
            words.push_back(child->second);
    OpenedPlace again{index, place.name, place.place, place.words, place.why, {}, false};
    again.joined = tree.open(node, words);
    return again;
}

}  // namespace apiarist::inventory
