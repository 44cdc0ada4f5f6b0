// SPDX-License-Identifier: Apache-2.0
#include "inventory/siblings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include "inventory/segment.h"

namespace apiarist::inventory {
namespace {

constexpr std::size_t kMostWords = 200;      // of a place that are compared
constexpr std::size_t kMostGroups = 24;      // of words that are alike
constexpr std::size_t kCompared = 3;         // members of a group that a word is held against
constexpr std::size_t kMostOperations = 16;  // of a path that are compared
constexpr std::size_t kMostPairs = 200;      // of endpoints below two words

bool is_hollow(const Evidence& evidence) {
    return (evidence.answers & (kObjectAnswer | kArrayAnswer)) != 0 && evidence.response.empty();
}

class Comparison {
  public:
    Comparison(const PathTree& tree, std::uint32_t depth) : tree_(tree), depth_(depth) {}

    void nodes(NodeIndex a, NodeIndex b) {
        for (const EndpointIndex mine : some(a))
            for (const EndpointIndex other : some(b))
                endpoints(tree_.endpoint(mine), tree_.endpoint(other));
        std::vector<NodeIndex> mine;
        for (const auto& [pattern, child] : tree_.node(a).children) {
            const auto there = tree_.node(b).children.find(pattern);
            if (there == tree_.node(b).children.end())
                mine.push_back(child);
            else if (pairs_ < kMostPairs)
                nodes(child, there->second);
        }
        for (const auto& [pattern, child] : tree_.node(b).children) {
            if (tree_.node(a).children.contains(pattern)) continue;
            if (const auto parameter = found_parameter(a); parameter != 0 && is_word(pattern))
                nodes(parameter, child);
            else
                crosswise(mine, child);
        }
    }

    [[nodiscard]] Likeness result() const {
        Likeness all = likeness;
        all.alike = std::max(all.alike, below_);
        return all;
    }

  private:
    // Where words below were found to be values: a new one is held against them. 0: none.
    [[nodiscard]] NodeIndex found_parameter(NodeIndex place) const {
        const PathNode& here = tree_.node(place);
        const auto found = here.children.find("{}");
        return here.decision == Decision::kEvidence && found != here.children.end() ? found->second : 0;
    }

    // Below two words that may be values there may be words that are: of different names, with answers of one shape.
    // Where a URL has many operations, the first tell enough.
    [[nodiscard]] std::span<const EndpointIndex> some(NodeIndex node) const {
        const auto& all = tree_.node(node).endpoints;
        return std::span(all).first(std::min(all.size(), kMostOperations));
    }

    void crosswise(const std::vector<NodeIndex>& mine, NodeIndex other) {
        for (const NodeIndex one : mine) {
            for (const EndpointIndex a : some(one)) {
                for (const EndpointIndex b : some(other)) {
                    const Endpoint& first = tree_.endpoint(a);
                    const Endpoint& second = tree_.endpoint(b);
                    if (first.method != second.method || first.operation != second.operation) continue;
                    if (++pairs_ > kMostPairs) return;
                    if (!first.evidence.succeeded || !second.evidence.succeeded) continue;
                    const Agreement answered = compare_answers(first.evidence, second.evidence);
                    if (answered == Agreement::kSame) likeness.crosswise = 1;
                    if (answered == Agreement::kUnknown) below_ = 1;
                }
            }
        }
    }

    void endpoints(const Endpoint& a, const Endpoint& b) {
        if (a.method != b.method || a.operation != b.operation || ++pairs_ > kMostPairs) return;
        if (!a.evidence.succeeded || !b.evidence.succeeded) return;
        const Agreement asked = inventory::compare(a.evidence.request, b.evidence.request);
        const Agreement answered = compare_answers(a.evidence, b.evidence);
        if (answered == Agreement::kDifferent) ++likeness.different;
        if (answered == Agreement::kSame) ++likeness.same;
        if (asked == Agreement::kSame) ++likeness.same;
        if (answered == Agreement::kUnknown && asked != Agreement::kSame) {
            ++likeness.alike;
            if (is_hollow(a.evidence) || is_hollow(b.evidence)) ++likeness.hollow;
        }
        for (const Echo& echo : a.evidence.echoes) {
            const bool both =
                std::find(b.evidence.echoes.begin(), b.evidence.echoes.end(), echo) != b.evidence.echoes.end();
            if (echo.depth == depth_ && both) ++likeness.echoes;
        }
    }

