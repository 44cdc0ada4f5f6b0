// SPDX-License-Identifier: Apache-2.0
#pragma once
// The Kafka sink's options from the settings. A contradiction in ours is an error; one that comes of the reference's
// variables is a warning, and the run goes on without what was asked for.

#include <string>
#include <utility>
#include <vector>

#include "app/settings.h"
#include "base/result.h"
#include "sinks/kafka_sink.h"

namespace apiarist::app {

// What a client of the brokers needs, whether it writes or reads: librdkafka's settings of addresses, TLS and login.
Result<std::vector<std::pair<std::string, std::string>>> kafka_connection(const Settings& settings,
                                                                          std::vector<std::string>& warnings);
// Without on_trouble and heartbeats.
Result<sinks::KafkaOptions> kafka_options(const Settings& settings, const std::string& instance_id,
                                          std::vector<std::string>& warnings);

}  // namespace apiarist::app
