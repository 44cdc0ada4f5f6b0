// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records as they come, as server-sent events (HTML Living Standard, §9.2).

#include <string>

#include "api/deadline_stream.h"
#include "live/feed.h"

namespace apiarist::api {

// Empty: nothing was taken.
[[nodiscard]] std::string events_text(const live::Taken& taken);
// Until the peer goes or takes nothing, or the server ends.
void stream_records(live::Reader& reader, DeadlineStream& stream);

}  // namespace apiarist::api
