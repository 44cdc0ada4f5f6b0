// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

namespace apiarist {

Error Error::from_errno(int error_number, std::string_view doing) {
    return Error{static_cast<std::errc>(error_number),
                 std::string(doing) + ": " + std::generic_category().message(error_number)};
}

Error Error::context(std::string_view doing) && {
    what.insert(0, std::string(doing) + ": ");
    return std::move(*this);
}

}  // namespace apiarist
