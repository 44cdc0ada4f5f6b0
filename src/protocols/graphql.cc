// SPDX-License-Identifier: Apache-2.0
#include "protocols/graphql.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "protocols/graphql_lexer.h"

namespace apiarist::protocols {
namespace {

using Kind = GraphqlToken::Kind;

constexpr unsigned kDeepest = 256;  // of what is nested; each level costs some hundred bytes of stack
constexpr std::size_t kMostDefinitions = 1024;
constexpr std::size_t kMostSelections = 4096;  // that are remembered, of all roots
constexpr std::size_t kMostFields = 64;
constexpr std::size_t kLongestName = 256;

// What stands in the outermost selection set of an operation or a fragment. Of inline fragments what is in them.
struct Selection {
    std::string_view name;
    bool spread = false;  // of the fragment of this name
};

struct Definition {
    GraphqlKind kind = GraphqlKind::kQuery;
    std::string_view name;
    std::size_t begin = 0;  // of its selections
    std::size_t end = 0;
    bool cut = false;  // some were not remembered
    bool used = false;
};

struct Parsed {
    std::vector<Selection> selections;
    std::vector<Definition> operations;
    std::map<std::string_view, Definition> fragments;
};

// By recursive descent. What a function returns: the text is as the grammar has it, so far.
class Parser {
  public:
    explicit Parser(std::string_view document) : lexer_(document) { advance(); }

    // Nothing: it is none.
    std::optional<Parsed> run() {
        for (std::size_t count = 0; token_.kind != Kind::kEnd; ++count)
            if (count == kMostDefinitions || !definition()) return std::nullopt;
        return std::move(parsed_);
    }

  private:
    void advance() { token_ = lexer_.next(); }

    bool accept(char sign) {
        if (!token_.is(sign)) return false;
        advance();
        return true;
    }

    bool accept(Kind kind) {
        if (token_.kind != kind) return false;
        advance();
        return true;
    }

    bool definition() {
        accept(Kind::kString);  // a description
        if (token_.is('{')) return operation(GraphqlKind::kQuery, false);
        if (token_.is_name("query")) return operation(GraphqlKind::kQuery, true);
        if (token_.is_name("mutation")) return operation(GraphqlKind::kMutation, true);
        if (token_.is_name("subscription")) return operation(GraphqlKind::kSubscription, true);
        return token_.is_name("fragment") && fragment();
    }

    bool operation(GraphqlKind kind, bool has_head) {
        Definition made{.kind = kind, .name = {}};
        if (has_head) {
            advance();
            if (token_.kind == Kind::kName) made.name = name();
            if (!variables() || !directives()) return false;
        }
        if (!root(made)) return false;
        parsed_.operations.push_back(made);
        return true;
    }

    bool fragment() {
        advance();
        if (token_.kind != Kind::kName || token_.is_name("on")) return false;
        Definition made{.kind = {}, .name = name()};
        if (!variables() || !type_condition() || !directives() || !root(made)) return false;
        parsed_.fragments.emplace(made.name, made);
        return true;
    }

    std::string_view name() {
        const std::string_view text = token_.text;
        advance();
        return text;
    }

    bool type_condition() {
        if (!token_.is_name("on")) return false;
        advance();
        return accept(Kind::kName);
    }

    bool variables() {
        if (!accept('(')) return true;
        do {
            accept(Kind::kString);
            if (!accept('$') || !accept(Kind::kName) || !accept(':') || !type()) return false;
            if (accept('=') && !value()) return false;
            if (!directives()) return false;
        } while (!accept(')'));
        return true;
    }

    bool type() {
        unsigned lists = 0;
        while (accept('['))
            ++lists;
        if (!accept(Kind::kName)) return false;
        accept('!');
        for (; lists > 0; --lists) {
            if (!accept(']')) return false;
            accept('!');
        }
        return true;
    }

    bool directives() {
        while (accept('@'))
            if (!accept(Kind::kName) || !arguments()) return false;
        return true;
    }

    bool arguments() {
        if (!accept('(')) return true;
        do {
            if (!member()) return false;
        } while (!accept(')'));
        return true;
    }

    bool member() { return accept(Kind::kName) && accept(':') && value(); }

    bool value() {
        if (accept(Kind::kName) || accept(Kind::kNumber) || accept(Kind::kString)) return true;
        if (accept('$')) return accept(Kind::kName);
        const bool list = token_.is('[');
        if ((!list && !token_.is('{')) || depth_ == kDeepest) return false;
        advance();
        ++depth_;
        while (!accept(list ? ']' : '}'))
            if (!(list ? value() : member())) return false;
        --depth_;
        return true;
    }

