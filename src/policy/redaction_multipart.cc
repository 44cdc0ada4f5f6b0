// SPDX-License-Identifier: Apache-2.0
#include "policy/redaction_multipart.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/redaction_headers.h"
#include "policy/redaction_parameters.h"

namespace apiarist::policy {
namespace {

using protocols::Header;

// All that a part may be called.
std::vector<std::string> names_of_part(std::string_view disposition) {
    std::vector<std::string> names;
    for (const std::string_view name : {"name", "name*"})
        for (const Backslash backslash : {Backslash::kEscapes, Backslash::kIsItself})
            for (std::string& text : parameters(disposition, name, backslash))
                names.push_back(std::move(text));
    return names;
}

// "--boundary", from the type or from the first line.
std::string delimiter_of(const BodyView& body) {
    const auto boundaries = parameters(body.content_type, "boundary", Backslash::kEscapes);
    if (!boundaries.empty() && !boundaries[0].empty()) return "--" + boundaries[0];
    if (!body.bytes.starts_with("--")) return {};
    return std::string(body.bytes.substr(0, body.bytes.find_first_of("\r\n")));
}

class Multipart {
  public:
    Multipart(ValueRedactor& values, std::string_view in, Nesting nesting)
        : values_(values), in_(in), nesting_(nesting) {}

    std::string run(const std::string& delimiter) {
        std::size_t at = find_delimiter(delimiter, 0);
        content(0, at, {});  // the preamble
        while (at < in_.size()) {
            const std::size_t line_end = std::min(in_.find('\n', at), in_.size());
            std::size_t begin = std::min(line_end + 1, in_.size());
            out_ += in_.substr(at, begin - at);
            const bool last = in_.substr(at + delimiter.size(), 2) == "--";
            at = find_delimiter(delimiter, begin);
            if (last) {
                content(begin, at, {});
            } else {
                part(begin, at);
            }
        }
        return std::move(out_);
    }

  private:
    // At the beginning of a line, and looked for only there: it may almost stand everywhere. `from` begins one.
    [[nodiscard]] std::size_t find_delimiter(std::string_view delimiter, std::size_t from) const {
        while (from < in_.size() && !in_.substr(from).starts_with(delimiter))
            from = std::min(in_.find('\n', from), in_.size() - 1) + 1;
        return from;
    }

    void part(std::size_t begin, std::size_t end) {
        std::vector<Header> headers;
        std::size_t at = begin;
        bool finished = false;
        while (at < end && !finished) {
            const std::size_t next = end_of_field(at, end);
            const std::string_view line = without_break(in_.substr(at, next - at));
            finished = line.empty();
            const std::size_t colon = line.find(':');
            const bool named = colon != std::string_view::npos;
            const std::size_t value = named ? std::min(line.find_first_not_of(" \t\r\n", colon + 1), line.size()) : 0;
            headers.push_back({std::string(line.substr(0, named ? colon : 0)), std::string(line.substr(value))});
            append_field(headers.back(), in_.substr(at, next - at), next == in_.size());
            at = next;
        }
        content(at, end, headers);
    }

    // With the lines that begin with white space, which belong to the one before (RFC 5322 §2.2.3).
    [[nodiscard]] std::size_t end_of_field(std::size_t begin, std::size_t end) const {
        std::size_t next = std::min(in_.find('\n', begin), end - 1) + 1;
        if (without_break(in_.substr(begin, next - begin)).empty()) return next;
        while (next < end && (in_[next] == ' ' || in_[next] == '\t'))
            next = std::min(in_.find('\n', next), end - 1) + 1;
        return next;
    }

    static std::string_view without_break(std::string_view line) {
        while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
            line.remove_suffix(1);
        return line;
    }

    void append_field(const Header& header, std::string_view line, bool at_end) {
        const std::string_view text = without_break(line);
        std::vector<Header> field{header};
        redact_headers(values_, field);
        if (at_end && nesting_.cut) field[0].value = values_.secret(header.value);
        out_ += text.substr(0, text.size() - header.value.size());
        out_ += field[0].value;
        out_ += line.substr(text.size());
    }

    // Without the line break before the next delimiter, which is no part of it.
    void content(std::size_t begin, std::size_t end, const std::vector<Header>& headers) {
        const bool last = end == in_.size();
        const std::string_view all = in_.substr(begin, end - begin);
        const std::size_t line_break = last ? 0 : all.ends_with("\r\n") ? 2 : all.ends_with('\n') ? 1 : 0;
        const std::string_view bytes = all.substr(0, all.size() - line_break);
        const std::string_view disposition = protocols::header_value(headers, "content-disposition");
        const std::vector<std::string> names = names_of_part(disposition);
        const auto name =
            std::find_if(names.begin(), names.end(), [this](const std::string& one) { return values_.sensitive(one); });
        const bool encoded = !protocols::header_value(headers, "content-encoding").empty();
        if (name != names.end()) {
            out_ += values_.named_secret(*name, bytes);
        } else {
            const std::string_view type = protocols::header_value(headers, "content-type");
            out_ += redact_body(values_, {type, bytes, encoded}, {nesting_.depth + 1, nesting_.cut && last});
        }
        out_ += all.substr(bytes.size());
    }

    ValueRedactor& values_;
    const std::string_view in_;
    const Nesting nesting_;
    std::string out_;
};

}  // namespace

std::optional<std::string> redact_multipart(ValueRedactor& values, const BodyView& body, Nesting nesting) {
    const std::string delimiter = delimiter_of(body);
    if (delimiter.size() < 3) return std::nullopt;
    return Multipart(values, body.bytes, nesting).run(delimiter);
}

}  // namespace apiarist::policy
