// SPDX-License-Identifier: Apache-2.0
#pragma once
// SOAP 1.1 and 1.2: the element that stands first in the Body, which is what is called, and the action. Read by Expat
// as far as that element and no further, at most 256 KiB; a document type ends it, so that there are no entities. Pure
// and bounded.

#include <optional>
#include <string>
#include <string_view>

namespace apiarist::protocols {

struct SoapCall {
    std::string name;            // of the element, without its prefix; empty: the Body is empty, or was not reached
    std::string namespace_name;  // its URI
    bool cut = false;            // one of them is too long to be told
};

// Nothing: it is no envelope. What is cut off behind the element is not missed.
[[nodiscard]] std::optional<SoapCall> read_soap(std::string_view body);

// Of the field SOAPAction (1.1), else of the parameter "action" of the content type (1.2). Empty: none.
[[nodiscard]] std::string soap_action(std::string_view soap_action, std::string_view content_type);

}  // namespace apiarist::protocols