    Likeness likeness;
    const PathTree& tree_;
    const std::uint32_t depth_;  // of the words, the first segment being 0
    std::size_t pairs_ = 0;
    unsigned below_ = 0;  // likeness.alike of words below that differ
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

bool speaks(const Likeness& likeness) {
    return likeness.same > 0 || likeness.echoes > 0 || likeness.crosswise > 0;
}

bool joins(const Likeness& likeness) {
    return likeness.different == 0 && speaks(likeness);
}

// What has the same methods, of which the messages say nothing.
bool joins_weakly(const Likeness& likeness) {
    return likeness.different == 0 && (speaks(likeness) || likeness.alike > 0);
}

void weaken(Likeness& least, const Likeness& one) {
    least.same = std::min(least.same, one.same);
    least.echoes = std::min(least.echoes, one.echoes);
    least.alike = std::min(least.alike, one.alike);
    least.hollow = std::max(least.hollow, one.hollow);
    least.crosswise = std::min(least.crosswise, one.crosswise);
}

bool take(const PathTree& tree, Group& group, NodeIndex word, bool (*may_join)(const Likeness&)) {
    Likeness least;
    for (std::size_t i = 0; i < std::min(group.words.size(), kCompared); ++i) {
        const Likeness likeness = compare(tree, group.words[i], word);
        if (!may_join(likeness)) return false;
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

// What values stand behind: "projects", "by-name".
bool is_noun_of_many(std::string_view word) {
    constexpr std::array<std::string_view, 8> kAttributes{"name", "slug", "key", "tag", "by", "code", "label", "alias"};
    const auto mark = word.find_last_of("-_");
    const std::string_view last = word.substr(mark == std::string_view::npos ? 0 : mark + 1);
    return word.ends_with('s') || std::find(kAttributes.begin(), kAttributes.end(), last) != kAttributes.end();
}

// Words of an API are letters. Names that people give have digits, points, escapes too; an extension that all have is
// none of theirs.
bool are_given_names(const PathTree& tree, const std::vector<NodeIndex>& words) {
    constexpr std::size_t kOneOf = 4;
    const auto extension_of = [&tree](NodeIndex node) {
        const std::string& word = tree.node(node).pattern;
        const auto point = word.rfind('.');
        return point == std::string::npos ? std::string_view() : std::string_view(word).substr(point);
    };
    const std::string_view extension = extension_of(words[0]);
    const bool shared =
        std::all_of(words.begin(), words.end(), [&](NodeIndex one) { return extension_of(one) == extension; });
    const auto is_given = [&](NodeIndex one) {
        std::string_view word = tree.node(one).pattern;
        if (shared) word.remove_suffix(extension.size());
        return word.find_first_of("0123456789.%@~+:") != std::string_view::npos;
    };
    return static_cast<std::size_t>(std::count_if(words.begin(), words.end(), is_given)) * kOneOf >= words.size();
}

bool follow_many_values(const PathTree& tree, const std::vector<NodeIndex>& words) {
    const auto many = std::count_if(words.begin(), words.end(), [&tree](NodeIndex word) {
        return tree.node(word).above_count == PathNode::kAbove;
    });
    return static_cast<std::size_t>(many) * 2 > words.size();
}

// How many words make a parameter.
std::size_t enough(const PathTree& tree, NodeIndex place, const Group& group) {
    const Likeness& least = group.least;
    const bool entry = is_entry(tree, place);
    if (least.echoes > 0 && least.same > 0) return 3;
    if (least.echoes > 0) return entry ? 8 : 4;
    if (entry) return least.same >= 3 ? 8 : 16;
    if (least.same >= 3) return 4;
    if (least.same == 2) return 5;
    if (least.same == 1) return is_noun_of_many(tree.node(place).pattern) ? 5 : 8;
    if (least.crosswise > 0) return 8;
    // Empty lists are of anything, and what follows many values is a word: no number is enough.
    if (least.alike <= least.hollow || follow_many_values(tree, group.words)) return kMostWords + 1;
    return least.alike >= 2 || are_given_names(tree, group.words) ? 8 : 16;
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
    return comparison.result();
}

namespace {

// Words by what they have in common, the largest group first.
std::vector<Group> grouped(const PathTree& tree, const PathNode& place, const std::vector<NodeIndex>& words,
                           bool (*may_join)(const Likeness&)) {
    std::vector<Group> groups;
    const auto parameter = place.children.find("{}");
    if (parameter != place.children.end() && succeeded(tree, parameter->second))
        groups.push_back({{parameter->second}, {}});
    for (const NodeIndex word : words) {
        const bool taken =
            std::any_of(groups.begin(), groups.end(), [&](Group& group) { return take(tree, group, word, may_join); });
        if (!taken && groups.size() < kMostGroups) groups.push_back({{word}, {}});
    }
    std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
        return a.words.size() != b.words.size() ? a.words.size() > b.words.size() : a.words[0] < b.words[0];
    });
    return groups;
}

// What messages at `node`, and at the words right below it ("filter"), say the names of.
void add_names(const PathTree& tree, NodeIndex node, std::vector<std::uint32_t>& names) {
    const auto add = [&tree, &names](NodeIndex one) {
        for (const EndpointIndex index : tree.node(one).endpoints) {
            const auto& more = tree.endpoint(index).evidence.names;
            names.insert(names.end(), more.begin(), more.end());
        }
    };
    add(node);
    for (const auto& [pattern, child] : tree.node(node).children)
        if (is_word(pattern) && tree.node(child).children.empty()) add(child);
}

// Words that were named when things were made or listed here, or one or two segments above.
Group named(const PathTree& tree, NodeIndex place, const std::vector<NodeIndex>& words) {
    Group group;
    std::vector<std::uint32_t> names;
    NodeIndex at = place;
    for (int level = 0; level < 3 && !is_entry(tree, at); ++level, at = tree.node(at).parent)
        add_names(tree, at, names);
    std::sort(names.begin(), names.end());
    for (const NodeIndex word : words) {
        const auto& own = tree.node(word).endpoints;
        const std::uint32_t hash = name_hash(percent_decoded(tree.node(word).pattern));
        // Its own answers say its name too; those of others must.
        auto times = std::count(names.begin(), names.end(), hash);
        for (const EndpointIndex index : own) {
            const auto& mine = tree.endpoint(index).evidence.names;
            if (tree.node(word).children.empty() && std::binary_search(mine.begin(), mine.end(), hash)) --times;
        }
        if (times > 0) group.words.push_back(word);
    }
    group.least.named = 1;
    return group;
}

bool says_nothing(const PathTree& tree, NodeIndex node) {
    const PathNode& here = tree.node(node);
    return here.children.empty() &&
           std::all_of(here.endpoints.begin(), here.endpoints.end(),
                       [&tree](EndpointIndex one) { return tree.endpoint(one).evidence.answers == 0; });
}

// Words that no answer tells apart, of which most are names of something anywhere in the collection: a user's name is a
// value in "/members/{}" as in "/users/{}", where it was said.
Group known(const PathTree& tree, NodeIndex place, const std::vector<NodeIndex>& words) {
    Group group;
    if (is_entry(tree, place)) return group;
    const auto is_name = [&tree](NodeIndex word) {
        return tree.is_name(name_hash(percent_decoded(tree.node(word).pattern)));
    };
    std::vector<NodeIndex> ordered;
    std::copy_if(words.begin(), words.end(), std::back_inserter(ordered), is_name);
    const PathNode& here = tree.node(place);
    const auto parameter = here.children.find("{}");
    const bool open = here.decision == Decision::kEvidence && parameter != here.children.end();
    // Others may be in their company, not they in that of others.
    if (!open)
        std::copy_if(words.begin(), words.end(), std::back_inserter(ordered),
                     [&is_name](NodeIndex word) { return !is_name(word); });
    std::size_t names = 0;
    std::vector<NodeIndex> compared;
    if (open) compared.push_back(parameter->second);
    for (const NodeIndex word : ordered) {
        const bool fits = std::all_of(compared.begin(), compared.end(), [&tree, word](NodeIndex other) {
            const Likeness likeness = compare(tree, other, word);
            const bool silent = says_nothing(tree, other) && says_nothing(tree, word);
            return likeness.different == 0 && (silent || speaks(likeness) || likeness.alike > 0);
        });
        if (!fits) continue;
        if (compared.size() < kCompared) compared.push_back(word);
        group.words.push_back(word);
        names += is_name(word) ? 1 : 0;
    }
    // Persons stand below many things, and so do the few fields of a thing that have a name elsewhere too.
    const std::size_t least = follow_many_values(tree, group.words) ? 8 : 4;
    if (!open && (group.words.size() < least || names * 3 < group.words.size() * 2)) group.words.clear();
    group.least.named = 1;
    return group;
}

// Beside a parameter that was found: changes of which the answers say nothing.
bool changes_only(const PathTree& tree, NodeIndex word) {
    const PathNode& node = tree.node(word);
    return node.children.empty() &&
           std::all_of(node.endpoints.begin(), node.endpoints.end(), [&tree](EndpointIndex index) {
               const Endpoint& endpoint = tree.endpoint(index);
               return endpoint.evidence.response.empty() &&
                      (endpoint.method == "DELETE" || endpoint.method == "PUT" || endpoint.method == "PATCH");
           });
}

// Beside a parameter that was found: words of which an endpoint is asked for there too, and none is answered otherwise.
Group like_parameter(const PathTree& tree, NodeIndex place, const std::vector<NodeIndex>& words) {
    Group group;
    const PathNode& here = tree.node(place);
    const auto parameter = here.children.find("{}");
    if (here.decision != Decision::kEvidence || parameter == here.children.end()) return group;
    for (const NodeIndex word : words) {
        const Likeness likeness = compare(tree, parameter->second, word);
        if (likeness.different == 0 && (speaks(likeness) || likeness.alike > 0)) group.words.push_back(word);
    }
    return group;
}

std::optional<Group> convincing(const PathTree& tree, NodeIndex place, const std::vector<NodeIndex>& words) {
    constexpr std::size_t kNamed = 3;
    const bool open = tree.node(place).decision == Decision::kEvidence;
    if (Group group = like_parameter(tree, place, words); !group.words.empty()) return group;
    for (const auto may_join : {joins, joins_weakly}) {
        for (Group& group : grouped(tree, tree.node(place), words, may_join)) {
            if (group.words.size() < 2) break;
            // Beside what is known for a parameter one word is enough.
            const bool beside = open && !is_word(tree.node(group.words[0]).pattern);
            if (beside || group.words.size() >= enough(tree, place, group)) return std::move(group);
        }
    }
    if (Group group = named(tree, place, words); group.words.size() >= (open ? 1 : kNamed)) return group;
    if (Group group = known(tree, place, words); !group.words.empty()) return group;
    if (!open) return std::nullopt;
    Group changed;
    std::copy_if(words.begin(), words.end(), std::back_inserter(changed.words),
                 [&tree](NodeIndex word) { return changes_only(tree, word); });
    if (changed.words.empty()) return std::nullopt;
    return changed;
}

}  // namespace

std::optional<Proposal> propose(const PathTree& tree, NodeIndex place) {
    const PathNode& here = tree.node(place);
    if (here.gone || here.decision == Decision::kLiterals) return std::nullopt;
    std::vector<NodeIndex> words;
    std::vector<NodeIndex> failed;
    for (const NodeIndex word : words_of(tree, place))
        (succeeded(tree, word) ? words : failed).push_back(word);
    if (words.size() > kMostWords) words.resize(kMostWords);
    const auto group = convincing(tree, place, words);
    if (!group) return std::nullopt;
    Proposal proposal{place, {}, {}};
    for (const NodeIndex word : group->words)
        if (is_word(tree.node(word).pattern)) proposal.words.push_back(word);
    proposal.why = fmt::format("{} words: {} answers alike, {} repeated in their messages, {} named in others",
                               proposal.words.size(), group->least.same + group->least.crosswise, group->least.echoes,
                               group->least.named);
    // What was asked for without success is a value that does not exist.
    proposal.words.insert(proposal.words.end(), failed.begin(), failed.end());
    return proposal;
}

}  // namespace apiarist::inventory
