// SPDX-License-Identifier: Apache-2.0
#include "inventory/path_tree.h"

#include <algorithm>

#include "base/text.h"
#include "inventory/segment.h"

namespace apiarist::inventory {
namespace {

constexpr std::string_view kParameter = "{}";
constexpr std::string_view kRest = "{*}";

}  // namespace

std::string_view query_of(std::string_view target) {
    target = target.substr(0, target.find('#'));
    const auto question = target.find('?');
    return question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
}

std::vector<std::string_view> split_path(std::string_view target) {
    target = target.substr(0, find_first(target, [](char c) { return c == '?' || c == '#'; }));
    if (const auto scheme = target.find("://"); scheme != std::string_view::npos && !target.starts_with('/')) {
        const auto slash = target.find('/', scheme + 3);
        target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
    }
    if (const auto session = target.find(";jsessionid="); session != std::string_view::npos)
        target = target.substr(0, session);
    if (target.starts_with('/')) target.remove_prefix(1);
    std::vector<std::string_view> segments;
    while (true) {
        const auto slash = target.find('/');
        segments.push_back(target.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        target.remove_prefix(slash + 1);
    }
}

NodeIndex PathTree::child(NodeIndex parent, std::string_view pattern) {
    const auto found = nodes_[parent].children.find(pattern);
    if (found != nodes_[parent].children.end()) return found->second;
    const auto added = static_cast<NodeIndex>(nodes_.size());
    PathNode node;
    node.parent = parent;
    node.depth = nodes_[parent].depth + 1;
    node.pattern = pattern;
    nodes_.push_back(std::move(node));
    nodes_[parent].children.emplace(pattern, added);
    if (is_word(pattern)) {
        ++nodes_[parent].literals;
        places_[name_hash(percent_decoded(pattern))].push_back(parent);
    }
    return added;
}

bool PathTree::is_full(bool succeeded) const {
    if (endpoints_.size() - gone_endpoints_ >= limits_.endpoints ||
        (!succeeded && failed_endpoints_ >= limits_.failed_endpoints))
        return true;
    return totals_ != nullptr &&
           (totals_->endpoints >= limits_.endpoints_in_all || (!succeeded && totals_->failed >= limits_.failed_in_all));
}

void PathTree::count_endpoint() {
    if (totals_ != nullptr) ++totals_->endpoints;
}

void PathTree::count_failed_endpoint() {
    ++failed_endpoints_;
    if (totals_ != nullptr) ++totals_->failed;
}

// A word without a literal of its own.
NodeIndex PathTree::word(NodeIndex parent, std::string_view text, bool succeeded) {
    PathNode& place = nodes_[parent];
    if (place.decision == Decision::kEvidence) {
        if (!succeeded || place.probed >= kMostProbed || place.values.contains(name_hash(text)))
            return child(parent, kParameter);
        ++place.probed;
    }
    if (!succeeded && place.decision != Decision::kLiterals && place.children.contains(kParameter))
        return child(parent, kParameter);
    if (place.literals >= limits_.literals || (!succeeded && place.failed >= limits_.failed_literals)) {
        ++forced_;
        return child(parent, kParameter);
    }
    if (succeeded)
        changed_.push_back(parent);
    else
        ++place.failed;
    return child(parent, text);
}

void PathTree::add_above(NodeIndex node, std::uint32_t value) {
    PathNode& here = nodes_[node];
    const auto end = here.above.begin() + here.above_count;
    if (here.above_count < PathNode::kAbove && std::find(here.above.begin(), end, value) == end)
        here.above[here.above_count++] = value;
}

NodeIndex PathTree::route(const std::vector<std::string_view>& segments, bool succeeded) {
    NodeIndex at = 0;
    std::string_view value;  // that stands before
    std::size_t size = 0;    // of the template
    const auto step = [this, &at, &value, &size](NodeIndex next, std::string_view segment) {
        at = next;
        size += nodes_[at].pattern.size() + 1;
        if (!is_word(nodes_[at].pattern))
            value = segment;
        else if (!value.empty() && nodes_[at].above_count < PathNode::kAbove)
            add_above(at, name_hash(value));
    };
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (i == limits_.segments || size >= limits_.template_bytes) {
            ++forced_;
            return child(at, kRest);
        }
        const std::string_view segment = segments[i];
        const auto& children = nodes_[at].children;
        // A literal that is known, or the one way on.
        if (const auto known = children.find(segment); known != children.end() && is_word(segment)) {
            step(known->second, segment);
            continue;
        }
        const Pattern pattern = pattern_of(segment);
        const auto there = children.find(pattern.text);
        if (there != children.end()) {
            step(there->second, segment);
        } else if (!succeeded && i >= limits_.failed_segments) {
            ++forced_;
            return child(at, kRest);
        } else if (is_full(succeeded)) {
            ++forced_;
            return child(0, kRest);
        } else {
            step(is_word(pattern.text) ? word(at, pattern.text, succeeded) : child(at, pattern.text), segment);
        }
    }
    return at;
}

std::optional<EndpointIndex> PathTree::find_endpoint(NodeIndex node, std::string_view method,
                                                     std::string_view operation) const {
    const auto& list = nodes_[node].endpoints;
    const auto found = std::find_if(list.begin(), list.end(), [this, method, operation](EndpointIndex index) {
        return endpoints_[index].method == method && endpoints_[index].operation == operation;
    });
    if (found == list.end()) return std::nullopt;
    return *found;
}

EndpointIndex PathTree::endpoint(NodeIndex node, std::string_view method, std::string_view operation, bool succeeded) {
    auto found = find_endpoint(node, method, operation);
    if (!found && (nodes_[node].endpoints.size() >= limits_.operations || is_full(succeeded))) {
        ++forced_;
        // What is too much: by method where there is one, else all in one.
        operation = operation.empty() ? "" : "*";
        if (nodes_[node].endpoints.size() >= limits_.operations * 2 || is_full(succeeded)) method = "*";
        if (is_full(succeeded)) node = child(0, kRest);
        found = find_endpoint(node, method, operation);
    }
    if (found) {
        Endpoint& known = endpoints_[*found];
        if (succeeded && !known.evidence.succeeded) {
            known.evidence.succeeded = true;
            changed_.push_back(node);
            if (node != 0) changed_.push_back(nodes_[node].parent);
        }
        return *found;
    }
    const auto added = static_cast<EndpointIndex>(endpoints_.size());
    Endpoint made;
    made.node = node;
    made.method = method;
    made.operation = operation;
    made.evidence.succeeded = succeeded;
    endpoints_.push_back(std::move(made));
    nodes_[node].endpoints.push_back(added);
    count_endpoint();
    if (!succeeded) count_failed_endpoint();
    // Nothing may be said by its messages, and it is evidence all the same.
    for (NodeIndex at = node; succeeded && at != 0; at = nodes_[at].parent)
        if (is_word(nodes_[at].pattern)) changed_.push_back(nodes_[at].parent);
    return added;
}

bool PathTree::learn(EndpointIndex index, const Evidence& evidence) {
    Endpoint& known = endpoints_[index];
    for (const std::uint32_t name : evidence.names) {
        if (names_.size() >= kMostNames || !names_.insert(name).second) continue;
        if (const auto found = places_.find(name); found != places_.end())
            changed_.insert(changed_.end(), found->second.begin(), found->second.end());
    }
    Evidence merged = known.evidence;
    merged.merge(evidence);
    if (merged == known.evidence) return false;
    known.evidence = std::move(merged);
    return true;
}

EndpointIndex PathTree::add(std::string_view template_text, std::string_view method, std::string_view operation) {
    NodeIndex at = 0;
    for (const std::string_view pattern : split_path(template_text))
        at = child(at, pattern);
    for (const EndpointIndex index : nodes_[at].endpoints)
        if (endpoints_[index].method == method && endpoints_[index].operation == operation) return index;
    const auto added = static_cast<EndpointIndex>(endpoints_.size());
    Endpoint made;
    made.node = at;
    made.method = method;
    made.operation = operation;
    endpoints_.push_back(std::move(made));
    nodes_[at].endpoints.push_back(added);
    count_endpoint();
    return added;
}

void PathTree::count_failed(EndpointIndex index) {
    const Endpoint& endpoint = endpoints_[index];
    if (endpoint.evidence.succeeded) return;
    count_failed_endpoint();
    if (endpoint.node != 0 && is_word(nodes_[endpoint.node].pattern)) ++nodes_[nodes_[endpoint.node].parent].failed;
}

NodeIndex PathTree::follow(std::string_view template_text) {
    NodeIndex at = 0;
    for (const std::string_view pattern : split_path(template_text)) {
        const bool value =
            is_word(pattern) && nodes_[at].decision == Decision::kEvidence && !nodes_[at].children.contains(pattern);
        at = child(at, value ? kParameter : pattern);
    }
    return at;
}

void PathTree::decide(std::string_view template_text, Decision decision) {
    nodes_[follow_place(template_text)].decision = decision;
}

NodeIndex PathTree::find(std::string_view template_text) const {
    NodeIndex at = 0;
    if (template_text.empty()) return 0;
    for (const std::string_view pattern : split_path(template_text)) {
        const auto next = nodes_[at].children.find(pattern);
        if (next == nodes_[at].children.end()) return 0;
        at = next->second;
    }
    return at;
}

std::string PathTree::text_of(NodeIndex node) const {
    std::string text;
    for (; node != 0; node = nodes_[node].parent)
        text.insert(0, nodes_[node].pattern).insert(0, 1, '/');
    return text;
}

void PathTree::collect(NodeIndex from, Joined& joined) const {
    for (const EndpointIndex index : nodes_[from].endpoints)
        joined.emplace_back(index, index);
    for (const auto& [pattern, node] : nodes_[from].children)
        collect(node, joined);
}

void PathTree::join(NodeIndex from, NodeIndex to, std::uint32_t value, Joined& joined) {
    nodes_[from].gone = true;
    for (const EndpointIndex index : std::exchange(nodes_[from].endpoints, {})) {
        Endpoint& moved = endpoints_[index];
        const auto& there = nodes_[to].endpoints;
        const auto same = std::find_if(there.begin(), there.end(), [this, &moved](EndpointIndex other) {
            return endpoints_[other].method == moved.method && endpoints_[other].operation == moved.operation;
        });
        if (same == there.end()) {
            moved.node = to;
            nodes_[to].endpoints.push_back(index);
            joined.emplace_back(index, index);
        } else {
            endpoints_[*same].evidence.merge(moved.evidence);
            moved.gone = true;
            ++gone_endpoints_;
            if (totals_ != nullptr) --totals_->endpoints;
            joined.emplace_back(index, *same);
        }
    }
    if (nodes_[from].decision != Decision::kShape && nodes_[to].decision == Decision::kShape)
        nodes_[to].decision = nodes_[from].decision;
    const auto children = std::exchange(nodes_[from].children, {});
    for (const auto& [pattern, node] : children) {
        const NodeIndex there = child(to, pattern);
        for (std::size_t i = 0; i < nodes_[node].above_count; ++i)
            add_above(there, nodes_[node].above[i]);
        add_above(there, value);
        join(node, there, value, joined);
    }
    changed_.push_back(to);
}

PathTree::Joined PathTree::open(NodeIndex place, const std::vector<NodeIndex>& words) {
    nodes_[place].decision = Decision::kEvidence;
    changed_.push_back(place);  // what is left there may join now
    Joined joined;
    const NodeIndex parameter = child(place, kParameter);
    for (const NodeIndex word : words) {
        if (nodes_[place].values.size() < kMostProbed) nodes_[place].values.insert(name_hash(nodes_[word].pattern));
        nodes_[place].children.erase(nodes_[word].pattern);
        --nodes_[place].literals;
        join(word, parameter, name_hash(nodes_[word].pattern), joined);
    }
    return joined;
}

void PathTree::close(NodeIndex place) {
    nodes_[place].decision = Decision::kLiterals;
}

std::vector<NodeIndex> PathTree::take_changed() {
    std::vector<NodeIndex> taken = std::exchange(changed_, {});
    std::sort(taken.begin(), taken.end());
    taken.erase(std::unique(taken.begin(), taken.end()), taken.end());
    return taken;
}

}  // namespace apiarist::inventory
