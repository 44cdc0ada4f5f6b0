// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records as they come, as server-sent events (HTML Living Standard, §9.2).

#include <functional>
#include <string_view>

#include "api/deadline_stream.h"
#include "live/feed.h"

namespace apiarist::api {

// What was taken as events, in texts of a bounded size. False: one was not written, and those that follow were not
// tried.
using WriteText = std::function<bool(std::string_view text)>;
[[nodiscard]] bool write_events(const live::Taken& taken, const WriteText& write);
// Until the peer goes, takes nothing or may have nothing any more, or the server ends.
void stream_records(const Continuation& continuation, DeadlineStream& stream);

}  // namespace apiarist::api
