// SPDX-License-Identifier: Apache-2.0
// The table of settings.h.
#include <array>

#include "app/settings.h"

namespace apiarist::app {
namespace {

constexpr unsigned kPipeline = kRun | kReplay;

constexpr std::array kTable = {
    Setting{"pid", "APIARIST_PID", Kind::kList, "", "", "trace this process and its descendants; may be repeated",
            kRun},
    Setting{"cgroup", "APIARIST_CGROUP", Kind::kList, "", "",
            "trace the processes of this cgroup (v2) and those below it; may be repeated", kRun},
    Setting{"all", "APIARIST_ALL", Kind::kFlag, "false", "", "trace every process of the node", kRun},
    Setting{"for", "APIARIST_FOR", Kind::kDuration, "0", "s",
            "end after this time; 0: when told to, or with the command", kRun},
    Setting{"ndjson", "APIARIST_NDJSON", Kind::kText, "", "",
            "write records as lines of JSON to this file, which is emptied first; -: standard output, and so without "
            "any sink",
            kPipeline},
    Setting{"null", "APIARIST_NULL", Kind::kFlag, "false", "", "parse and pair, then drop the records", kPipeline},
    Setting{"ledger", "APIARIST_LEDGER", Kind::kText, "", "", "write the ledger as JSON to this file at exit",
            kPipeline},
    Setting{"record", "APIARIST_RECORD", Kind::kText, "", "",
            "write the raw events to this file, for `apiarist replay`", kRun},
    Setting{"clear", "APIARIST_CLEAR", Kind::kFlag, "true", "", "read HTTP that passes sockets in clear", kRun},
    Setting{"tls", "APIARIST_TLS", Kind::kFlag, "true", "", "read HTTP under TLS, in the TLS libraries", kRun},
    Setting{"workers", "APIARIST_WORKERS", Kind::kCount, "1", "", "worker threads, each with a ring of its own; 1 to 4",
            kRun},
    Setting{"ring-bytes", "APIARIST_RING_BYTES", Kind::kBytes, "32M", "bytes",
            "memory of each ring between kernel and worker", kRun},
    Setting{"call-bytes", "APIARIST_CALL_BYTES", Kind::kBytes, "2M", "bytes",
            "bytes of one system or TLS call that are copied", kRun},
    Setting{"budget-bytes", "APIARIST_BUDGET_BYTES", Kind::kBytes, "0", "bytes",
            "bytes that are copied in each ring and second; beyond it whole exchanges are left out; 0: no limit", kRun},
    Setting{"cpu-limit", "APIARIST_CPU_LIMIT", Kind::kCount, "0", "%",
            "of one CPU, that the collector may use: above it whole exchanges are left out, and where that does not "
            "help it detaches; 0: no limit",
            kRun},
    Setting{"return-probes", "APIARIST_RETURN_PROBES", Kind::kText, "auto", "",
            "auto: except on kernels where one may kill a process under seccomp; always; never", kRun},
    Setting{
        "connection-table",
        "APIARIST_CONNECTION_TABLE",
        Kind::kCount,
        "131072",
        "",
        "connections that the kernel programs can keep in mind at once; beyond, a connection is not read, and counted",
        kRun,
        {{{"TRAFFIC_MAX_CONNECTION_MAP_SIZE"}}}},
    Setting{"egress",
            "APIARIST_EGRESS",
            Kind::kFlag,
            "true",
            "",
            "records of clients (direction 2) too",
            kPipeline,
            {{{"TRAFFIC_DISABLE_EGRESS", Form::kNotTrue}}}},
    Setting{"ip-hosts",
            "APIARIST_IP_HOSTS",
            Kind::kFlag,
            "true",
            "",
            "records of requests whose Host is empty or an IPv4 address too",
            kPipeline,
            {{{"AKTO_IGNORE_IP_TRAFFIC", Form::kNotTrue}}}},
    Setting{"cloud-metadata",
            "APIARIST_CLOUD_METADATA",
            Kind::kFlag,
            "true",
            "",
            "records of requests to the Host 169.254.169.254 too",
            kPipeline,
            {{{"AKTO_IGNORE_CLOUD_METADATA_CALLS", Form::kNotTrue}}}},
    Setting{"sidecars",
            "APIARIST_SIDECARS",
            Kind::kFlag,
            "true",
            "",
            "records of clients at 127.0.0.6 (a mesh's sidecar to its own service) too",
            kPipeline,
            {{{"AKTO_IGNORE_ENVOY_PROXY_CALLS", Form::kNotTrue}}}},
    Setting{"ignore-ports",
            "APIARIST_IGNORE_PORTS",
            Kind::kList,
            "9092,19092,29092,2181,27017,6379",
            "",
            "no records of connections whose remote port is one of these",
            kPipeline,
            {{{"TRAFFIC_IGNORE_DEFAULT_PORTS", Form::kListIfTrue}}}},
    Setting{"header-rules",
            "APIARIST_HEADER_RULES",
            Kind::kText,
            R"([{"key":{"eq":"x-envoy-peer-metadata-id","ifAbsent":"accept"},"value":{"regex":".*sidecar.*"}}])",
            "",
            "JSON: rules on request headers, all of which must hold; the regular expressions are RE2's",
            kPipeline,
            {{{"AKTO_MODULE_DISCOVERY_CONFIG"}}}},
    Setting{"sample-per-minute", "APIARIST_SAMPLE_PER_MINUTE", Kind::kCount, "0", "",
            "records of each method, host and path in a minute; 0: all", kPipeline},
    Setting{"output-per-minute",
            "APIARIST_OUTPUT_PER_MINUTE",
            Kind::kBytes,
            "0",
            "bytes",
            "bytes of targets, headers and bodies that leave in a minute; 0: no limit",
            kPipeline,
            {{{"OUTPUT_BANDWIDTH_LIMIT", Form::kMegabytes}}}},
    Setting{"body-bytes", "APIARIST_BODY_BYTES", Kind::kBytes, "1M", "bytes",
            "bytes of a body that are kept, before and after its content coding is removed", kPipeline},
    Setting{"metrics", "APIARIST_METRICS", Kind::kText, "", "",
            "serve /metrics, /healthz and /readyz here, as in 127.0.0.1:9464", kRun},
    Setting{"quiet", "APIARIST_QUIET", Kind::kFlag, "false", "", "no summary on standard error at exit", kPipeline},
};

}  // namespace

std::span<const Setting> setting_table() {
    return kTable;
}

std::string default_text(std::string_view name) {
    for (const Setting& setting : kTable)
        if (setting.name == name) return std::string(setting.fallback);
    return {};
}

}  // namespace apiarist::app
