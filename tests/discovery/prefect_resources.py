# SPDX-License-Identifier: Apache-2.0
"""What is asked of Prefect's server beside flows and their runs: work pools, blocks, limits, variables, artifacts, events."""
import email.utils

from samples import names
from service import support


def root(prefect):
    driver = prefect.driver
    for path in ("/health", "/version", "/hello", "/ready", "/admin/settings", "/admin/version"):
        driver.repeat(4, "GET", path)
    driver.repeat(3, "GET", "/csrf-token", query={"client": "tester"})
    driver.client.ask("GET", "/api/nothing-here")


def work_pools(prefect):
    driver = prefect.driver
    for name in prefect.names:
        driver.works("POST", "/work_pools/", fixed={"name": name, "type": prefect.random.choice(("process", "docker", "kubernetes"))})
    driver.repeat(3, "POST", "/work_pools/", body={"name": prefect.names[0]})
    driver.each("GET", "/work_pools/{name}", "name", [*prefect.names, "no-such-pool", "another-one"])
    driver.repeat(25, "PATCH", "/work_pools/{name}", name=prefect.names, fixed={})
    driver.repeat(25, "POST", "/work_pools/{name}/get_scheduled_flow_runs", name=prefect.names, fixed={"work_queue_names": ["default"]})
    driver.repeat(25, "POST", "/work_pools/{name}/concurrency_status", name=prefect.names, fixed={})
    queues = names(prefect.random, 22)
    placed = []
    for queue in queues:
        pool = prefect.random.choice(prefect.names)
        placed.append((pool, queue))
        driver.works("POST", "/work_pools/{work_pool_name}/queues", work_pool_name=pool, fixed={"name": queue, "priority": 1})
    for pool, queue in placed * 2:
        driver.call("GET", "/work_pools/{work_pool_name}/queues/{name}", work_pool_name=pool, name=queue)
    driver.fails("GET", "/work_pools/{work_pool_name}/queues/{name}", work_pool_name=prefect.names, name="no-such-queue")
    for pool, queue in placed:
        driver.call("PATCH", "/work_pools/{work_pool_name}/queues/{name}", work_pool_name=pool, name=queue, fixed={"name": queue, "priority": 2})
    driver.repeat(25, "POST", "/work_pools/{work_pool_name}/queues/filter", work_pool_name=prefect.names, fixed={})
    workers = []
    for number in range(25):
        pool, worker = prefect.random.choice(prefect.names), f"ProcessWorker {number}" if number % 2 else f"worker-{driver.uuid()[:8]}"
        workers.append((pool, worker))
        driver.call("POST", "/work_pools/{work_pool_name}/workers/heartbeat", work_pool_name=pool,
                    body={"name": worker, **({"heartbeat_interval_seconds": 30} if number % 3 else {})})
    driver.repeat(25, "POST", "/work_pools/{work_pool_name}/workers/filter", work_pool_name=[pool for pool, _ in workers], fixed={})
    for pool, worker in workers[:22]:
        driver.call("DELETE", "/work_pools/{work_pool_name}/workers/{name}", work_pool_name=pool, name=worker)
    for pool, queue in placed:
        driver.call("DELETE", "/work_pools/{work_pool_name}/queues/{name}", work_pool_name=pool, name=queue)
    prefect.lists("/work_pools/filter", "/work_pools/count")
    driver.repeat(6, "POST", "/task_workers/filter", body=lambda: {"task_worker_filter": {"task_keys": ["a.b"]}})
    work_queues(prefect)
    extra = names(prefect.random, 25)
    for name in extra:
        driver.call("POST", "/work_pools/", body={"name": name + "-old"})
    driver.each("DELETE", "/work_pools/{name}", "name", [name + "-old" for name in extra])


