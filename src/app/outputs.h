// SPDX-License-Identifier: Apache-2.0
#pragma once
// What `run` and `replay` share: limits and sinks from the settings, and what is said at the end.

#include <functional>
#include <memory>
#include <string>

#include "app/pipeline.h"
#include "app/settings.h"
#include "base/ledger.h"
#include "base/result.h"
#include "live/feed.h"
#include "policy/sink.h"
#include "sinks/heartbeat.h"

namespace apiarist::app {

// Says on standard error what of the reference's variables was not understood.
Result<PipelineOptions> pipeline_options(const Settings& settings);
// An error: two outputs are the same file, or one is `input`.
Status check_outputs(const Settings& settings, const std::string& input = {});
// Records go to standard output, asked for or because no sink is named.
[[nodiscard]] bool writes_to_stdout(const Settings& settings);
// What a sink that sends heartbeats asks for one; empty: none are sent.
using HeartbeatSource = std::function<sinks::HeartbeatValues()>;
// `live`: gets what goes into an inventory; outlives the sink.
Result<std::unique_ptr<policy::Sink>> make_sink(const Settings& settings, const std::string& instance_id,
                                                const HeartbeatSource& heartbeat = {}, live::Feed* live = nullptr);

// An output file that is only written at the end, opened at the start so that a wrong path is an error then.
class LedgerFile {
  public:
    // An empty path: none.
    static Result<LedgerFile> make(const std::string& path);
    Status write(const LedgerSnapshot& ledger) const;

  private:
    LedgerFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
    Fd fd_;
    std::string path_;
};

// Finishes the sink, then writes the ledger, which knows then what became of every record, and says the summary. The
// exit status.
int report(const Settings& settings, policy::Sink& sink, const LedgerFile& file, const Pipeline& pipeline);

// "apiarist: …" on standard error; returns `status`.
int fail(int status, const std::string& what);

}  // namespace apiarist::app
