# SPDX-License-Identifier: Apache-2.0
"""Real Apache Kafka brokers on loopback (KRaft), from Maven Central's jars, and a consumer that is not ours (kcat)."""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent / "kafka"
JARS = support.CACHE / "kafka"
TOPIC = "akto.api.logs"
INIT = {"testConnectionString": "kafkaInit"}  # the first record of every collector
PARTITIONS = 3
CLUSTER_ID = "4L6g3nShT-eMCtK--X86sw"


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


def need():
    """For tests that cannot be without: they are skipped, and say why."""
    try:
        jars()
    except Unavailable as why:
        raise unittest.SkipTest(str(why)) from why


def java(*command: str) -> list[str]:
    return ["java", "-Xmx512m", "-cp", jars(), "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", *command]


class Node:
    """A process of Kafka with its settings. Its data stays when it is stopped and started again."""

    def __init__(self, folder: pathlib.Path, values: dict[str, str], scram: list[str] | None = None):
        self.folder = folder
        self.process = None
        folder.mkdir(exist_ok=True)
        self.settings = folder / "server.properties"
        values = {"log.dirs": str(folder / "data"), "group.initial.rebalance.delay.ms": "0", **values}
        self.settings.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="ascii")
        users = [part for one in scram or [] for part in ("--add-scram", one)]
        subprocess.run(java("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(self.settings), *users), check=True,
                       capture_output=True)

    def start(self):
        self.log = (self.folder / "broker.log").open("ab")
        self.process = subprocess.Popen(java("kafka.Kafka", str(self.settings)), stdout=self.log, stderr=self.log)

    def check_alive(self):
        if self.process.poll() is not None:
            raise RuntimeError((self.folder / "broker.log").read_text()[-2000:])

    def stop(self):
        if self.process is None:
            return
        support.end(self.process)
        self.process = None
        self.log.close()

    def kill(self):
        """As a node that loses its power."""
        self.process.kill()
        self.process.wait()
        self.stop()


def answers(address: str, node: Node) -> bool:
    node.check_alive()
    return subprocess.run(["kcat", "-L", "-b", address, "-m", "2"], capture_output=True, check=False).returncode == 0


def consume(address: str, topic: str = TOPIC) -> list[dict]:
    """All records of the topic as the foreign consumer gives them: partition, headers, payload."""
    done = subprocess.run(["kcat", "-C", "-b", address, "-t", topic, "-e", "-q", "-J"], capture_output=True, text=True,
                          timeout=support.PATIENCE_SECONDS, check=False)
    if done.returncode != 0:  # no such topic yet
        return []
    return [json.loads(line) for line in done.stdout.splitlines()]


class Broker(Node):
    """One node that is its own controller. Besides the listener in clear, whose address is `address`, it may have others:
    name, protocol (SSL, SASL_SSL, ...) and the settings of that listener alone; their ports are in `ports`."""

    def __init__(self, folder: pathlib.Path, settings: dict[str, str] | None = None,
                 listeners: dict[str, tuple[str, dict[str, str]]] | None = None, scram: list[str] | None = None):
        listeners = listeners or {}
        self.port, controller, *others = support.free_ports(2 + len(listeners))
        self.address = f"127.0.0.1:{self.port}"
        self.ports = dict(zip(listeners, others))
        outside = {"PLAINTEXT": f"127.0.0.1:{self.port}", **{name: f"localhost:{port}" for name, port in self.ports.items()}}
        protocols = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT",
                     **{name: protocol for name, (protocol, _) in listeners.items()}}
        values = {
            "process.roles": "broker,controller", "node.id": "1", "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "listeners": ",".join(f"{name}://{address}" for name, address in
                                  {**outside, "CONTROLLER": f"127.0.0.1:{controller}"}.items()),
            "advertised.listeners": ",".join(f"{name}://{address}" for name, address in outside.items()),
            "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
            "controller.listener.names": "CONTROLLER", "num.partitions": str(PARTITIONS),
            "offsets.topic.replication.factor": "1", "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            **{f"listener.name.{name.lower()}.{key}": value for name, (_, own) in listeners.items()
               for key, value in own.items()},
            **(settings or {})}
        super().__init__(folder, values, scram)

    def start(self):
        super().start()
        support.wait_until(lambda: answers(self.address, self), "the broker to answer")

    def consume(self, topic: str = TOPIC) -> list[dict]:
        return consume(self.address, topic)


class Cluster:
    """A controller and two brokers; every topic has a replica on each. What leads a partition moves away from a broker that
    goes, and back when it has come back."""

    def __init__(self, folder: pathlib.Path):
        controller, *ports = support.free_ports(3)
        quorum = {"controller.quorum.voters": f"1@127.0.0.1:{controller}", "controller.listener.names": "CONTROLLER",
                  "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT"}
        self.controller = Node(folder / "controller", {
            "process.roles": "controller", "node.id": "1", "listeners": f"CONTROLLER://127.0.0.1:{controller}",
            "leader.imbalance.check.interval.seconds": "1", **quorum})
        self.addresses = [f"127.0.0.1:{port}" for port in ports]
        self.address = ",".join(self.addresses)
        self.brokers = [Node(folder / f"broker{number}", {
            "process.roles": "broker", "node.id": str(number), "listeners": f"PLAINTEXT://{address}",
            "advertised.listeners": f"PLAINTEXT://{address}", "num.partitions": str(PARTITIONS),
            "default.replication.factor": "2", "offsets.topic.replication.factor": "2",
            "transaction.state.log.replication.factor": "2", "transaction.state.log.min.isr": "1",
            "broker.heartbeat.interval.ms": "500", "broker.session.timeout.ms": "3000", **quorum})
            for number, address in enumerate(self.addresses, 2)]

    def start(self):
        for node in (self.controller, *self.brokers):
            node.start()
        for address, node in zip(self.addresses, self.brokers):
            support.wait_until(lambda address=address, node=node: answers(address, node), "the broker to answer")

    def stop(self):
        for node in (*self.brokers, self.controller):
            node.stop()

    def leaders(self) -> list[int]:
        """Of each partition of the topic, as a living broker tells; empty: not known."""
        for address, node in zip(self.addresses, self.brokers):
            if node.process is None:
                continue
            done = subprocess.run(["kcat", "-L", "-J", "-b", address, "-t", TOPIC, "-m", "2"], capture_output=True, text=True,
                                  check=False)
            if done.returncode == 0:
                topics = [topic for topic in json.loads(done.stdout)["topics"] if topic["topic"] == TOPIC]
                return [partition["leader"] for topic in topics for partition in topic["partitions"]]
        return []

    def consume(self) -> list[dict]:
        return consume(self.address)
