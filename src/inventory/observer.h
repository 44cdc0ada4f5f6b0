// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records → facts about endpoints. Not thread-safe. It keeps its parsers' memory between records.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <simdjson.h>

#include "inventory/call_matcher.h"
#include "inventory/catalog.h"
#include "inventory/networks.h"
#include "inventory/sensitive_places.h"
#include "records/record.h"

namespace apiarist::inventory {

struct ObserverOptions {
    AccessNetworks networks;
    // A sample as it is to be kept: JSON, redacted. Not set: none are kept.
    std::function<std::string(const records::Record&)> sample;
    // Borrowed. Null: sensitive data is not looked for.
    const sensitive::Scanner* scanner = nullptr;
};

class Observer {
  public:
    explicit Observer(ObserverOptions options);

    // `now_s`: Unix time, for records that do not say theirs, or one that cannot be.
    void observe(const records::Record& record, std::int64_t now_s, Catalog& catalog, Delta& delta);
    // What was observed since the last of these is stored,
    void keep() { calls_.keep(); }
    // or is not, and will be observed again.
    void forget() { calls_.forget(); }

  private:
    struct Context;
    struct Body {
        std::string_view bytes;
        std::string_view content_type;
        PartKey key;
        bool whole = true;
    };
    void observe_endpoint(const Context& context, EndpointRef ref, Catalog& catalog, Delta& delta);
    void observe_response(const Context& context, Facts& facts);
    void observe_ends(const Context& context, Facts& facts);
    void observe_marks(const Context& context, Facts& facts);
    void observe_parameters(const Context& context, Facts& facts, const PathTree& tree, NodeIndex node);
    void observe_body(const Context& context, Facts& facts, const Body& body);
    void look_at_pairs(Facts& facts, const Context& context, std::string_view kind,
                       const std::vector<std::pair<std::string_view, std::string_view>>& texts);
    void look_at_text(const Context& context, Facts& facts, const Body& body);
    void mark_sensitive(const Context& context, Facts& facts);
    void keep_sample(const Context& context, Facts& facts, Endpoint& endpoint);

    ObserverOptions options_;
    CallMatcher calls_;
    std::optional<SensitivePlaces> places_;  // none: nothing is looked for
    std::vector<std::string> found_;         // by places_, in the part of a message that is looked at
    bool response_ = false;                  // which is of a response
    simdjson::dom::parser parser_;
    std::string padded_;
};

}  // namespace apiarist::inventory
