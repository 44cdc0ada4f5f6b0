// SPDX-License-Identifier: Apache-2.0
#include "app/mongo.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "app/log.h"

namespace apiarist::app {

Result<std::unique_ptr<sinks::MongoLink>> make_mongo(const Settings& settings, policy::PolicyOptions& policy) {
    const std::string address = settings.text("mongo");
    // The reference's default is one at 0.0.0.0, and means none.
    if (address.empty() || address.find("0.0.0.0") != std::string::npos) return std::unique_ptr<sinks::MongoLink>();
    if (settings.duration_ns("mongo-interval") == 0)
        return Error{std::errc::invalid_argument, "--mongo-interval: more than 0"};
    policy.header_values = std::make_unique<policy::HeaderValues>();
    policy.traffic = std::make_unique<policy::TrafficCounts>();
    auto link =
        sinks::MongoLink::make({.uri = address,
                                .period_ns = settings.duration_ns("mongo-interval"),
                                .on_trouble = [log = Log(settings)](const std::string& what) { log.warn(what); }},
                               *policy.traffic, *policy.header_values);
    if (link) return link;
    policy.header_values.reset();
    policy.traffic.reset();
    const std::string& source = settings.value("mongo").source;
    if (source != "AKTO_MONGO_CONN") return std::move(link).error().context(source);
    Log(settings).warn(fmt::format("{}: {}; it goes on without", source, link.error().what));
    return std::unique_ptr<sinks::MongoLink>();
}

}  // namespace apiarist::app
