// SPDX-License-Identifier: Apache-2.0
#include "app/mongo.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "app/log.h"

namespace apiarist::app {

namespace {

// The reference's default is one at 0.0.0.0, and means none.
bool means_none(std::string_view address) {
    constexpr std::string_view kNone = "0.0.0.0";
    const auto scheme = address.find("://");
    if (scheme == std::string_view::npos) return address.empty() || address == kNone;
    address.remove_prefix(scheme + 3);
    address = address.substr(0, address.find('/'));
    if (const auto login = address.rfind('@'); login != std::string_view::npos) address.remove_prefix(login + 1);
    return address.substr(0, address.find(':')) == kNone;
}

}  // namespace

Result<std::unique_ptr<sinks::MongoLink>> make_mongo(const Settings& settings, policy::PolicyOptions& policy) {
    const std::string address = settings.text("mongo");
    if (means_none(address)) return std::unique_ptr<sinks::MongoLink>();
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
