// SPDX-License-Identifier: Apache-2.0
#include "app/reference_variables.h"

#include <fmt/format.h>

#include <array>

namespace apiarist::app {
namespace {

constexpr std::array kWithoutMeaning = {
    VariableNote{"AKTO_BYTES_IN_THRESHOLD", "the reference reads it and does nothing with it"},
    VariableNote{"AKTO_DISABLE_ON_DB", "a MongoDB that is absent never ends the collector"},
    VariableNote{"UPROBE_POLL_INTERVAL", "nothing is polled: a process and its TLS library are seen when they come"},
    VariableNote{"AKTO_SYS_MEM_HARD_LIMIT,GOMEMLIMIT_PERCENT,MEM_LIMIT,MEMORY_THRESHOLD,AKTO_MEM_LIMIT",
                 "of Go's runtime; the limits here are AKTO_MEM_SOFT_LIMIT and AKTO_MEM_HARD_LIMIT"},
    VariableNote{"AKTO_CPU_LIMIT,AKTO_SYSTEM_CPU_SOFT_ADD_CORES,AKTO_SYSTEM_CPU_HARD_ADD_CORES,"
                 "AKTO_SYSTEM_CPU_SOFT_CORES,AKTO_SYSTEM_CPU_HARD_CORES,AKTO_PAUSE_INGESTION",
                 "the collector limits its own CPU time: APIARIST_CPU_LIMIT, APIARIST_BUDGET_BYTES"},
    VariableNote{"TRAFFIC_SAMPLE_BUFFER_PER_MINUTE",
                 "see APIARIST_BUDGET_BYTES (bytes copied) or OUTPUT_BANDWIDTH_LIMIT"},
    VariableNote{"SAMPLE_LIMIT_PER_MIN", "see APIARIST_SAMPLE_PER_MINUTE"},
    VariableNote{"TRAFFIC_COMPLETE_THRESHOLD,TRAFFIC_MAX_BUFFER_PER_TRACKER,MSG_SEQ_FLUSH_TICK_INTERVAL,"
                 "TRACKER_DATA_PROCESS_INTERVAL",
                 "a pair leaves when its response is complete"},
    VariableNote{"AKTO_PER_CONN_CH_BUFFER_SIZE,EVENT_CHAN_BUFF_SIZE,SOCKET_DATA_EVENT_BYTES_THRESHOLD,"
                 "AKTO_SKIP_SEQUENCE_CHECK,SKIP_PAIR_PROCESSING,AKTO_FAST_INGESTION,FAST_ENCODER,"
                 "AKTO_FAST_PARSER_GUNZIP,AKTO_FAST_PARSER_CHUNK_ENCODING",
                 "there is one pipeline, without these parts"},
    VariableNote{"TRAFFIC_RINGBUF_DATA_MB,TRAFFIC_RINGBUF_OPEN_MB,TRAFFIC_RINGBUF_CLOSE_MB,"
                 "TRAFFIC_DISABLE_PERF_SUBMIT",
                 "see APIARIST_RING_BYTES"},
    VariableNote{"CAPTURE_EGRESS", "both directions are read by the same programs; see TRAFFIC_DISABLE_EGRESS"},
    VariableNote{"AKTO_CONN_PREFILL", "connections that are older than the collector are always followed"},
    VariableNote{"EBPF_MODE,AKTO_EBPF_RUNTIME,BPF_OBJ_PATH,DISABLE_KHEADERS,EBPF_ROOT,AKTO_FOREGROUND",
                 "there is one kind of kernel programs, which needs no kernel headers"},
    VariableNote{"AKTO_KERNEL_DROP_NON_HTTP_TRAFFIC", "what is not HTTP is never copied"},
    VariableNote{"FILTER_LOCAL_TRAFFIC,LOCAL_TRAFFIC_IP_LE,TRAFFIC_STRICT_REMOTE_PORT_FILTER,"
                 "TRAFFIC_STRICT_REMOTE_PORT",
                 "not supported: local traffic is collected as any other; see APIARIST_IGNORE_PORTS"},
    VariableNote{"TRACE_PIDS,TRACE_COMMS", "see APIARIST_PID and APIARIST_CGROUP"},
    VariableNote{"AKTO_MEM_SAMPLING_ENABLED,LRU_CACHE_CAPACITY,BLOOM_FILTER_CAPACITY,BLOOM_FILTER_FP_RATE,"
                 "TIME_BUCKET_DURATION_MINUTES",
                 "not supported: see APIARIST_SAMPLE_PER_MINUTE"},
    VariableNote{"AKTO_K8_METADATA_CAPTURE,AKTO_K8_METADATA_CAPTURE_NAMESPACE,AKTO_RESOLVE_OUTBOUND_POD_LABELS",
                 "not supported: pod labels are not put on records; AKTO_INJECT_TAGS is"},
    VariableNote{"AKTO_THREAT_ENABLED", "not supported: nothing is sent to akto.api.logs2"},
    VariableNote{"KAFKA_ERROR_THRESHOLD",
                 "records are sent again until they are acknowledged; no number of failures "
                 "ends the collector"},
    VariableNote{"KAFKA_RECONNECT_INTERVAL_MINUTES", "connections are made again when they break"},
    VariableNote{"CLOUD_PROCESSOR_MODE,CLOUD_PROCESSOR_AUTHENTICATION_TOKEN,CLOUD_PROCESSOR_URL,"
                 "CLOUD_PROCESSOR_BUFFER_INTERVAL_SECONDS,CLOUD_PROCESSOR_BUFFER_SIZE",
                 "not supported: records go to Kafka"},
    VariableNote{"LOG_LEVEL", "see AKTO_LOG_LEVEL"},
    VariableNote{"AKTO_FILE_LOGGING_ENABLED,ENABLE_LOGS,LOG_FILE,MAX_LOG_SIZE", "the log is standard error"},
    VariableNote{"DEBUG_MODE,INGEST_LOGS,PROCESS_LOGS,PRINT_BPF_LOGS,MSG_SEQ_LOGS,DEBUG_URLS,AKTO_DEBUG_MEM_PROFILING,"
                 "AKTO_ENABLE_PPROF,TRAFFIC_LOG_BPF_SOCKET_DATA_SUBMITS,TRAFFIC_LOG_EBPF_MAP_MEMORY",
                 "of the reference's debugging; see APIARIST_METRICS and AKTO_LOG_LEVEL=DEBUG"},
};

constexpr std::array kDifferences = {
    VariableNote{"AKTO_KAFKA_BROKER_MAL", "may be a list by commas; the reference takes one broker"},
    VariableNote{"AKTO_TRAFFIC_BATCH_SIZE,AKTO_TRAFFIC_BATCH_TIME_SECS",
                 "have defaults (100, 10 s); without them the older reference sends nothing"},
    VariableNote{"KAFKA_POLL_INTERVAL",
                 "has no default here: a pair is handed to Kafka's client when it is complete, and leaves with its "
                 "batch; when set, no batch waits longer"},
    VariableNote{
        "TRAFFIC_INACTIVITY_THRESHOLD",
        "30 s as on the page (the reference's code has 3 or 7). The reference ends a stream then and loses what "
        "comes later; here the connection only gives its buffers back, and goes on with its next byte"},
    VariableNote{"TRAFFIC_MAX_ACTIVE_CONN",
                 "the reference drops the data of all connections at the limit; here a pausing connection makes room, "
                 "and only a new one beside as many busy ones is not followed"},
    VariableNote{"TRAFFIC_BUFFER_THRESHOLD,AKTO_MEM_SOFT_LIMIT",
                 "600 MB as on the page (the reference's code has 400). The reference drops every stream; here the "
                 "largest give up their bodies, and their records say so"},
    VariableNote{
        "AKTO_MEM_THRESH_RESTART,AKTO_MEM_HARD_LIMIT",
        "800 MB as on the page (the reference's code has 500). Exit status 3 as there, but what is queued is sent "
        "before; measured are heap and rings, not Go's heap"},
    VariableNote{"AKTO_MODULE_DISCOVERY_CONFIG",
                 "regular expressions are RE2's (as Go's); the rules hold on every path"},
    VariableNote{"TRAFFIC_IGNORE_DEFAULT_PORTS",
                 "has an effect; the older reference compares a number with its bytes "
                 "swapped"},
    VariableNote{"AKTO_IGNORE_ENVOY_PROXY_CALLS",
                 "has an effect; the reference compares an address with one that carries "
                 "a port"},
    VariableNote{"INSECURE_SKIP_VERIFY",
                 "false by default: brokers' certificates are verified; the reference's default "
                 "verifies nothing"},
    VariableNote{"USE_TLS,IS_AUTH_IMPLEMENTED,TRAFFIC_DISABLE_EGRESS,AKTO_IGNORE_IP_TRAFFIC",
                 "TRUE and True are true as well; the reference takes \"true\" alone"},
    VariableNote{"AKTO_MONGO_CONN",
                 "names in filterHeaderValueMap are compared without case; an address that is none is said and left"},
    VariableNote{"AKTO_LOG_LEVEL", "INFO by default; the reference's is WARN"},
    VariableNote{"PROBE_ALL_PID",
                 "without it the reference traces every process in a container; here it is every process in a pod"},
    VariableNote{"KAFKA_HEARTBEAT_INTERVAL_SECONDS",
                 "heartbeats hold an allow-list of settings; the reference sends every variable, secrets too"},
};

std::vector<std::string_view> names_in(std::string_view variables) {
    std::vector<std::string_view> names;
    for (std::size_t at = 0; at < variables.size();) {
        const std::size_t comma = std::min(variables.find(',', at), variables.size());
        names.push_back(variables.substr(at, comma - at));
        at = comma + 1;
    }
    return names;
}

std::string in_code(std::string_view variables) {
    std::string text;
    for (const std::string_view name : names_in(variables))
        text += fmt::format("{}`{}`", text.empty() ? "" : ", ", name);
    return text;
}

}  // namespace

std::span<const VariableNote> variables_without_meaning() {
    return kWithoutMeaning;
}

std::span<const VariableNote> differences() {
    return kDifferences;
}

std::vector<std::string> meaningless_lines(const Environment& environment) {
    std::vector<std::string> lines;
    const bool meant = environment("AKTO_KAFKA_BROKER_MAL") || environment("AKTO_KAFKA_BROKER_URL") ||
                       environment("KUBERNETES_SERVICE_HOST");
    for (const VariableNote& one : kWithoutMeaning)
        for (const std::string_view name : names_in(one.variables))
            if (const auto value = environment(name); value && !value->empty() && (meant || name.starts_with("AKTO_")))
                lines.push_back(fmt::format("{} has no meaning here: {}", name, one.note));
    return lines;
}

std::string reference_markdown() {
    std::string out =
        "\n## Differences from the reference\n\nWhere Akto's documents contradict each other, the page of its eBPF "
        "connector is followed.\n\n| variable | what differs, and why |\n| --- | --- |\n";
    for (const VariableNote& one : kDifferences)
        out += fmt::format("| {} | {} |\n", in_code(one.variables), one.note);
    out +=
        "\n## Variables of the reference without a meaning here\n\nThey are accepted; a line in the log says so for "
        "each that is set (of a name without `AKTO_` only in a pod, or where Akto's variables name brokers).\n\n| "
        "variable | why |\n| --- | --- |\n";
    for (const VariableNote& one : kWithoutMeaning)
        out += fmt::format("| {} | {} |\n", in_code(one.variables), one.note);
    return out;
}

}  // namespace apiarist::app