def work_queues(prefect):
    driver = prefect.driver
    queues = names(prefect.random, 30)
    for name in queues:
        made = driver.call("POST", "/work_queues/", fixed={"name": name})
        if made.good:
            prefect.ids.setdefault("queue", []).append(made.get("id"))
    any_queue = prefect.any("queue")
    driver.each("GET", "/work_queues/name/{name}", "name", [*queues, "nobody", "nothing"])
    driver.repeat(30, "GET", "/work_queues/{id}", id=any_queue)
    driver.repeat(25, "PATCH", "/work_queues/{id}", id=any_queue, fixed={"name": lambda: f"queue-{driver.uuid()}"})
    driver.repeat(25, "POST", "/work_queues/{id}/get_runs", id=any_queue, fixed={})
    driver.repeat(25, "POST", "/work_queues/{id}/concurrency_status", id=any_queue, fixed={})
    driver.repeat(25, "GET", "/work_queues/{id}/status", id=any_queue)
    prefect.lists("/work_queues/filter")
    driver.each("DELETE", "/work_queues/{id}", "id", prefect.ids["queue"][:22])


def blocks(prefect):
    driver = prefect.driver
    driver.works("POST", "/block_types/install_system_block_types")
    slugs = [f"{name}-block" for name in prefect.names]
    for slug in slugs:
        made = driver.works("POST", "/block_types/", fixed={"name": slug.replace("-", " "), "slug": slug, "logo_url": "http://127.0.0.1/logo.png",
                                                            "documentation_url": "http://127.0.0.1/docs"})
        prefect.ids.setdefault("block_type", []).append(made.get("id"))
    any_type = prefect.any("block_type")
    driver.repeat(30, "GET", "/block_types/{id}", id=any_type)
    driver.repeat(25, "PATCH", "/block_types/{id}", id=any_type, fixed={"logo_url": "http://127.0.0.1/other.png", "documentation_url": None})
    driver.each("GET", "/block_types/slug/{slug}", "slug", [*slugs, "nothing-block"])
    schemas = []
    for number, kind in enumerate(prefect.ids["block_type"]):
        made = driver.works("POST", "/block_schemas/", body={
            "fields": {"title": f"Block{number}", "type": "object", "properties": {"host": {"type": "string"}, "port": {"type": "integer"}},
                       "required": ["host"], "block_type_slug": slugs[number], "secret_fields": [], "block_schema_references": {}},
            "block_type_id": kind, "capabilities": prefect.random.sample(["read", "write", "notify"], 2),
            **({"version": "1.1"} if number % 2 else {})})
        schemas.append((made.get("id"), made.get("checksum"), kind, slugs[number]))
    prefect.ids["schema"] = [one[0] for one in schemas]
    driver.repeat(30, "GET", "/block_schemas/{id}", id=prefect.any("schema"))
    driver.each("GET", "/block_schemas/checksum/{checksum}", "checksum", [one[1] for one in schemas] + ["sha256:0"])
    driver.repeat(4, "GET", "/block_capabilities/")
    documents = []
    for (schema, _, kind, slug), name in zip(schemas, prefect.names):
        made = driver.works("POST", "/block_documents/", body={"name": f"{name}-db", "data": {"host": f"{name}.example.com", "port": 5432},
                                                               "block_schema_id": schema, "block_type_id": kind})
        documents.append((made.get("id"), slug, f"{name}-db"))
    prefect.ids["document"] = [one[0] for one in documents]
    driver.repeat(30, "GET", "/block_documents/{id}", id=prefect.any("document"))
    driver.repeat(25, "PATCH", "/block_documents/{id}", id=prefect.any("document"), body=lambda: {
        "data": {"host": "other.example.com", "port": prefect.random.randrange(9999)}, "merge_existing_data": prefect.random.random() < 0.5})
    for _, slug, name in documents:
        driver.call("GET", "/block_types/slug/{slug}/block_documents", slug=slug)
        driver.call("GET", "/block_types/slug/{slug}/block_documents/name/{block_document_name}", slug=slug, block_document_name=name)
    driver.fails("GET", "/block_types/slug/{slug}/block_documents/name/{block_document_name}", slug=slugs, block_document_name="nothing")
    prefect.lists("/block_types/filter", "/block_schemas/filter", "/block_documents/filter", "/block_documents/count")
    storage(prefect)
    driver.each("DELETE", "/block_documents/{id}", "id", prefect.ids["document"][:22])
    driver.each("DELETE", "/block_schemas/{id}", "id", prefect.ids["schema"][:22])
    driver.each("DELETE", "/block_types/{id}", "id", prefect.ids["block_type"][:22])


