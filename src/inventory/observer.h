// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records → facts about endpoints. Not thread-safe. It keeps its parsers' memory between records.

#include <cstdint>
#include <functional>
#include <string>

#include <simdjson.h>

#include "inventory/catalog.h"
#include "inventory/networks.h"
#include "records/record.h"

namespace apiarist::inventory {

struct ObserverOptions {
    AccessNetworks networks;
    // A sample as it is to be kept: JSON, redacted. Not set: none are kept.
    std::function<std::string(const records::Record&)> sample;
};

class Observer {
  public:
    explicit Observer(ObserverOptions options) : options_(std::move(options)) {}

    // `now_s`: Unix time, for records that do not say theirs, or one that cannot be.
    void observe(const records::Record& record, std::int64_t now_s, Catalog& catalog, Delta& delta);

  private:
    struct Context;
    struct Body {
        std::string_view bytes;
        std::string_view content_type;
        PartKey key;
        bool whole = true;
    };
    void observe_endpoint(const Context& context, EndpointRef ref, Catalog& catalog, Delta& delta);
    void observe_marks(const Context& context, Facts& facts);
    void observe_parameters(const Context& context, Facts& facts, const PathTree& tree, NodeIndex node);
    void observe_body(const Context& context, Facts& facts, Body body);
    void keep_sample(const Context& context, Facts& facts, Endpoint& endpoint);

    ObserverOptions options_;
    simdjson::dom::parser parser_;
    std::string padded_;
};

}  // namespace apiarist::inventory
