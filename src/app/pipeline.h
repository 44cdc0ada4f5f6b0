// SPDX-License-Identifier: Apache-2.0
#pragma once
// The way of the data, wired: source → tracker → policy → sink, one worker thread per ring of the source. Ends when the
// source is finished and drained.

#include <memory>
#include <thread>
#include <vector>

#include "base/ledger.h"
#include "base/result.h"
#include "capture/source.h"
#include "events/recording.h"
#include "policy/policy.h"
#include "policy/sink.h"
#include "transactions/tracker.h"

namespace apiarist::app {

struct PipelineOptions {
    transactions::TrackerOptions tracker;
    policy::PolicyOptions policy;
};

class Pipeline {
  public:
    // Borrows all of them, the options too; they outlive it. `recording` may be null.
    Pipeline(capture::Source& source, policy::Sink& sink, events::RecordingWriter* recording,
             const PipelineOptions& options);
    ~Pipeline();

    void start();
    // Returns when every worker has drained its ring of the finished source.
    void join();
    // After join(): records that the source makes at the end, then the end of everything that is alive.
    void finish(const std::function<void(const capture::OnRecord&)>& last_records);

    [[nodiscard]] LedgerSnapshot ledger() const;
    // Asks the workers to give back so many bytes of what their connections hold. Any thread.
    void relieve(std::uint64_t bytes);

  private:
    class Worker;
    policy::Sink& sink_;
    std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace apiarist::app