def storage(prefect):
    driver = prefect.driver
    driver.repeat(3, "GET", "/admin/storage")
    driver.fails("PUT", "/admin/storage", body={"default_result_storage_block_id": prefect.one("document")()})
    kind = driver.works("GET", "/block_types/slug/{slug}", slug="local-file-system").get("id")
    listed = driver.works("POST", "/block_schemas/filter", body={"block_schemas": {"block_type_id": {"any_": [kind]}}})
    for name in prefect.names[:5]:
        made = driver.works("POST", "/block_documents/", body={"name": f"{name}-files", "data": {"basepath": str(name)},
                                                               "block_schema_id": listed.get(0, "id"), "block_type_id": kind})
        driver.works("PUT", "/admin/storage", body={"default_result_storage_block_id": made.get("id")})
        driver.call("GET", "/admin/storage")
        driver.call("DELETE", "/admin/storage")


def limits(prefect):
    driver = prefect.driver
    tags = [f"tag-{name}" if number % 2 else name for number, name in enumerate(prefect.names)]
    for tag in tags:
        prefect.ids.setdefault("limit", []).append(driver.works("POST", "/concurrency_limits/", fixed={"tag": tag, "concurrency_limit": 3}).get("id"))
    driver.repeat(30, "GET", "/concurrency_limits/{id}", id=prefect.any("limit"))
    driver.each("GET", "/concurrency_limits/tag/{tag}", "tag", [*tags, "no-tag"])
    for path in ("increment", "decrement"):
        driver.repeat(15, "POST", f"/concurrency_limits/{path}", body=lambda: {"names": prefect.random.sample(tags, 2), "task_run_id": driver.uuid()})
    driver.repeat(25, "POST", "/concurrency_limits/tag/{tag}/reset", tag=tags, fixed={"slot_override": lambda: [driver.uuid()]})
    driver.repeat(6, "POST", "/concurrency_limits/filter", fixed={})
    driver.each("DELETE", "/concurrency_limits/tag/{tag}", "tag", tags[::2] + tags[:8])
    driver.each("DELETE", "/concurrency_limits/{id}", "id", [*prefect.ids["limit"][1::2], *(driver.uuid() for _ in range(8))])
    named = [f"{name}-limit" for name in prefect.names]
    for name in named:
        prefect.ids.setdefault("limit2", []).append(driver.works("POST", "/v2/concurrency_limits/", fixed={
            "name": name, "limit": 50, "active": True, "active_slots": 0, "slot_decay_per_second": 1.5}).get("id"))
    either = [*named, *prefect.ids["limit2"], "no-such-limit"]
    driver.repeat(50, "GET", "/v2/concurrency_limits/{id_or_name}", id_or_name=either)
    driver.repeat(30, "PATCH", "/v2/concurrency_limits/{id_or_name}", id_or_name=either, body=lambda: {"limit": prefect.random.randint(20, 50)})
    driver.repeat(15, "POST", "/v2/concurrency_limits/increment", body=lambda: {
        "slots": 1, "names": prefect.random.sample(named, 2), **({"mode": "concurrency"} if prefect.random.random() < 0.5 else {})})
    driver.repeat(15, "POST", "/v2/concurrency_limits/decrement", fixed={"slots": 1, "names": lambda: prefect.random.sample(named, 2),
                                                                         "create_if_missing": False})
    leases = []
    for _ in range(25):
        made = driver.works("POST", "/v2/concurrency_limits/increment-with-lease", body={
            "slots": 1, "names": prefect.random.sample(named, 1), "lease_duration": 300,
            **({"holder": {"type": "flow_run", "id": driver.uuid()}} if prefect.random.random() < 0.5 else {})})
        leases.append(made.get("lease_id"))
    driver.each("POST", "/v2/concurrency_limits/leases/{lease_id}/renew", "lease_id", [*leases, driver.uuid()], body={"lease_duration": 120})
    for lease in leases:
        driver.call("POST", "/v2/concurrency_limits/decrement-with-lease", body={"lease_id": lease})
    driver.repeat(6, "POST", "/v2/concurrency_limits/filter", fixed={})
    driver.each("DELETE", "/v2/concurrency_limits/{id_or_name}", "id_or_name", [*named[:15], *prefect.ids["limit2"][15:]])


