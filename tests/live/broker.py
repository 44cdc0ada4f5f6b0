# SPDX-License-Identifier: Apache-2.0
"""A real Apache Kafka broker on loopback (KRaft, one node), from Maven Central's jars, and a consumer that is not ours (kcat)."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent / "kafka"
JARS = support.ROOT / "build/kafka"
TOPIC = "akto.api.logs"
PARTITIONS = 3


class Unavailable(Exception):
    """Maven Central or a tool cannot be had: the tests are skipped, and say so."""


def jars() -> str:
    marker = JARS / "whole"
    if not marker.exists():
        if not support.has("mvn"):
            raise Unavailable("no mvn to fetch Apache Kafka with")
        done = subprocess.run(["mvn", "-q", "-B", "-f", str(FOLDER / "pom.xml"), "dependency:copy-dependencies",
                               f"-DoutputDirectory={JARS}"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Unavailable(f"Apache Kafka cannot be had from Maven Central: {done.stdout.strip()[-300:]}")
        marker.touch()
    return f"{JARS}/*"


class Broker:
    """One node that is its own controller. Its data stays when it is stopped and started again."""

    def __init__(self, folder: pathlib.Path, settings: dict[str, str] | None = None):
        self.folder = folder
        self.port, controller = support.free_ports(2)
        self.address = f"127.0.0.1:{self.port}"
        values = {
            "process.roles": "broker,controller", "node.id": "1", "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}", "controller.listener.names": "CONTROLLER",
            "log.dirs": str(folder / "data"), "num.partitions": str(PARTITIONS), "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1", "transaction.state.log.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0", **(settings or {})}
        (folder / "server.properties").write_text("".join(f"{name}={value}\n" for name, value in values.items()))
        self.java = ["java", "-Xmx512m", "-cp", f"{jars()}", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"]
        self.process = None
        subprocess.run([*self.java, "kafka.tools.StorageTool", "format", "-t", "4L6g3nShT-eMCtK--X86sw", "-c",
                        str(folder / "server.properties")], check=True, capture_output=True)

    def start(self):
        self.log = (self.folder / "broker.log").open("ab")
        self.process = subprocess.Popen([*self.java, "kafka.Kafka", str(self.folder / "server.properties")], stdout=self.log,
                                        stderr=self.log)
        support.wait_until(self.answers, "the broker to answer")

    def answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError((self.folder / "broker.log").read_text()[-2000:])
        return subprocess.run(["kcat", "-L", "-b", self.address, "-m", "2"], capture_output=True, check=False).returncode == 0

    def stop(self):
        support.end(self.process)
        self.process = None
        self.log.close()

    def consume(self) -> list[dict]:
        """All records of the topic as the foreign consumer gives them: partition, headers, payload."""
        done = subprocess.run(["kcat", "-C", "-b", self.address, "-t", TOPIC, "-e", "-q", "-J"], capture_output=True, text=True,
                              timeout=support.PATIENCE_SECONDS, check=False)
        if done.returncode != 0:  # no such topic yet
            return []
        return [json.loads(line) for line in done.stdout.splitlines()]
