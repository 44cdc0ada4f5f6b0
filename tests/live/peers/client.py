# SPDX-License-Identifier: Apache-2.0
"""Asks a server for every case and writes down what was really sent and received, a line of JSON for each exchange:
client.py CLIENT CASES PREFIX TRUTH PORT [--tls 1.2|1.3 --ca FILE [--cert FILE --key FILE]]."""
import argparse
import base64
import http.client
import json
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import cases  # noqa: E402

TIMEOUT_SECONDS = 60


def truth(case, path, request_headers, status, response_headers) -> dict:
    return {
        "path": path, "method": case.method, "status": status, "request_headers": request_headers,
        "response_headers": response_headers, "request_body": base64.b64encode(case.body).decode(),
        "response_body": base64.b64encode(case.expected()).decode(),
    }


def tls_context(arguments) -> ssl.SSLContext | None:
    if not arguments.tls:
        return None
    context = ssl.create_default_context(cafile=arguments.ca)
    version = ssl.TLSVersion.TLSv1_2 if arguments.tls == "1.2" else ssl.TLSVersion.TLSv1_3
    context.minimum_version = context.maximum_version = version
    if arguments.cert:
        context.load_cert_chain(arguments.cert, arguments.key)
    return context


class PythonClient:
    """http.client over one kept-alive connection."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.connection = None

    def connect(self):
        context = tls_context(self.arguments)
        if context:
            self.connection = http.client.HTTPSConnection("localhost", self.arguments.port, context=context,
                                                          timeout=TIMEOUT_SECONDS)
        else:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.arguments.port, timeout=TIMEOUT_SECONDS)

    def ask(self, case, path) -> dict:
        if self.connection is None:
            self.connect()
        headers = [("Host", "localhost"), ("User-Agent", "python"), *case.headers]
        if case.body:
            headers.append(("Content-Length", str(len(case.body))))
        self.connection.putrequest(case.method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            self.connection.putheader(name, value)
        self.connection.endheaders(case.body or None)
        response = self.connection.getresponse()
        response.read()
        if response.will_close:
            self.connection.close()
        return truth(case, path, headers, response.status, response.getheaders())

    def finish(self):
        if self.connection is not None:
            self.connection.close()


class CurlClient:
    """A process for every request."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.scratch.name)

    def ask(self, case, path) -> dict:
        scheme = "https" if self.arguments.tls else "http"
        command = ["curl", "-sv", "--http1.1", "--noproxy", "*", "-X", case.method, "-m", str(TIMEOUT_SECONDS), "-o",
                   str(self.folder / "body"), "-D", str(self.folder / "headers")]
        if case.method == "HEAD":
            command.append("--head")
        for name, value in case.headers:
            command += ["-H", f"{name}: {value}" if value else f"{name};"]
        if case.body:
            (self.folder / "request").write_bytes(case.body)
            command += ["--data-binary", f"@{self.folder / 'request'}", "-H", "Expect:"]
        if self.arguments.tls:
            command += ["--cacert", self.arguments.ca, f"--tlsv{self.arguments.tls}", "--tls-max", self.arguments.tls]
            if self.arguments.cert:
                command += ["--cert", self.arguments.cert, "--key", self.arguments.key]
        host = "localhost" if self.arguments.tls else "127.0.0.1"
        done = subprocess.run(command + [f"{scheme}://{host}:{self.arguments.port}{path}"], capture_output=True, check=True)
        sent = re.findall(r"^> ([^:\r\n]+):[ ]?(.*?)\r?$", done.stderr.decode(errors="replace"), re.M)
        lines = (self.folder / "headers").read_bytes().decode("latin-1").split("\r\n")
        received = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if ":" in line]
        # curl shows trailers as headers.
        received = [pair for pair in received if pair[0].lower() != "x-check"]
        return truth(case, path, sent, int(lines[0].split()[1]), received)

    def finish(self):
        pass


