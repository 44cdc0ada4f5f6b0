// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one document of a YAML file as a flat tree. YAML is hostile: depth, number and size are bounded, an alias stands
// for something that is complete, and no mapping has a key twice. The only user of libyaml.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/yaml_scalar.h"
#include "base/result.h"

namespace apiarist::api {

enum class YamlKind : std::uint8_t { kScalar, kAlias, kSequence, kMapping };

struct YamlNode {
    YamlKind kind = YamlKind::kScalar;
    YamlType type = YamlType::kPlain;  // of a scalar
    std::size_t line = 0;              // from 1 on
    std::size_t begin = 0;             // a scalar's text; of an alias the node that it stands for
    std::size_t end = 0;               // of a scalar's text; of a sequence or mapping the node behind all that is in it
};

struct YamlTree {
    static constexpr std::size_t kDepth = 64;
    static constexpr std::size_t kNodes = 1'000'000;
    static constexpr std::size_t kAnchors = 10'000;
    static constexpr std::size_t kKeyBytes = 4096;

    std::vector<YamlNode> nodes;  // each before what is in it; the first is the document's
    std::string text;             // of all scalars

    static Result<YamlTree> parse(std::string_view yaml);

    // The node behind this one and all that is in it.
    [[nodiscard]] std::size_t next(std::size_t node) const;
    // What an alias stands for; any other node itself.
    [[nodiscard]] std::size_t resolved(std::size_t node) const;
    [[nodiscard]] std::string_view text_of(const YamlNode& scalar) const;
    // Of a key of a mapping. Keys are text, as they are written: 200 and "200" are the same.
    [[nodiscard]] std::string_view key(std::size_t node) const { return text_of(nodes[resolved(node)]); }
    [[nodiscard]] bool is_merge_key(std::size_t node) const;  // <<
};

// "line 7 of the YAML: …"
[[nodiscard]] Error yaml_error(std::size_t line, std::string_view what);

}  // namespace apiarist::api
