// SPDX-License-Identifier: Apache-2.0
#pragma once
// Are the words at one place of a path values of a parameter? By evidence: what the endpoints below them answer has the
// same shape, pair by pair, and nothing contradicts; and messages repeat the word of their own path. The fewer
// endpoints agree the more words there must be. Where messages say nothing, many words with the same methods do,
// and words that agree in that alone with a parameter which was found join it. Pure.

#include <optional>
#include <string>
#include <vector>

#include "inventory/path_tree.h"

namespace apiarist::inventory {

struct Likeness {
    unsigned same = 0;       // pairs of endpoints whose messages have one shape
    unsigned different = 0;  // another one: of answers, for requests may leave out what they like
    unsigned echoes = 0;     // places at which messages of both repeat their word
    unsigned crosswise = 0;  // 1: below them, under words that differ, there are answers of one shape
    unsigned named = 0;      // 1: other messages say these words for names
    unsigned hollow = 0;     // of `alike`: answers that had no field at all ("[]")
    unsigned alike = 0;      // pairs with the same method and path below, of which the messages say too little
};
// Of two children of `place`.
[[nodiscard]] Likeness compare(const PathTree& tree, NodeIndex a, NodeIndex b);

struct Proposal {
    NodeIndex place = 0;
    std::vector<NodeIndex> words;  // to become one parameter
    std::string why;               // for people: "8 words, 2 endpoints alike"
};
[[nodiscard]] std::optional<Proposal> propose(const PathTree& tree, NodeIndex place);

}  // namespace apiarist::inventory