def others(prefect):
    driver = prefect.driver
    for name in prefect.names:
        value = prefect.random.choice(("text", 7, 1.5, True, {"a": 1}, ["x", "y"]))
        made = driver.works("POST", "/variables/", fixed={"name": name.replace("-", "_"), "value": value})
        prefect.ids.setdefault("variable", []).append(made.get("id"))
    variables = [name.replace("-", "_") for name in prefect.names]
    driver.repeat(30, "GET", "/variables/{id}", id=prefect.any("variable"))
    driver.each("GET", "/variables/name/{name}", "name", [*variables, "nothing"])
    driver.repeat(25, "PATCH", "/variables/{id}", id=prefect.any("variable"), fixed={"name": lambda: f"v_{prefect.random.randrange(10**9)}"})
    driver.repeat(25, "PATCH", "/variables/name/{name}", name=variables, body=lambda: {"value": prefect.random.randrange(99), "tags": ["changed"]})
    prefect.lists("/variables/filter", "/variables/count")
    driver.each("DELETE", "/variables/name/{name}", "name", variables)
    driver.each("DELETE", "/variables/{id}", "id", prefect.ids["variable"])
    keys = [f"{name}-report" for name in prefect.names]
    prefect.make("artifact", "POST", "/artifacts/", 40, fixed={
        "key": lambda: prefect.random.choice(keys), "type": lambda: prefect.random.choice(("markdown", "table", "progress")),
        "data": lambda: prefect.random.choice(("# Title", {"rows": 3}, 42.5)), "task_run_id": prefect.one("task"), "flow_run_id": prefect.one("run")})
    driver.repeat(35, "GET", "/artifacts/{id}", id=prefect.any("artifact"))
    driver.each("GET", "/artifacts/{key}/latest", "key", keys)
    driver.repeat(25, "PATCH", "/artifacts/{id}", id=prefect.any("artifact"), fixed={"data": "changed"})
    prefect.lists("/artifacts/filter", "/artifacts/latest/filter", "/artifacts/count", "/artifacts/latest/count")
    driver.each("DELETE", "/artifacts/{id}", "id", prefect.ids["artifact"][:22])
    for name in prefect.names:
        made = driver.works("PUT", "/saved_searches/", body={"name": name, "filters": [
            {"object": "flow", "property": "name", "type": "string", "operation": "equals", "value": prefect.random.choice(("a", 1, True))}]})
        prefect.ids.setdefault("search", []).append(made.get("id"))
    driver.repeat(30, "GET", "/saved_searches/{id}", id=prefect.any("search"))
    driver.repeat(6, "POST", "/saved_searches/filter", fixed={})
    driver.each("DELETE", "/saved_searches/{id}", "id", prefect.ids["search"][:22])
    for view in ("aggregate-worker-metadata", "aggregate-block-metadata", "aggregate-flow-metadata", "nothing", "another", "demo-flows"):
        driver.call("GET", "/collections/views/{view}", view=view)
    driver.repeat(8, "POST", "/ui/schemas/validate", body=lambda: {"schema": {"type": "object", "properties": {"a": {"type": "integer"}}},
                                                                   "values": {"a": prefect.random.choice((1, "x"))}})
    for path in ("/templates/validate", "/automations/templates/validate"):
        for text in ("{{ flow.name }}", "{{ flow.name", "plain", "{% if a %}b{% endif %}"):
            driver.call("POST", path, body=text)


