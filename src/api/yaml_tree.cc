// SPDX-License-Identifier: Apache-2.0
#include "api/yaml_tree.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/json.h"

namespace apiarist::api {
namespace {

std::string_view view(const yaml_char_t* text) {
    return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

// libyaml's parser with the event that it is at.
class Events {
  public:
    explicit Events(std::string_view yaml) : yaml_(yaml) {
        if (yaml_parser_initialize(&parser_) == 0) return;
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(yaml.data()), yaml.size());
    }
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;
    ~Events() {
        yaml_event_delete(&event_);
        yaml_parser_delete(&parser_);
    }

    // False: the YAML is wrong, and error() says where.
    bool advance() {
        yaml_event_delete(&event_);
        return parser_.error == YAML_NO_ERROR && yaml_parser_parse(&parser_, &event_) != 0;
    }
    [[nodiscard]] const yaml_event_t& event() const { return event_; }
    [[nodiscard]] std::size_t line() const { return event_.start_mark.line + 1; }
    [[nodiscard]] Error error() const;

  private:
    [[nodiscard]] Error bytes_error() const;
    [[nodiscard]] bool is_at_tab() const;

    std::string_view yaml_;
    yaml_parser_t parser_{};
    yaml_event_t event_{};
};

// Of bytes that are no text: libyaml says where they are in the file.
Error Events::bytes_error() const {
    const std::string_view before = yaml_.substr(0, parser_.problem_offset);
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    const auto start = before.rfind('\n');
    const std::size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
    return yaml_error(line, fmt::format("{}, at byte {} of the line", parser_.problem, column));
}

bool Events::is_at_tab() const {
    std::string_view rest = yaml_;
    for (std::size_t line = 0; line < parser_.problem_mark.line; ++line)
        rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    const auto column = rest.substr(0, rest.find('\n')).find_first_not_of(' ');
    return column != std::string_view::npos && rest[column] == '\t';
}

Error Events::error() const {
    if (parser_.error == YAML_MEMORY_ERROR || parser_.problem == nullptr)
        return {std::errc::not_enough_memory, "no memory is left to read YAML"};
    if (parser_.error == YAML_READER_ERROR) return bytes_error();
    std::string what = parser_.context == nullptr ? std::string() : parser_.context;
    if (!what.empty() && parser_.context_mark.line != parser_.problem_mark.line)
        what += fmt::format(" that begins in line {}", parser_.context_mark.line + 1);
    what += what.empty() ? parser_.problem : fmt::format(", {}", parser_.problem);
    what += fmt::format(", at column {}", parser_.problem_mark.column + 1);
    if (is_at_tab()) what += " (lines begin with a tab where YAML takes blanks alone)";
    return yaml_error(parser_.problem_mark.line + 1, what);
}

YamlType type_of(const yaml_event_t& event) {
    static const std::map<std::string_view, YamlType> kTags = {{"str", YamlType::kText},
                                                               {"int", YamlType::kInteger},
                                                               {"float", YamlType::kFloat},
                                                               {"bool", YamlType::kBoolean},
                                                               {"null", YamlType::kNull}};
    constexpr std::string_view kPrefix = "tag:yaml.org,2002:";
    const std::string_view tag = view(event.data.scalar.tag);
    if (tag == "!") return YamlType::kText;
    if (tag.starts_with(kPrefix))
        if (const auto found = kTags.find(tag.substr(kPrefix.size())); found != kTags.end()) return found->second;
    return event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? YamlType::kPlain : YamlType::kText;
}

// A key in an error: as JSON, and not all of a long one.
std::string shown(std::string_view key) {
    constexpr std::size_t kMost = 80;
    std::size_t end = std::min(key.size(), kMost);
    while (end < key.size() && end > 0 && (static_cast<unsigned char>(key[end]) & 0xc0) == 0x80)
        --end;
    std::string out;
    append_json_string(out, key.substr(0, end));
    return end < key.size() ? out + "…" : out;
}

class Builder {
  public:
    explicit Builder(std::string_view yaml) : events_(yaml) {}

    Result<YamlTree> build();

  private:
    Status add_scalar();
    Status add_alias();
    Status open(YamlKind kind, const yaml_char_t* anchor);
    Status close();
    Status check_keys(std::size_t mapping) const;
    Status add(YamlNode node, const yaml_char_t* anchor);
    // One event; true: the file is at its end.
    Result<bool> step();
    [[nodiscard]] Error wrong(std::string_view what) const { return yaml_error(events_.line(), what); }

