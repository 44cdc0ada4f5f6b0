// SPDX-License-Identifier: Apache-2.0
#include "app/outputs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "sinks/ndjson_sink.h"

namespace apiarist::app {

PipelineOptions pipeline_options(const Settings& settings) {
    PipelineOptions options;
    options.connection.http1.body = settings.count("body-bytes");
    options.connection.decoded_body = settings.count("body-bytes");
    return options;
}

Result<std::unique_ptr<policy::Sink>> make_sink(const Settings& settings, const std::string& instance_id) {
    if (settings.flag("null")) {
        if (!settings.text("ndjson").empty())
            return Error{std::errc::invalid_argument, "--null and --ndjson exclude each other"};
        return std::unique_ptr<policy::Sink>(std::make_unique<sinks::NullSink>());
    }
    const std::string path = settings.text("ndjson").empty() ? "-" : settings.text("ndjson");
    auto sink = sinks::NdjsonSink::make(path, {.instance_id = instance_id, .exact_payload = true});
    if (!sink) return std::move(sink).error();
    return std::unique_ptr<policy::Sink>(std::move(*sink));
}

Result<LedgerFile> LedgerFile::make(const std::string& path) {
    if (path.empty()) return LedgerFile(Fd(), path);
    Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd) return Error::from_errno(errno, "ledger file " + path);
    return LedgerFile(std::move(fd), path);
}

Status LedgerFile::write(const LedgerSnapshot& ledger) const {
    if (!fd_) return Done{};
    const std::string json = ledger_json(ledger);
    for (std::size_t done = 0; done < json.size();) {
        const ssize_t n = ::write(fd_.get(), json.data() + done, json.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return Error::from_errno(errno, "ledger file " + path_);
        done += static_cast<std::size_t>(n);
    }
    return Done{};
}

int report(const Settings& settings, policy::Sink& sink, const LedgerFile& file, const LedgerSnapshot& ledger) {
    int status = 0;
    if (const auto finished = sink.finish(); !finished) status = fail(1, finished.error().what);
    if (const auto written = file.write(ledger); !written) status = fail(1, written.error().what);
    if (!settings.flag("quiet")) fmt::print(stderr, "{}", ledger_summary(ledger));
    return status;
}

int fail(int status, const std::string& what) {
    fmt::print(stderr, "apiarist: {}\n", what);
    return status;
}

}  // namespace apiarist::app