class WgetClient:
    """A process for every request; Debian's wget has GnuTLS."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.scratch.name)

    def command(self, case, path) -> list[str]:
        arguments = self.arguments
        scheme, host = ("https", "localhost") if arguments.tls else ("http", "127.0.0.1")
        command = ["wget", "-d", "--no-proxy", "-T", str(TIMEOUT_SECONDS), "-t", "1", "-O", str(self.folder / "body"),
                   "--no-hsts", f"--method={case.method}"]
        command += [f"--header={name}: {value}" for name, value in case.headers]
        if case.body:
            (self.folder / "request").write_bytes(case.body)
            command.append(f"--body-file={self.folder / 'request'}")
        if arguments.tls:
            command += [f"--ca-certificate={arguments.ca}", f"--ciphers=NORMAL:-VERS-ALL:+VERS-TLS{arguments.tls}"]
        if arguments.cert:
            command += [f"--certificate={arguments.cert}", f"--private-key={arguments.key}"]
        return command + [f"{scheme}://{host}:{arguments.port}{path}"]

    def ask(self, case, path) -> dict:
        done = subprocess.run(self.command(case, path), capture_output=True, check=False)
        said = done.stderr.decode("latin-1")

        def part(name: str) -> list[str]:
            between = said.split(f"---{name} begin---\n", 1)[1].split(f"---{name} end---", 1)[0]
            return [line.rstrip("\r") for line in between.split("\n")]

        def headers(lines: list[str]) -> list:
            return [tuple(piece.strip() for piece in line.split(":", 1)) for line in lines[1:] if ":" in line]

        answer = part("response")
        return truth(case, path, headers(part("request")), int(answer[0].split()[1]), headers(answer))

    def finish(self):
        pass


class AsyncioPeer:
    """asyncio_client.py as one of the clients here."""

    def __init__(self, arguments):
        import asyncio_client
        self.client = asyncio_client.AsyncioClient(arguments.port, tls_context(arguments))

    def ask(self, case, path) -> dict:
        headers = [("Host", "localhost"), *case.headers]
        if case.body:
            headers.append(("Content-Length", str(len(case.body))))
        status, received = self.client.ask(case.method, path, headers, case.body)
        return truth(case, path, headers, status, received)

    def finish(self):
        self.client.finish()


class LibcurlPeer:
    """libcurl_client.py as one of the clients here."""

    LIBRARIES = {"libcurl-gnutls": "libcurl-gnutls.so.4", "libcurl-nss": "libcurl-nss.so.4"}

    def __init__(self, arguments):
        import libcurl_client
        self.client = libcurl_client.LibcurlClient(self.LIBRARIES[arguments.client], arguments.port, arguments.tls, arguments.ca,
                                                   arguments.cert, arguments.key)

    def ask(self, case, path) -> dict:
        sent, status, received = self.client.ask(case.method, path, case.headers, case.body)
        # Trailers are shown as headers.
        return truth(case, path, sent, status, [pair for pair in received if pair[0].lower() != "x-check"])

    def finish(self):
        self.client.finish()


class NodePeer:
    """client.js, which takes all exchanges at once."""

    def __init__(self, arguments):
        self.arguments = arguments

    def ask_all(self, wanted: list) -> list[dict]:
        arguments = self.arguments
        tls = arguments.tls and {"version": arguments.tls, "ca": arguments.ca, "cert": arguments.cert, "key": arguments.key}
        exchanges = [{"method": case.method, "path": path, "body": base64.b64encode(case.body).decode(),
                      "headers": list(case.headers) + ([("Content-Length", str(len(case.body)))] if case.body else [])}
                     for case, path in wanted]
        plan = {"port": arguments.port, "tls": tls or None, "exchanges": exchanges}
        done = subprocess.run(["node", str(pathlib.Path(__file__).with_name("client.js"))], input=json.dumps(plan).encode(),
                              stdout=subprocess.PIPE, check=True)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        return [truth(case, path, answer["sent"], answer["status"], answer["received"])
                for (case, path), answer in zip(wanted, answers, strict=True)]

    def finish(self):
        pass


CLIENTS = {"python": PythonClient, "curl": CurlClient, "wget": WgetClient, "asyncio": AsyncioPeer, "node": NodePeer,
           "libcurl-gnutls": LibcurlPeer, "libcurl-nss": LibcurlPeer}


def pipelined(arguments, out):
    """Three requests in one piece over one connection; then the answers are read."""
    wanted = [cases.Case(f"pipelined-{i}", "HEAD" if i == 1 else "GET", "plain") for i in range(3)]
    paths = [f"/{case.kind}?id={arguments.prefix}-{case.name}" for case in wanted]
    raw = socket.create_connection(("127.0.0.1", arguments.port), timeout=TIMEOUT_SECONDS)
    context = tls_context(arguments)
    if context:
        raw = context.wrap_socket(raw, server_hostname="localhost")
    headers = [("Host", "localhost")]
    raw.sendall(b"".join(f"{case.method} {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
                         for case, path in zip(wanted, paths)))
    stream = raw.makefile("rb")
    for case, path in zip(wanted, paths):
        status = int(stream.readline().split()[1])
        received = []
        while (line := stream.readline().strip()):
            name, value = line.decode().split(":", 1)
            received.append((name, value.strip()))
        length = int(dict((name.lower(), value) for name, value in received)["content-length"])
        if case.method != "HEAD":
            stream.read(length)
        out.write(json.dumps(truth(case, path, headers, status, received)) + "\n")
    raw.close()


def main():
    parser = argparse.ArgumentParser()
    for name in ("client", "cases", "prefix", "truth"):
        parser.add_argument(name)
    parser.add_argument("port", type=int)
    for name in ("--tls", "--ca", "--cert", "--key"):
        parser.add_argument(name)
    arguments = parser.parse_args()
    with open(arguments.truth, "a", encoding="utf-8") as out:
        if arguments.client == "pipelined":
            pipelined(arguments, out)
            return
        client = CLIENTS[arguments.client](arguments)
        wanted = [(case, f"/{case.kind}?id={arguments.prefix}-{case.name}") for case in cases.chosen(arguments.cases)]
        if hasattr(client, "ask_all"):
            truths = client.ask_all(wanted)
        else:
            truths = (client.ask(case, path) for case, path in wanted)
        for one in truths:
            out.write(json.dumps(one) + "\n")
        client.finish()


if __name__ == "__main__":
    main()
