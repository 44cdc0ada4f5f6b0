// SPDX-License-Identifier: Apache-2.0
#include "app/reference_variables.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace apiarist::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Variables = std::map<std::string, std::string, std::less<>>;

Environment environment(const Variables& variables) {
    return [variables](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

TEST(WithoutMeaning, each_variable_that_is_set_is_a_line) {
    Variables set{{"AKTO_DISABLE_ON_DB", "true"}, {"LOG_FILE", "/x"}, {"UPROBE_POLL_INTERVAL", ""}, {"OTHER", "1"}};
    EXPECT_THAT(meaningless_lines(environment(set)), ElementsAre(HasSubstr("AKTO_DISABLE_ON_DB")));
    set["AKTO_KAFKA_BROKER_MAL"] = "kafka:9092";
    const auto lines = meaningless_lines(environment(set));
    EXPECT_THAT(lines, ElementsAre(HasSubstr("AKTO_DISABLE_ON_DB has no meaning here: "),
                                   HasSubstr("LOG_FILE has no meaning here: the log is standard error")));
    EXPECT_THAT(meaningless_lines(environment({})), IsEmpty());
}

std::set<std::string, std::less<>> names_with_a_meaning() {
    std::set<std::string, std::less<>> names;
    for (const Setting& setting : setting_table())
        for (const Reference& reference : setting.reference)
            if (!reference.variable.empty()) names.emplace(reference.variable);
    return names;
}

TEST(WithoutMeaning, no_variable_has_one_and_none) {
    const auto meaningful = names_with_a_meaning();
    std::set<std::string> seen;
    for (const VariableNote& one : variables_without_meaning()) {
        std::string_view rest = one.variables;
        while (!rest.empty()) {
            const auto name = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(rest.size(), name.size() + 1));
            EXPECT_FALSE(meaningful.contains(name)) << name;
            EXPECT_TRUE(seen.emplace(name).second) << name << " stands twice";
        }
    }
}

TEST(ReferenceMarkdown, names_everything) {
    const std::string text = reference_markdown();
    EXPECT_THAT(text, HasSubstr("| `TRAFFIC_MAX_ACTIVE_CONN` | "));
    EXPECT_THAT(text, HasSubstr("| `AKTO_FILE_LOGGING_ENABLED`, `ENABLE_LOGS`, `LOG_FILE`, `MAX_LOG_SIZE` | "));
}

}  // namespace
}  // namespace apiarist::app
