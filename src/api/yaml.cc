// SPDX-License-Identifier: Apache-2.0
#include "api/yaml.h"

#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

#include "api/yaml_tree.h"
#include "base/json.h"

namespace apiarist::api {
namespace {

class Writer {
  public:
    explicit Writer(const YamlTree& tree) : tree_(tree) {}

    Result<std::string> write() {
        APIARIST_TRY(value(0, 0));
        return std::move(json_);
    }

  private:
    struct Members {
        std::set<std::string_view> names{};
        std::vector<std::size_t> keys{};
    };

    // `depth` of what it is in.
    Status value(std::size_t node, std::size_t depth);
    Status sequence(std::size_t node, std::size_t depth);
    Status mapping(std::size_t node, std::size_t depth);
    Status member(std::size_t key, std::size_t depth);
    [[nodiscard]] bool has_merge_key(std::size_t mapping) const;
    // The keys of a mapping and of those that are merged into it; the first of a name is the one that counts.
    Status collect(std::size_t mapping, std::size_t depth, Members& members);
    Status merge(std::size_t value, std::size_t depth, Members& members);
    Status check(std::size_t node, std::size_t depth) const;

    const YamlTree& tree_;
    std::string json_;
    std::size_t merged_ = 0;  // keys that were looked at for merging
};

Status Writer::check(std::size_t node, std::size_t depth) const {
    constexpr std::size_t kMergedBytes = 16;  // that a key which is looked at stands for, though nothing is written
    const std::size_t line = tree_.nodes[node].line;
    if (depth > YamlTree::kDepth)
        return yaml_error(
            line, fmt::format("the document is nested more than {} levels deep, aliases filled in", YamlTree::kDepth));
    if (json_.size() + merged_ * kMergedBytes > kYamlJsonBytes)
        return yaml_error(
            line, fmt::format("the document is larger than {} MiB as JSON, aliases filled in", kYamlJsonBytes >> 20));
    return Done{};
}

Status Writer::value(std::size_t node, std::size_t depth) {
    const std::size_t resolved = tree_.resolved(node);
    const YamlNode& what = tree_.nodes[resolved];
    switch (what.kind) {
        case YamlKind::kScalar:
            if (!append_yaml_scalar(json_, tree_.text_of(what), what.type))
                return yaml_error(what.line, "a value is not of the type that its tag says");
            break;
        case YamlKind::kSequence:
            APIARIST_TRY(check(node, depth + 1));
            APIARIST_TRY(sequence(resolved, depth + 1));
            break;
        case YamlKind::kMapping:
            APIARIST_TRY(check(node, depth + 1));
            APIARIST_TRY(mapping(resolved, depth + 1));
            break;
        case YamlKind::kAlias:
            break;  // it was resolved, and an alias stands for no other
    }
    return check(node, depth);
}

Status Writer::sequence(std::size_t node, std::size_t depth) {
    json_ += '[';
    for (std::size_t item = node + 1; item < tree_.nodes[node].end; item = tree_.next(item)) {
        if (item > node + 1) json_ += ',';
        APIARIST_TRY(value(item, depth));
    }
    json_ += ']';
    return Done{};
}

Status Writer::member(std::size_t key, std::size_t depth) {
    append_json_string(json_, tree_.key(key));
    json_ += ':';
    return value(tree_.next(key), depth);
}

Status Writer::mapping(std::size_t node, std::size_t depth) {
    Members members;
    if (has_merge_key(node)) {
        APIARIST_TRY(collect(node, depth, members));
    } else {
        for (std::size_t key = node + 1; key < tree_.nodes[node].end; key = tree_.next(tree_.next(key)))
            members.keys.push_back(key);
    }
    json_ += '{';
    bool is_first = true;
    for (const std::size_t key : members.keys) {
        if (!std::exchange(is_first, false)) json_ += ',';
        APIARIST_TRY(member(key, depth));
    }
    json_ += '}';
    return Done{};
}

bool Writer::has_merge_key(std::size_t mapping) const {
    for (std::size_t key = mapping + 1; key < tree_.nodes[mapping].end; key = tree_.next(tree_.next(key)))
        if (tree_.is_merge_key(key)) return true;
    return false;
}

Status Writer::collect(std::size_t mapping, std::size_t depth, Members& members) {
    std::size_t merged = 0;
    for (std::size_t key = mapping + 1; key < tree_.nodes[mapping].end; key = tree_.next(tree_.next(key))) {
        ++merged_;
        APIARIST_TRY(check(key, depth));
        if (tree_.is_merge_key(key))
            merged = tree_.next(key);
        else if (members.names.insert(tree_.key(key)).second)
            members.keys.push_back(key);
    }
    return merged == 0 ? Status(Done{}) : merge(merged, depth + 1, members);
}

Status Writer::merge(std::size_t value, std::size_t depth, Members& members) {
    const std::size_t from = tree_.resolved(value);
    const YamlNode& what = tree_.nodes[from];
    if (what.kind == YamlKind::kMapping) return collect(from, depth, members);
    const Error bad = yaml_error(tree_.nodes[value].line, "<< takes a mapping, or a list of mappings");
    if (what.kind != YamlKind::kSequence) return bad;
    for (std::size_t item = from + 1; item < what.end; item = tree_.next(item)) {
        const std::size_t one = tree_.resolved(item);
        if (tree_.nodes[one].kind != YamlKind::kMapping) return bad;
        ++merged_;
        APIARIST_TRY(collect(one, depth, members));
    }
    return Done{};
}

}  // namespace

Result<std::string> json_of_yaml(std::string_view yaml) {
    auto tree = YamlTree::parse(yaml);
    if (!tree) return std::move(tree).error();
    return Writer(*tree).write();
}

}  // namespace apiarist::api
