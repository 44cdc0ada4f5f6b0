// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.h"
#include "app/doctor.h"
#include "app/log.h"
#include "app/outputs.h"
#include "app/printable.h"
#include "app/reference_variables.h"
#include "app/settings.h"
#include "sinks/mongo_link.h"

namespace apiarist::app {
namespace {

// Large blocks go back to the system when they are freed: else the C library learns from the first of them, the
// kernel's BTF at the start, to keep them.
void limit_heap() {
    ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 8 << 20);
}

using Given = std::map<std::string, std::vector<std::string>, std::less<>>;

void add_settings(CLI::App& command, unsigned mask, Given& given) {
    for (const Setting& setting : setting_table()) {
        if ((setting.commands & mask) == 0) continue;
        auto& values = given[std::string(setting.name)];
        const std::string flag = fmt::format("--{}", setting.name);
        std::string help = fmt::format("{} [{}]", setting.meaning, setting.variable);
        if (!setting.fallback.empty()) help += fmt::format(" (default {})", setting.fallback);
        if (setting.kind == Kind::kFlag) {
            command.add_option(flag, values, help)->expected(0, 1)->default_str("true")->type_name("[BOOL]");
        } else {
            command.add_option(flag, values, help)->type_name("VALUE")->expected(1)->take_all();
        }
    }
}

// CLI11 takes a value in brackets for a list; JSON is none. A mark before it hides that, and is taken off again.
constexpr char kMark = '\x01';

void hide_brackets(std::string& argument) {
    if (argument.starts_with('[')) argument.insert(0, 1, kMark);
    const auto equals = argument.starts_with("--") ? argument.find('=') : std::string::npos;
    if (equals != std::string::npos && argument.compare(equals, 2, "=[") == 0) argument.insert(equals + 1, 1, kMark);
}

void show_bracket(std::string& value) {
    if (value.starts_with(kMark)) value.erase(0, 1);
}

void show_brackets(Given& given) {
    for (auto& [name, values] : given)
        std::for_each(values.begin(), values.end(), show_bracket);
}

std::vector<const CLI::App*> commands_of(const CLI::App& cli) {
    return cli.get_subcommands([](const CLI::App*) { return true; });
}

bool has_command(const CLI::App& cli, const std::string& name) {
    const auto commands = commands_of(cli);
    return std::any_of(commands.begin(), commands.end(),
                       [&name](const CLI::App* command) { return command->get_name() == name; });
}

std::string names_of(const CLI::App& cli) {
    std::string names;
    for (const CLI::App* command : commands_of(cli))
        names += (names.empty() ? "" : ", ") + command->get_name();
    return names;
}

// CLI11's own words have them in reverse.
std::string what_is_left(const CLI::App& cli) {
    std::string words;
    std::string command;
    for (const CLI::App* one : cli.get_subcommands())
        command = one->get_name();
    for (std::string word : cli.remaining(true)) {
        show_bracket(word);
        words += (words.empty() ? "" : " ") + printable(word);
    }
    return fmt::format("{} does not take: {} (apiarist {} --help lists what it takes)", command, words, command);
}

std::optional<std::string> environment(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
}

void warn_of_unknown_variables(const Log& log) {
    for (char** one = environ; *one != nullptr; ++one) {
        const std::string_view text(*one);
        const std::string_view name = text.substr(0, text.find('='));
        const auto table = setting_table();
        if (!name.starts_with("APIARIST_")) continue;
        if (std::none_of(table.begin(), table.end(),
                         [name](const Setting& setting) { return setting.variable == name; }))
            log.warn(fmt::format("{}: no such setting (apiarist config lists them)", name));
    }
}

int main(int argc, char** argv) {
    limit_heap();
    sinks::remove_mongo_counters();
    // What follows "--" is the command's, flags and all.
    std::vector<std::string> arguments(argv + 1, argv + argc);
    std::vector<std::string> child;
    const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
    const bool has_dashes = dashes != arguments.end();
    if (has_dashes) {
        child.assign(dashes + 1, arguments.end());
        arguments.erase(dashes, arguments.end());
    }

    CLI::App cli("apiarist: watches the API traffic of this node", "apiarist");
    cli.require_subcommand(1);
    cli.set_version_flag("--version", APIARIST_VERSION);
    Given given;  // of the one command that is parsed
    bool markdown = false;
    bool json = false;
    std::string recording;
    CLI::App* run_command =
        cli.add_subcommand("run", "collect on this node; with -- COMMAND ARG..., from its process tree");
    CLI::App* replay_command = cli.add_subcommand("replay", "the same from a recording: no kernel, no root");
    CLI::App* config_command = cli.add_subcommand("config", "every setting: value in force, origin, default, meaning");
    CLI::App* doctor_command =
        cli.add_subcommand("doctor", "what this host can and cannot capture, and why; 1 if nothing");
    CLI::App* coverage_command = cli.add_subcommand(
        "coverage", "how much a running collector (--metrics) sees of each process, and why not the rest");
    CLI::App* processor_command =
        cli.add_subcommand("processor", "keep an inventory of the APIs whose records are in a Kafka topic, or a file");
    CLI::App* export_command =
        cli.add_subcommand("export", "a collection of an inventory as an OpenAPI document, to standard output");
    CLI::App* tokens_command =
        cli.add_subcommand("tokens", "make new tokens of an inventory's API; those of before are refused");
    run_command->footer("Behind the options: -- COMMAND ARG...  starts the command and collects from its process tree");
    add_settings(*run_command, kRun, given);
    add_settings(*replay_command, kReplay, given);
    replay_command->add_option("recording", recording, "file that `run --record` wrote")->required();
    config_command->add_flag("--markdown", markdown, "as docs/configuration.md");
    doctor_command->add_flag("--json", json, "as JSON");
    add_settings(*coverage_command, kCoverage, given);
    add_settings(*processor_command, kProcessor, given);
    add_settings(*export_command, kExport, given);
    add_settings(*tokens_command, kTokens, given);
    coverage_command->add_flag("--json", json, "as JSON");
    if (!arguments.empty() && !arguments[0].starts_with('-') && !has_command(cli, arguments[0]))
        return fail(2, fmt::format("there is no command `{}`; there are {}", printable(arguments[0]), names_of(cli)));
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        std::for_each(reversed.begin(), reversed.end(), hide_brackets);
        cli.parse(reversed);
        show_brackets(given);
        show_bracket(recording);
    } catch (const CLI::ExtrasError&) {
        return fail(2, what_is_left(cli));
    } catch (const CLI::ParseError& error) {
        return error.get_exit_code() == 0 ? cli.exit(error) : fail(2, error.what());
    }

    if (has_dashes && !run_command->parsed()) return fail(2, "-- COMMAND goes with `run` alone");
    if (has_dashes && child.empty()) return fail(2, "nothing follows --");
    if (doctor_command->parsed()) return doctor(json);
    const auto settings = Settings::make(given, environment);
    if (!settings) return fail(2, settings.error().what);
    if (coverage_command->parsed()) return coverage(*settings, json);
    const Log log(*settings);
    warn_of_unknown_variables(log);
    for (const std::string& line : meaningless_lines(environment))
        log.warn(line);
    if (run_command->parsed()) return run(*settings, child);
    if (processor_command->parsed()) return processor(*settings);
    if (export_command->parsed()) return export_inventory(*settings);
    if (tokens_command->parsed()) return tokens(*settings);
    if (replay_command->parsed()) return replay(*settings, recording);
    for (const std::string& warning : settings->warnings())
        log.warn(warning);
    fmt::print("{}", markdown ? config_markdown() : config_text(*settings));
    return 0;
}

}  // namespace
}  // namespace apiarist::app

int main(int argc, char** argv) {
    try {
        return apiarist::app::main(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "apiarist: %s\n", error.what());
        return 1;
    }
}
