# SPDX-License-Identifier: Apache-2.0
"""What is asked of Prefect's server."""
import datetime

import prefect_resources as resources
from samples import names

STATES = ("SCHEDULED", "PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "CRASHED", "PAUSED")


def moment(driver, minutes: int = 100000) -> str:
    begin = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
    return (begin + datetime.timedelta(minutes=driver.random.randrange(minutes))).isoformat()


class Prefect:
    def __init__(self, driver):
        self.driver = driver
        self.random = driver.random
        self.names = names(driver.random, 30)
        self.ids: dict[str, list] = {}
        samples = driver.samples
        samples.by_name = {
            "timezone": ["UTC", "Europe/Berlin", "America/New_York", None], "interval": [600, 3600, 86400.0], "cron": ["0 * * * *", "15 6 * * 1"],
            "rrule": ["FREQ=DAILY;INTERVAL=1", "FREQ=WEEKLY;BYDAY=MO"], "limit": lambda: self.random.randint(1, 50), "page": [1, 1, 2],
            "offset": [0, 0, 1, 5],
            "version": ["1.0", "1.2.3", "2024.1"], "entrypoint": ["flows/daily.py:run", "main.py:flow"], "path": ["flows", "jobs/nightly"],
            "state": lambda: self.state(), "empirical_policy": lambda: {"retries": self.random.randint(0, 3), "retry_delay": 10},
            "parameter_openapi_schema": lambda: {"type": "object", "properties": {"region": {"type": "string"}}},
            "schedule": lambda: self.schedule(), "timeout": 5,
            "concurrency_options": lambda: {"collision_strategy": self.random.choice(["ENQUEUE", "CANCEL_NEW"])},
            "pull_steps": lambda: [{"prefect.deployments.steps.set_working_directory": {"directory": "jobs"}}],
            "base_job_template": lambda: {"job_configuration": {"command": "{{ command }}"},
                                          "variables": {"properties": {"command": {"type": "string"}}}},
            "slug": lambda: f"{self.random.choice(self.names)}-{self.random.randrange(10**6)}", "is_null_": [True, False], "exists_": [True,
                False], "is_paused": [False, False, True],
        }
        samples.never = {
            "id", "x-prefect-api-version", "parent_task_run_id", "infrastructure_document_id", "storage_document_id",
            "deployment_id", "global_concurrency_limit_id", "storage_configuration", "replaces", "version_info", "idempotency_key",
            "work_queue_name", "work_pool_name", "job_variables", "filter", "default_result_storage_block_id", "parameters",
            "retry_type"}

    def any(self, kind: str):
        """Of the ones that are there, mostly; sometimes one that never was."""
        def chosen():
            return self.random.choice(self.ids[kind]) if self.random.random() < 0.93 else self.driver.uuid()
        return chosen

    def one(self, kind: str):
        return lambda: self.random.choice(self.ids[kind])

    def some(self, kind: str, most: int = 3):
        return lambda: self.random.sample(self.ids[kind], self.random.randint(1, most))

    def state(self) -> dict:
        made = {"type": self.random.choice(STATES)}
        if self.random.random() < 0.5:
            made["name"] = self.random.choice(("Late", "Retrying", "Done", "Stopped"))
        if self.random.random() < 0.5:
            made["message"] = f"attempt {self.random.randrange(9)}"
        if self.random.random() < 0.4:
            made["state_details"] = {"cache_key": f"key-{self.random.randrange(10**6)}", "retriable": True}
        if made["type"] == "SCHEDULED":
            made.setdefault("state_details", {})["scheduled_time"] = moment(self.driver)
        return made

    def schedule(self) -> dict:
        made = self.random.choice(({"interval": self.random.choice((600, 3600)), "anchor_date": moment(self.driver), "timezone": "UTC"},
                                   {"cron": "0 * * * *", "timezone": "Europe/Berlin", "day_or": True}, {"rrule": "FREQ=DAILY;INTERVAL=1"},
                                   {"interval": 86400}))
        return dict(made)

    def make(self, kind: str, method: str, path: str, count: int, **more) -> list[str]:
        made = []
        for answer in self.driver.repeat(count, method, path, **more):
            if (found := answer.get("id")) is not None:
                made.append(found)
        if not made:
            raise AssertionError(f"no {kind} could be made")
        self.ids.setdefault(kind, []).extend(made)
        return made

    def lists(self, *paths: str, times: int = 12):
        """Filters: plain ones that find something, and deep ones that hardly do."""
        for path in paths:
            operation = self.driver.document.operations["POST", path]
            for turn in range(times):
                self.driver.samples.chance = 0.15 if turn % 2 else 0.3
                self.driver.samples.depth = 2 if turn % 3 else 5
                self.driver.call("POST", path, fixed={})
            self.driver.samples.chance, self.driver.samples.depth = 0.4, 5
            if "limit" in str(operation.body):
                self.driver.fails("POST", path, body={"limit": "many"})
            self.driver.call("POST", path, body={})


def flows(prefect: Prefect):
    driver = prefect.driver
    for name in prefect.names:
        made = driver.works("POST", "/flows/", fixed={"name": name})
        prefect.ids.setdefault("flow", []).append(made.get("id"))
    driver.repeat(3, "POST", "/flows/", body={"name": "a/b"})
    driver.each("GET", "/flows/{id}", "id", prefect.ids["flow"])
    driver.each("GET", "/flows/name/{name}", "name", [*prefect.names, "nobody", "missing-flow"])
    driver.repeat(25, "GET", "/flows/{id}", id=prefect.any("flow"))
    driver.repeat(25, "PATCH", "/flows/{id}", id=prefect.any("flow"), fixed={})
    driver.repeat(3, "GET", "/flows/{id}", id=["not-an-id"])


def deployments(prefect: Prefect):
    driver = prefect.driver
    prefect.deployed = []
    for name in prefect.names:
        flow = prefect.random.randrange(len(prefect.names))
        driver.samples.chance = prefect.random.choice((0.2, 0.6))
        made = driver.call("POST", "/deployments/", fixed={"name": f"{name}-daily", "flow_id": prefect.ids["flow"][flow], "concurrency_limit": 5,
                                                            "enforce_parameter_schema": False,
                                                            "work_pool_name": prefect.random.choice(prefect.names)})
        if made.good:
            prefect.ids.setdefault("deployment", []).append(made.get("id"))
            prefect.deployed.append((prefect.names[flow], f"{name}-daily"))
    driver.samples.chance = 0.4
    any_one = prefect.any("deployment")
    for flow, deployment in prefect.deployed:
        driver.works("GET", "/deployments/name/{flow_name}/{deployment_name}", flow_name=flow, deployment_name=deployment)
    driver.fails("GET", "/deployments/name/{flow_name}/{deployment_name}", flow_name="nobody", deployment_name="nothing")
    driver.repeat(30, "GET", "/deployments/{id}", id=any_one)
    driver.repeat(25, "PATCH", "/deployments/{id}", id=any_one, fixed={"enforce_parameter_schema": False})
    driver.repeat(25, "POST", "/deployments/{id}/schedule", id=any_one, fixed={"max_runs": 3, "min_runs": 1, "start_time": moment(driver)})
    for action in ("pause_deployment", "resume_deployment"):
        driver.repeat(20, "POST", f"/deployments/{{id}}/{action}", id=any_one)
    driver.repeat(25, "GET", "/deployments/{id}/work_queue_check", id=any_one)
    driver.repeat(25, "POST", "/deployments/{id}/schedules", id=any_one, body=lambda: [{"schedule": prefect.schedule(),
        "active": prefect.random.random() < 0.5}])
    schedules = []
    for deployment in prefect.ids["deployment"]:
        listed = driver.call("GET", "/deployments/{id}/schedules", id=deployment)
        schedules += [(deployment, one["id"]) for one in listed.json]
    for deployment, schedule in schedules[:40]:
        driver.call("PATCH", "/deployments/{id}/schedules/{schedule_id}", id=deployment, schedule_id=schedule,
                    fixed={"schedule": prefect.schedule})
    for deployment, schedule in schedules[:25]:
        driver.call("DELETE", "/deployments/{id}/schedules/{schedule_id}", id=deployment, schedule_id=schedule)
    prefect.make("run", "POST", "/deployments/{id}/create_flow_run", 30, id=prefect.one("deployment"), fixed={"parameters": {"region": "eu"}})
    driver.repeat(20, "POST", "/deployments/{id}/create_flow_run/bulk", id=any_one,
                  body=lambda: [{"parameters": {"region": place}, "tags": ["bulk"]} for place in prefect.random.sample(["eu", "us", "apac"], 2)])
    driver.repeat(12, "POST", "/deployments/get_scheduled_flow_runs", fixed={"deployment_ids": prefect.some("deployment")})
    prefect.lists("/deployments/filter", "/deployments/paginate", "/deployments/count")


def runs(prefect: Prefect):
    driver = prefect.driver
    prefect.make("run", "POST", "/flow_runs/", 60, fixed={"flow_id": prefect.one("flow"),
                                                          "parameters": lambda: {"limit": prefect.random.randrange(9)}})
    any_run = prefect.any("run")
    driver.repeat(3, "POST", "/flow_runs/", body={"name": "without a flow"})
    driver.repeat(40, "GET", "/flow_runs/{id}", id=any_run)
    driver.repeat(30, "PATCH", "/flow_runs/{id}", id=any_run, fixed={})
    driver.repeat(60, "POST", "/flow_runs/{id}/set_state", id=any_run, fixed={"state": prefect.state})
    driver.repeat(25, "PATCH", "/flow_runs/{id}/labels", id=any_run,
                  body=lambda: {word: prefect.random.randrange(5) for word in prefect.random.sample(prefect.names, 2)})
    driver.repeat(25, "GET", "/flow_runs/{id}/graph", id=any_run)
    driver.repeat(25, "GET", "/flow_runs/{id}/graph-v2", id=any_run)
    driver.repeat(25, "POST", "/flow_runs/{id}/resume", id=any_run, fixed={})
    keys = names(prefect.random, 25)
    placed = []
    for key in keys:
        run = prefect.one("run")()
        placed.append((run, key))
        driver.works("POST", "/flow_runs/{id}/input", id=run, body={"key": key, "value": "{\"a\": 1}",
                                                                    **({"sender": "tester"} if len(key) % 2 else {})})
    for run, key in placed:
        driver.call("GET", "/flow_runs/{id}/input/{key}", id=run, key=key)
        driver.call("POST", "/flow_runs/{id}/input/filter", id=run, fixed={"prefix": key[:3], "limit": 10})
    for run, key in placed[:22]:
        driver.call("DELETE", "/flow_runs/{id}/input/{key}", id=run, key=key)
    driver.fails("GET", "/flow_runs/{id}/input/{key}", id=prefect.ids["run"], key="no-such-key")
    prefect.make("task", "POST", "/task_runs/", 60, fixed={"flow_run_id": prefect.one("run"),
                                                           "dynamic_key": lambda: str(prefect.random.randrange(10**6)),
                                                           "task_inputs": lambda: {"source": [{"input_type": "constant", "type": "int"}]}})
    any_task = prefect.any("task")
    driver.repeat(35, "GET", "/task_runs/{id}", id=any_task)
    driver.repeat(25, "PATCH", "/task_runs/{id}", id=any_task, fixed={})
    driver.repeat(40, "POST", "/task_runs/{id}/set_state", id=any_task, fixed={"state": prefect.state})
    driver.repeat(25, "GET", "/ui/task_runs/{id}", id=any_task)
    for kind, listed in (("run", "flow_run"), ("task", "task_run")):
        states = []
        for one in prefect.ids[kind][:30]:
            answer = driver.call("GET", f"/{listed}_states/", query={f"{listed}_id": one})
            states += [state["id"] for state in answer.json]
        driver.each("GET", f"/{listed}_states/{{id}}", "id", states[:30])
        driver.repeat(3, "GET", f"/{listed}_states/{{id}}", id=driver.uuid)
    driver.repeat(12, "GET", "/observed-states")
    window = {"history_start": "2026-03-01T00:00:00Z", "history_end": "2026-03-02T00:00:00Z", "history_interval_seconds": 7200}
    driver.samples.chance = 0.15
    for path in ("/flow_runs/history", "/task_runs/history"):
        driver.repeat(12, "POST", path, fixed=window)
    driver.samples.chance = 0.4
    prefect.lists("/flow_runs/filter", "/flow_runs/paginate", "/flow_runs/count", "/flow_runs/lateness", "/task_runs/filter", "/task_runs/paginate",
                  "/task_runs/count", "/flows/filter", "/flows/paginate", "/flows/count", "/ui/flow_runs/history", "/ui/task_runs/count")
    driver.repeat(10, "POST", "/ui/task_runs/dashboard/counts", body=lambda: {
        "task_runs": {"start_time": {"after_": "2026-11-01T00:00:00Z", "before_": "2026-11-02T00:00:00Z"}},
        **({"flows": {"name": {"like_": "pay"}}} if prefect.random.random() < 0.5 else {})})
    for path in ("count-deployments", "next-runs"):
        driver.repeat(10, "POST", f"/ui/flows/{path}", body=lambda: {"flow_ids": prefect.some("flow")()})
    driver.repeat(10, "POST", "/ui/flow_runs/count-task-runs", body=lambda: {"flow_run_ids": prefect.some("run")()})
    driver.repeat(15, "POST", "/flow_runs/bulk_set_state", body=lambda: {"flow_runs": {"id": {"any_": prefect.some("run")()}},
        "state": prefect.state()})


def logs(prefect: Prefect):
    driver = prefect.driver
    for _ in range(25):
        driver.works("POST", "/logs/", body=[{
            "name": "prefect.flow_runs", "level": prefect.random.choice((10, 20, 40)), "message": f"step {turn}", "timestamp": moment(driver),
            **({"flow_run_id": prefect.one("run")()} if prefect.random.random() < 0.8 else {})} for turn in range(prefect.random.randint(1, 4))])
    driver.each("GET", "/flow_runs/{id}/logs/download", "id", prefect.ids["run"][:25])
    prefect.lists("/logs/filter")


def end(prefect: Prefect):
    driver = prefect.driver
    for _ in range(10):
        driver.call("POST", "/flow_runs/bulk_delete", body={"flow_runs": {"id": {"any_": prefect.some("run")()}}, "limit": 5})
        driver.call("POST", "/deployments/bulk_delete", body={"deployments": {"id": {"any_": prefect.some("deployment", 2)()}}})
    for kind, path in (("task", "/task_runs/{id}"), ("run", "/flow_runs/{id}"), ("deployment", "/deployments/{id}"), ("flow", "/flows/{id}")):
        driver.each("DELETE", path, "id", prefect.ids[kind][:25])
    driver.repeat(5, "POST", "/flows/bulk_delete", body=lambda: {"flows": {"id": {"any_": prefect.some("flow")()}}})


def drive(driver):
    prefect = Prefect(driver)
    resources.root(prefect)
    resources.work_pools(prefect)
    flows(prefect)
    deployments(prefect)
    runs(prefect)
    logs(prefect)
    resources.blocks(prefect)
    resources.limits(prefect)
    resources.others(prefect)
    resources.events(prefect)
    end(prefect)