    bool root(Definition& made) {
        made.begin = parsed_.selections.size();
        cut_ = false;
        const bool good = selection_set(true);
        made.cut = cut_;
        made.end = parsed_.selections.size();
        return good;
    }

    // `at_root`: what is in it is asked of the root.
    bool selection_set(bool at_root) {
        if (depth_ == kDeepest || !accept('{')) return false;
        ++depth_;
        do {
            if (!(token_.is('.') ? any_fragment(at_root) : field(at_root))) return false;
        } while (!accept('}'));
        --depth_;
        return true;
    }

    bool field(bool at_root) {
        if (token_.kind != Kind::kName) return false;
        std::string_view named = name();
        if (accept(':')) {  // that was its alias
            if (token_.kind != Kind::kName) return false;
            named = name();
        }
        if (at_root) remember({named, false});
        return arguments() && directives() && (!token_.is('{') || selection_set(false));
    }

    // A spread, or one in place.
    bool any_fragment(bool at_root) {
        advance();
        if (token_.kind == Kind::kName && !token_.is_name("on")) {
            if (at_root) remember({token_.text, true});
            advance();
            return directives();
        }
        if (token_.kind == Kind::kName && !type_condition()) return false;
        return directives() && selection_set(at_root);
    }

    void remember(Selection selection) {
        if (parsed_.selections.size() < kMostSelections)
            parsed_.selections.push_back(selection);
        else
            cut_ = true;
    }

    GraphqlLexer lexer_;
    GraphqlToken token_;
    unsigned depth_ = 0;
    bool cut_ = false;  // some selections of this root were not remembered
    Parsed parsed_;
};

// The fields of a root, out of its fragments too. A fragment counts once, so that cycles end.
class FieldCollector {
  public:
    FieldCollector(Parsed& parsed, GraphqlOperation& out) : parsed_(parsed), out_(out) {}

    void collect(const Definition& operation) {
        std::vector<Selection> rest;  // the next one last
        const auto open = [&](const Definition& definition) {
            out_.fields_cut = out_.fields_cut || definition.cut;
            for (std::size_t i = definition.end; i > definition.begin; --i)
                rest.push_back(parsed_.selections[i - 1]);
        };
        open(operation);
        while (!rest.empty() && !full_) {
            const Selection selection = rest.back();
            rest.pop_back();
            if (!selection.spread) {
                add(selection.name);
                continue;
            }
            const auto found = parsed_.fragments.find(selection.name);
            if (found == parsed_.fragments.end() || found->second.used) continue;
            found->second.used = true;
            open(found->second);
        }
    }

  private:
    void add(std::string_view name) {
        if (std::find(out_.fields.begin(), out_.fields.end(), name) != out_.fields.end()) return;
        full_ = out_.fields.size() == kMostFields;
        if (full_ || name.size() > kLongestName) {
            out_.fields_cut = true;
        } else {
            out_.fields.emplace_back(name);
        }
    }

    Parsed& parsed_;
    GraphqlOperation& out_;
    bool full_ = false;
};

const Definition* choose(const std::vector<Definition>& operations, std::string_view name) {
    if (name.empty()) return operations.size() == 1 ? &operations.front() : nullptr;
    const auto found = std::find_if(operations.begin(), operations.end(),
                                    [name](const Definition& operation) { return operation.name == name; });
    return found == operations.end() ? nullptr : &*found;
}

}  // namespace

std::string_view to_string(GraphqlKind kind) {
    switch (kind) {
        case GraphqlKind::kQuery:
            return "query";
        case GraphqlKind::kMutation:
            return "mutation";
        case GraphqlKind::kSubscription:
            return "subscription";
    }
    return "";
}

std::optional<GraphqlDocument> read_graphql(std::string_view document, std::string_view operation_name) {
    std::optional<Parsed> parsed = Parser(document).run();
    if (!parsed || parsed->operations.empty()) return std::nullopt;
    GraphqlDocument out;
    const Definition* chosen = choose(parsed->operations, operation_name);
    if (chosen == nullptr || chosen->name.size() > kLongestName) return out;
    GraphqlOperation& operation = out.chosen.emplace();
    operation.kind = chosen->kind;
    operation.name = chosen->name;
    FieldCollector(*parsed, operation).collect(*chosen);
    return out;
}

bool is_graphql_name(std::string_view text) {
    GraphqlLexer lexer(text);
    const GraphqlToken token = lexer.next();
    return token.kind == Kind::kName && token.text.size() == text.size() && text.size() <= kLongestName;
}

}  // namespace apiarist::protocols
