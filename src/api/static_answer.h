// SPDX-License-Identifier: Apache-2.0
#pragma once
// A file of the dashboard as an answer of the server: what a browser may do with it, how long it may keep it.

#include <httplib.h>

#include <span>

#include "api/static_files.h"

namespace apiarist::api {

// Of a GET or HEAD. False: there is no such file, and nothing was answered.
[[nodiscard]] bool answer_file(std::span<const StaticFile> files, const httplib::Request& request,
                               httplib::Response& response);

}  // namespace apiarist::api
