// SPDX-License-Identifier: Apache-2.0
#include "inventory/siblings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "inventory/segment.h"

namespace apiarist::inventory {
namespace {

constexpr std::size_t kMostWords = 200;  // of a place that are compared
constexpr std::size_t kMostGroups = 24;  // of words that are alike
constexpr std::size_t kCompared = 3;     // members of a group that a word is held against
constexpr std::size_t kMostPairs = 200;  // of endpoints below two words

class Comparison {
  public:
    Comparison(const PathTree& tree, std::uint32_t depth) : tree_(tree), depth_(depth) {}

    void nodes(NodeIndex a, NodeIndex b) {
        for (const EndpointIndex mine : tree_.node(a).endpoints)
            for (const EndpointIndex other : tree_.node(b).endpoints)
                endpoints(tree_.endpoint(mine), tree_.endpoint(other));
        for (const auto& [pattern, child] : tree_.node(a).children) {
            const auto there = tree_.node(b).children.find(pattern);
            if (there != tree_.node(b).children.end() && pairs_ < kMostPairs) nodes(child, there->second);
        }
    }

    Likeness likeness;

  private:
    void endpoints(const Endpoint& a, const Endpoint& b) {
        if (a.method != b.method || a.operation != b.operation || ++pairs_ > kMostPairs) return;
        if (!a.evidence.succeeded || !b.evidence.succeeded) return;
        bool told = false;
        for (const auto member : {&Evidence::request, &Evidence::response}) {
            const Agreement agreement = inventory::compare(a.evidence.*member, b.evidence.*member);
            if (agreement == Agreement::kSame) ++likeness.same;
            if (agreement == Agreement::kDifferent) ++likeness.different;
            told = told || agreement != Agreement::kUnknown;
        }
        if (!told) ++likeness.alike;
        for (const Echo& echo : a.evidence.echoes) {
            const bool both =
                std::find(b.evidence.echoes.begin(), b.evidence.echoes.end(), echo) != b.evidence.echoes.end();
            if (echo.depth == depth_ && both) ++likeness.echoes;
        }
    }

    const PathTree& tree_;
    const std::uint32_t depth_;  // of the words, the first segment being 0
    std::size_t pairs_ = 0;
};

bool succeeded(const PathTree& tree, NodeIndex node) {
    const PathNode& here = tree.node(node);
    return std::any_of(here.endpoints.begin(), here.endpoints.end(),
                       [&tree](EndpointIndex index) { return tree.endpoint(index).evidence.succeeded; }) ||
           std::any_of(here.children.begin(), here.children.end(),
                       [&tree](const auto& child) { return succeeded(tree, child.second); });
}

struct Group {
    std::vector<NodeIndex> words;
    Likeness least;  // of the comparisons that were made
};

bool joins(const Likeness& likeness) {
    return likeness.different == 0 && (likeness.same > 0 || likeness.echoes > 0);
}

void weaken(Likeness& least, const Likeness& one) {
    least.same = std::min(least.same, one.same);
    least.echoes = std::min(least.echoes, one.echoes);
}

bool take(const PathTree& tree, Group& group, NodeIndex word) {
    Likeness least;
    for (std::size_t i = 0; i < std::min(group.words.size(), kCompared); ++i) {
        const Likeness likeness = compare(tree, group.words[i], word);
        if (!joins(likeness)) return false;
        if (i == 0)
            least = likeness;
        else
            weaken(least, likeness);
    }
    if (group.words.size() == 1)
        group.least = least;
    else
        weaken(group.least, least);
    group.words.push_back(word);
    return true;
}

// Where an API's own collections stand side by side: the root, and what only leads to it.
bool is_entry(const PathTree& tree, NodeIndex place) {
    constexpr std::array<std::string_view, 5> kLeads{"api", "rest", "apis", "service", "services"};
    for (NodeIndex at = place; at != 0; at = tree.node(at).parent) {
        const std::string& pattern = tree.node(at).pattern;
        const bool version =
            pattern.size() >= 2 && (pattern[0] == 'v' || pattern[0] == 'V') && pattern[1] >= '0' && pattern[1] <= '9';
        if (!version && std::find(kLeads.begin(), kLeads.end(), pattern) == kLeads.end()) return false;
    }
    return true;
}

// How many words make a parameter.
std::size_t enough(const PathTree& tree, NodeIndex place, const Likeness& least) {
    if (least.echoes > 0 && least.same > 0) return 3;
    const bool entry = is_entry(tree, place);
    if (least.echoes > 0) return entry ? 8 : 4;
    if (entry) return least.same >= 3 ? 8 : 16;
    if (least.same >= 3) return 4;
    if (least.same == 2) return 5;
    return tree.node(place).pattern.ends_with('s') ? 6 : 8;
}

// Words in one order, whatever the tree's memory looks like.
std::vector<NodeIndex> words_of(const PathTree& tree, NodeIndex place) {
    std::vector<NodeIndex> words;
    for (const auto& [pattern, node] : tree.node(place).children)
        if (is_word(pattern) && !pattern.empty()) words.push_back(node);
    std::sort(words.begin(), words.end(),
              [&tree](NodeIndex a, NodeIndex b) { return tree.node(a).pattern < tree.node(b).pattern; });
    return words;
}

}  // namespace

Likeness compare(const PathTree& tree, NodeIndex a, NodeIndex b) {
    Comparison comparison(tree, tree.node(a).depth - 1);
    comparison.nodes(a, b);
    return comparison.likeness;
}

std::optional<Proposal> propose(const PathTree& tree, NodeIndex place) {
    const PathNode& here = tree.node(place);
    if (here.gone || here.decision == Decision::kLiterals) return std::nullopt;
    const std::vector<NodeIndex> words = words_of(tree, place);
    std::vector<NodeIndex> failed;
    std::vector<Group> groups;
    const auto parameter = here.children.find("{}");
    if (parameter != here.children.end() && succeeded(tree, parameter->second))
        groups.push_back({{parameter->second}, {}});
    std::size_t compared = 0;
    for (const NodeIndex word : words) {
        if (!succeeded(tree, word)) {
            failed.push_back(word);
            continue;
        }
        if (++compared > kMostWords) break;
        const bool taken =
            std::any_of(groups.begin(), groups.end(), [&](Group& group) { return take(tree, group, word); });
        if (!taken && groups.size() < kMostGroups) groups.push_back({{word}, {}});
    }
    const auto largest = std::max_element(
        groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.words.size() < b.words.size(); });
    if (largest == groups.end() || largest->words.size() < 2) return std::nullopt;
    if (largest->words.size() < enough(tree, place, largest->least)) return std::nullopt;
    Proposal proposal{place, {}, {}};
    for (const NodeIndex word : largest->words)
        if (is_word(tree.node(word).pattern)) proposal.words.push_back(word);
    proposal.why = fmt::format("{} words, {} shapes alike, {} repeated in messages", proposal.words.size(),
                               largest->least.same, largest->least.echoes);
    // What was asked for without success is a value that does not exist.
    proposal.words.insert(proposal.words.end(), failed.begin(), failed.end());
    return proposal;
}

}  // namespace apiarist::inventory
