# SPDX-License-Identifier: Apache-2.0
"""Each variable of the reference that has a meaning here, and the tests that set it and show its effect. test_variables.py holds
this to `apiarist config` and to the tests."""

FILTERS = "live/test_variables.py::Filters."
CAPTURED = "live/test_variables_live.py::Captured."
FOLLOWED = "live/test_variables_live.py::Followed."
SAID = "live/test_variables_live.py::Said."
KAFKA = "live/test_variables_kafka.py::Kafka."
SECURITY = "live/test_kafka_security.py::Security."
MEMORY = "live/test_memory.py::Memory."
MONGO = "live/test_mongo.py::Mongo."
IN_A_POD = "live/test_pods.py::Pods.test_in_a_pod_the_pods_are_the_default"

TESTS = {
    "AKTO_AGENT_NAME": [KAFKA + "test_heartbeats_name_whom_the_variables_say"],
    "AKTO_ENABLE_GRAPH": [FILTERS + "test_graph"],
    "AKTO_IGNORE_CLOUD_METADATA_CALLS": [FILTERS + "test_cloud_metadata"],
    "AKTO_IGNORE_ENVOY_PROXY_CALLS": [FILTERS + "test_sidecars"],
    "AKTO_IGNORE_IP_TRAFFIC": [FILTERS + "test_ip_hosts"],
    "AKTO_IMAGE_VERSION": [KAFKA + "test_heartbeats_name_whom_the_variables_say"],
    "AKTO_INJECT_TAGS": [FILTERS + "test_tags"],
    "AKTO_KAFKA_BROKER_MAL": [KAFKA + "test_addresses"],
    "AKTO_KAFKA_BROKER_URL": [KAFKA + "test_addresses"],
    "AKTO_KAFKA_DISABLED": [KAFKA + "test_no_kafka_although_there_are_brokers"],
    "AKTO_KAFKA_GROUP_ID_CONFIG": ["live/test_processor.py::ProcessorTest.test_the_group_is_the_one_that_the_variable_names"],
    "AKTO_KAFKA_SASL_MECHANISM": [SECURITY + "test_the_mechanism_is_the_one_that_is_named",
                                  SECURITY + "test_a_mechanism_that_is_none_is_a_warning_and_the_default"],
    "AKTO_LOG_LEVEL": [SAID + "test_levels"],
    "AKTO_MEM_HARD_LIMIT": [MEMORY + "test_the_hard_limit_in_megabytes",
                            SAID + "test_what_no_run_could_begin_with_is_said_and_the_default_holds"],
    "AKTO_MEM_SOFT_LIMIT": [FILTERS + "test_soft_limit_of_memory",
                            MEMORY + "test_above_the_soft_limit_the_largest_bodies_go_and_every_record_comes"],
    "AKTO_MEM_THRESH_RESTART": [MEMORY + "test_the_hard_limit_by_its_older_name"],
    "AKTO_MODULE_DISCOVERY_CONFIG": [FILTERS + "test_header_rules",
                                     FILTERS + "test_header_rules_that_are_none_are_said_and_the_default_holds"],
    "AKTO_MONGO_CONN": [MONGO + "test_traffic_is_counted_by_client_and_host_and_hour", MONGO + "test_header_values_filter_and_may_change"],
    "AKTO_TRAFFIC_BATCH_SIZE": [KAFKA + "test_batches_are_no_larger_than_told", KAFKA + "test_a_full_batch_waits_for_nothing"],
    "AKTO_TRAFFIC_BATCH_TIME_SECS": [KAFKA + "test_a_batch_that_is_not_full_waits_its_time"],
    "CAPTURE_ALL": [CAPTURED + "test_clear_and_tls"],
    "CAPTURE_SSL": [CAPTURED + "test_clear_and_tls"],
    "HOSTNAME": [KAFKA + "test_heartbeats_name_whom_the_variables_say"],
    "HOST_MAPPING": [IN_A_POD],
    "INSECURE_SKIP_VERIFY": [SECURITY + "test_without_verification_anything_goes_and_is_warned_of_once"],
    "IS_AUTH_IMPLEMENTED": [SECURITY + "test_plain_over_tls"],
    "KAFKA_AUTH_ENABLED": [SECURITY + "test_scram_512"],
    "KAFKA_HEARTBEAT_INTERVAL_SECONDS": [KAFKA + "test_heartbeats_come_as_often_as_told"],
    "KAFKA_PASSWORD": [SECURITY + "test_plain_over_tls", SECURITY + "test_wrong_password"],
    "KAFKA_POLL_INTERVAL": [KAFKA + "test_no_batch_waits_longer_than_the_poll_interval"],
    "KAFKA_USERNAME": [SECURITY + "test_plain_over_tls"],
    "KUBERNETES_SERVICE_HOST": [IN_A_POD],
    "MODULE_MEM_CHECK_INTERVAL": [MEMORY + "test_memory_is_looked_at_as_often_as_told"],
    "NODE_NAME": [KAFKA + "test_heartbeats_name_whom_the_variables_say"],
    "OUTPUT_BANDWIDTH_LIMIT": [FILTERS + "test_output_bandwidth"],
    "POD_NAME": [KAFKA + "test_heartbeats_name_whom_the_variables_say"],
    # On a kernel of its own, whose every process is the test's.
    "PROBE_ALL_PID": ["kernels/guest/pods.sh"],
    "TLS_CA_CERT_PATH": [SECURITY + "test_plain_over_tls"],
    "TRAFFIC_BUFFER_THRESHOLD": [FILTERS + "test_soft_limit_of_memory"],
    "TRAFFIC_DISABLE_EGRESS": [FILTERS + "test_egress"],
    "TRAFFIC_IGNORE_DEFAULT_PORTS": [FILTERS + "test_default_ports"],
    "TRAFFIC_INACTIVITY_THRESHOLD": ["live/test_variables_live.py::Inactive.test_a_connection_that_pauses_longer_than_it_may_goes_on"],
    "TRAFFIC_MAX_ACTIVE_CONN": [FOLLOWED + "test_more_that_are_busy_than_may_be_followed",
                                FOLLOWED + "test_more_that_pause_than_may_be_followed"],
    "TRAFFIC_MAX_CONNECTION_MAP_SIZE": [FOLLOWED + "test_connection_table"],
    "USE_TLS": [SECURITY + "test_plain_over_tls"],
}
