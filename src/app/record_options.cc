// SPDX-License-Identifier: Apache-2.0
#include "app/record_options.h"

#include <algorithm>
#include <map>

#include "base/json.h"
#include "base/text.h"

namespace apiarist::app {
std::string tags_json(std::string_view text) {
    std::map<std::string_view, std::string_view> tags;  // of a name that stands twice the last value
    while (!text.empty()) {
        const std::string_view part = text.substr(0, text.find(';'));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view name = trimmed(part.substr(0, equals), " ");
        if (!name.empty()) tags[name] = trimmed(part.substr(equals + 1), " ");
    }
    if (tags.empty()) return {};
    std::string json = "{";
    for (const auto& [name, value] : tags) {
        if (json.size() > 1) json += ',';
        append_json_string(json, name);
        json += ':';
        append_json_string(json, value);
    }
    return json + "}";
}

sinks::RecordOptions record_options(const Settings& settings, const std::string& instance_id) {
    sinks::RecordOptions options;
    options.instance_id = instance_id;
    options.tag = tags_json(settings.text("inject-tags"));
    options.enable_graph = settings.flag("graph");
    return options;
}

}  // namespace apiarist::app