def events(prefect):
    driver = prefect.driver

    def one() -> dict:
        made = {"id": driver.uuid(), "occurred": stamp, "event": prefect.random.choice(("order.placed", "order.paid", "user.created")),
                "resource": {"prefect.resource.id": f"shop.{prefect.random.choice(prefect.names)}", "prefect.resource.name": "shop"}}
        if prefect.random.random() < 0.5:
            made["related"] = [{"prefect.resource.id": "shop.user", "prefect.resource.role": "user"}]
        if prefect.random.random() < 0.6:
            made["payload"] = {"amount": prefect.random.randrange(100)}
        return made

    stamp = email.utils.parsedate_to_datetime(driver.works("GET", "/hello").headers["Date"]).isoformat()
    driver.repeat(25, "POST", "/events", body=lambda: [one() for _ in range(prefect.random.randint(1, 4))])
    driver.fails("POST", "/events", body=[{"event": "no resource"}])
    window = {"occurred": {"since": "2026-01-01T00:00:00Z", "until": "2027-12-31T00:00:00Z"}, "event": {"prefix": ["order."]}}
    support.wait_until(lambda: driver.works("POST", "/events/filter", body={"filter": window, "limit": 5}).get("total"), "events in the store")
    for _ in range(8):
        driver.samples.chance = 0.2
        driver.call("POST", "/events/filter", fixed={})
        page = driver.call("POST", "/events/filter", body={"filter": window, "limit": 5}).get("next_page")
        if page:
            driver.call("GET", "/events/filter/next", query={"page-token": page.split("page-token=")[1].replace("%3D", "=")})
    driver.samples.chance = 0.4
    for countable in ("day", "time", "event", "resource", "week"):
        for unit in ("hour", "day", "minute"):
            driver.call("POST", "/events/count-by/{countable}", countable=countable, body={
                "filter": {"occurred": {"since": stamp[:10] + "T00:00:00Z", "until": stamp[:10] + "T23:00:00Z"}}, "time_unit": unit,
                "time_interval": 6})
    automations(prefect)


def automations(prefect):
    driver = prefect.driver

    def one() -> dict:
        trigger = {"type": "event", "posture": "Reactive", "expect": ["order.placed"], "match": {"prefect.resource.id": "shop.*"}, "threshold": 3,
                   "within": 60}
        if prefect.random.random() < 0.3:
            trigger = {"type": "compound", "triggers": [trigger, {**trigger, "expect": ["order.paid"]}], "within": 300, "require": "all"}
        made = {"name": prefect.random.choice(prefect.names), "trigger": trigger, "actions": [prefect.random.choice((
            {"type": "do-nothing"}, {"type": "cancel-flow-run"}, {"type": "change-flow-run-state", "state": "FAILED", "name": "Failed by rule"}))]}
        if prefect.random.random() < 0.5:
            made |= {"description": "made by a test", "tags": ["test"], "enabled": prefect.random.random() < 0.5}
        return made

    prefect.make("automation", "POST", "/automations/", 30, body=one)
    driver.fails("POST", "/automations/", body={"name": "without a trigger"})
    any_one = prefect.any("automation")
    driver.repeat(30, "GET", "/automations/{id}", id=any_one)
    driver.repeat(25, "PUT", "/automations/{id}", id=any_one, body=one)
    driver.repeat(25, "PATCH", "/automations/{id}", id=any_one, body=lambda: {"enabled": prefect.random.random() < 0.5})
    prefect.lists("/automations/filter", "/automations/count")
    resources = [f"prefect.deployment.{driver.uuid()}" for _ in range(22)]
    driver.each("GET", "/automations/related-to/{resource_id}", "resource_id", resources)
    driver.each("DELETE", "/automations/owned-by/{resource_id}", "resource_id", resources)
    driver.each("DELETE", "/automations/{id}", "id", prefect.ids["automation"][:22])