    Events events_;
    YamlTree tree_;
    std::vector<std::size_t> open_;
    std::map<std::string, std::size_t, std::less<>> anchors_;
    std::size_t documents_ = 0;
};

Status Builder::add(YamlNode node, const yaml_char_t* anchor) {
    if (tree_.nodes.size() == YamlTree::kNodes)
        return wrong(fmt::format("there are more than {} values", YamlTree::kNodes));
    node.line = events_.line();
    if (anchor != nullptr && anchors_.size() == YamlTree::kAnchors)
        return wrong(fmt::format("there are more than {} anchors", YamlTree::kAnchors));
    if (anchor != nullptr) anchors_.insert_or_assign(std::string(view(anchor)), tree_.nodes.size());
    tree_.nodes.push_back(node);
    return Done{};
}

Status Builder::add_scalar() {
    const auto& scalar = events_.event().data.scalar;
    const std::size_t begin = tree_.text.size();
    tree_.text.append(reinterpret_cast<const char*>(scalar.value), scalar.length);
    return add({.kind = YamlKind::kScalar, .type = type_of(events_.event()), .begin = begin, .end = tree_.text.size()},
               scalar.anchor);
}

Status Builder::add_alias() {
    const std::string_view name = view(events_.event().data.alias.anchor);
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) return wrong(fmt::format("there is no anchor {} before its alias", shown(name)));
    if (std::binary_search(open_.begin(), open_.end(), found->second))
        return wrong(fmt::format("the alias {} is inside of what it stands for", shown(name)));
    return add({.kind = YamlKind::kAlias, .begin = found->second}, nullptr);
}

Status Builder::open(YamlKind kind, const yaml_char_t* anchor) {
    if (open_.size() == YamlTree::kDepth)
        return wrong(fmt::format("the document is nested more than {} levels deep", YamlTree::kDepth));
    open_.push_back(tree_.nodes.size());
    return add({.kind = kind}, anchor);
}

Status Builder::close() {
    const std::size_t node = open_.back();
    open_.pop_back();
    tree_.nodes[node].end = tree_.nodes.size();
    return tree_.nodes[node].kind == YamlKind::kMapping ? check_keys(node) : Status(Done{});
}

Status Builder::check_keys(std::size_t mapping) const {
    std::map<std::pair<std::string_view, bool>, std::size_t> lines;  // << in quotes is a key like any other
    for (std::size_t key = mapping + 1; key < tree_.nodes[mapping].end; key = tree_.next(tree_.next(key))) {
        const std::size_t line = tree_.nodes[key].line;
        if (tree_.nodes[tree_.resolved(key)].kind != YamlKind::kScalar)
            return yaml_error(line, "a key is a list or a mapping, which JSON has not");
        const std::string_view name = tree_.key(key);
        if (name.size() > YamlTree::kKeyBytes)
            return yaml_error(line, fmt::format("a key is longer than {} bytes", YamlTree::kKeyBytes));
        const auto [first, is_new] = lines.emplace(std::pair(name, tree_.is_merge_key(key)), line);
        if (!is_new)
            return yaml_error(line,
                              fmt::format("the key {} is there twice, first in line {}", shown(name), first->second));
    }
    return Done{};
}

Result<bool> Builder::step() {
    const yaml_event_t& event = events_.event();
    Status added = Done{};
    switch (event.type) {
        case YAML_NO_EVENT:
        case YAML_STREAM_END_EVENT:
            return true;
        case YAML_DOCUMENT_START_EVENT:
            if (++documents_ > 1) return wrong("a second document begins; a file has one here");
            break;
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            break;
        case YAML_ALIAS_EVENT:
            added = add_alias();
            break;
        case YAML_SCALAR_EVENT:
            added = add_scalar();
            break;
        case YAML_SEQUENCE_START_EVENT:
            added = open(YamlKind::kSequence, event.data.sequence_start.anchor);
            break;
        case YAML_MAPPING_START_EVENT:
            added = open(YamlKind::kMapping, event.data.mapping_start.anchor);
            break;
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
            added = close();
            break;
    }
    if (!added) return std::move(added).error();
    return false;
}

Result<YamlTree> Builder::build() {
    while (true) {
        if (!events_.advance()) return events_.error();
        auto is_end = step();
        if (!is_end) return std::move(is_end).error();
        if (*is_end) break;
    }
    if (tree_.nodes.empty()) return yaml_error(1, "the file is empty");
    return std::move(tree_);
}

// For each directive libyaml looks at all those before it, and for each tag it copies what one says: a file of many or
// of long ones would take hours.
bool has_costly_directives(std::string_view yaml) {
    constexpr std::string_view kSign = "%TAG";
    constexpr std::size_t kMost = 64;
    constexpr std::size_t kBytes = 1024;  // of a line
    std::size_t count = 0;
    for (auto at = yaml.find(kSign); at != std::string_view::npos; at = yaml.find(kSign, at + kSign.size())) {
        // Behind any end of a line, those of Unicode (U+0085, U+2028, U+2029) among them.
        if (at > 0 && std::string_view("\n\r\x85\xa8\xa9").find(yaml[at - 1]) == std::string_view::npos) continue;
        if (++count > kMost || yaml.substr(at, kBytes).find_first_of("\n\r") == std::string_view::npos) return true;
    }
    return false;
}

}  // namespace

Error yaml_error(std::size_t line, std::string_view what) {
    return {std::errc::invalid_argument, fmt::format("line {} of the YAML: {}", line, what)};
}

std::size_t YamlTree::next(std::size_t node) const {
    const YamlNode& at = nodes[node];
    return at.kind == YamlKind::kSequence || at.kind == YamlKind::kMapping ? at.end : node + 1;
}

std::size_t YamlTree::resolved(std::size_t node) const {
    return nodes[node].kind == YamlKind::kAlias ? nodes[node].begin : node;
}

std::string_view YamlTree::text_of(const YamlNode& scalar) const {
    return std::string_view(text).substr(scalar.begin, scalar.end - scalar.begin);
}

bool YamlTree::is_merge_key(std::size_t node) const {
    return nodes[node].kind == YamlKind::kScalar && nodes[node].type == YamlType::kPlain &&
           text_of(nodes[node]) == "<<";
}

Result<YamlTree> YamlTree::parse(std::string_view yaml) {
    if (yaml.starts_with("\xef\xbb\xbf")) yaml.remove_prefix(3);
    if (has_costly_directives(yaml))
        return yaml_error(1, "the file has too many or too long lines that begin with %TAG");
    return Builder(yaml).build();
}

}  // namespace apiarist::api
