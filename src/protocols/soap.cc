// SPDX-License-Identifier: Apache-2.0
#include "protocols/soap.h"

#include <expat.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/handles.h"
#include "base/text.h"
#include "protocols/message.h"

namespace apiarist::protocols {
namespace {

constexpr std::size_t kLongestName = 256;
constexpr std::size_t kMostRead = 256 << 10;  // bytes of a body: header blocks stand before the Body
constexpr unsigned kDeepest = 256;
constexpr std::size_t kMostNamespaces = 1024;  // declared around an element

struct Name {
    std::string_view space;  // empty: none
    std::string_view local;
    bool cut = false;  // of the namespace it is only known that it is a longer one
};

// "p:local" → "p", "local".
std::pair<std::string_view, std::string_view> split(std::string_view name) {
    const std::size_t colon = name.find(':');
    if (colon == std::string_view::npos) return {{}, name};
    return {name.substr(0, colon), name.substr(colon + 1)};
}

// The namespaces that are declared around where the reader stands. Not by Expat, which copies a namespace's name to
// each attribute that has its prefix.
class Namespaces {
  public:
    // False: there are too many.
    bool enter(unsigned depth, const XML_Char** attributes) {
        for (; attributes[0] != nullptr; attributes += 2) {
            const std::string_view name(attributes[0]);
            const auto [prefix, local] = split(name);
            if (name != "xmlns" && prefix != "xmlns") continue;
            if (declared_.size() >= kMostNamespaces) return false;
            const std::string_view space(attributes[1]);
            declared_.push_back({.depth = depth,
                                 .prefix = std::string(prefix.empty() ? std::string_view{} : local),
                                 .space = std::string(space.substr(0, kLongestName)),
                                 .cut = space.size() > kLongestName});
        }
        return true;
    }
    void leave(unsigned depth) {
        while (!declared_.empty() && declared_.back().depth >= depth)
            declared_.pop_back();
    }
    [[nodiscard]] Name resolve(std::string_view name) const {
        const auto [prefix, local] = split(name);
        for (auto one = declared_.rbegin(); one != declared_.rend(); ++one)
            if (one->prefix == prefix) return {one->space, local, one->cut};
        return {{}, local};
    }

  private:
    struct Declared {
        unsigned depth;
        std::string prefix;
        std::string space;
        bool cut;
    };
    std::vector<Declared> declared_;
};

bool is_envelope(const Name& name) {
    return name.local == "Envelope" && (name.space == "http://schemas.xmlsoap.org/soap/envelope/" ||
                                        name.space == "http://www.w3.org/2003/05/soap-envelope");
}

class Reader {
  public:
    std::optional<SoapCall> run(std::string_view body) {
        if (!parser_) return std::nullopt;
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), on_start, on_end);
        XML_SetStartDoctypeDeclHandler(parser_.get(), on_doctype);
        // Where it is not well-formed, it is not read on.
        XML_Parse(parser_.get(), body.data(), static_cast<int>(std::min(body.size(), kMostRead)), XML_FALSE);
        if (!envelope_) return std::nullopt;
        return std::move(call_);
    }

  private:
    static void on_start(void* reader, const XML_Char* name, const XML_Char** attributes) {
        static_cast<Reader*>(reader)->start(name, attributes);
    }
    static void on_end(void* reader, const XML_Char* /*name*/) { static_cast<Reader*>(reader)->end(); }
    static void on_doctype(void* reader, const XML_Char* /*name*/, const XML_Char* /*system*/,
                           const XML_Char* /*public*/, int /*has_subset*/) {
        static_cast<Reader*>(reader)->stop();
    }

    void start(std::string_view tag, const XML_Char** attributes) {
        if (stopped_) return;
        if (!namespaces_.enter(depth_, attributes)) return stop();
        const Name name = namespaces_.resolve(tag);
        if (depth_ == 0 && is_envelope(name)) {
            envelope_ = true;
            space_ = name.space;
        } else if (depth_ == 0 || depth_ == kDeepest) {
            return stop();
        } else if (depth_ == 1) {
            in_body_ = name.local == "Body" && name.space == space_;
        } else if (depth_ == 2 && in_body_) {
            call_.cut = name.local.size() > kLongestName || name.cut;
            if (name.local.size() <= kLongestName) call_.name = name.local;
            if (!name.cut) call_.namespace_name = name.space;
            return stop();
        }
        ++depth_;
    }

    void end() {
        if (stopped_) return;
        namespaces_.leave(--depth_);
        if (in_body_ && depth_ == 1) stop();  // it was empty
    }

    void stop() {
        stopped_ = true;
        XML_StopParser(parser_.get(), XML_FALSE);
    }

    std::unique_ptr<XML_ParserStruct, Destroy<XML_ParserFree>> parser_{XML_ParserCreate(nullptr)};
    Namespaces namespaces_;
    SoapCall call_;
    std::string space_;  // of the envelope
    unsigned depth_ = 0;
    bool envelope_ = false;
    bool in_body_ = false;
    bool stopped_ = false;
};

std::string_view unquoted(std::string_view text) {
    text = trimmed(text, " \t");
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
    return text;
}

// The value of a parameter of a content type; ";" may stand in quotation marks.
std::string_view parameter(std::string_view content_type, std::string_view name) {
    std::size_t at = std::min(content_type.find(';'), content_type.size());
    while (at < content_type.size()) {
        const std::size_t begin = ++at;
        for (bool quoted = false; at < content_type.size() && (quoted || content_type[at] != ';'); ++at)
            if (content_type[at] == '"') quoted = !quoted;
        const std::string_view pair = content_type.substr(begin, at - begin);
        const std::size_t sign = std::min(pair.find('='), pair.size());
        if (sign < pair.size() && same_name(trimmed(pair.substr(0, sign), " \t"), name))
            return unquoted(pair.substr(sign + 1));
    }
    return {};
}

}  // namespace

std::optional<SoapCall> read_soap(std::string_view body) {
    return Reader().run(body);
}

std::string soap_action(std::string_view soap_action, std::string_view content_type) {
    const std::string_view field = unquoted(soap_action);
    const std::string_view action = field.empty() ? parameter(content_type, "action") : field;
    return std::string(action.size() <= kLongestName ? action : std::string_view{});
}

}  // namespace apiarist::protocols
