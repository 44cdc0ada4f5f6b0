# SPDX-License-Identifier: Apache-2.0
"""The servers of the matrix: each as its commands with their ports, the first of them the one that clients ask."""
import pathlib
import sys

import gopeers
import nginx
import rustpeers
import support

sys.path.insert(0, str(support.PEERS))
import bodies  # noqa: E402

APACHE = """
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/apache.pid
ErrorLog {folder}/apache-error.log
Listen 127.0.0.1:{port}
ServerName localhost
User www-data
Group www-data
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule cgid_module /usr/lib/apache2/modules/mod_cgid.so
LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
LoadModule deflate_module /usr/lib/apache2/modules/mod_deflate.so
LoadModule filter_module /usr/lib/apache2/modules/mod_filter.so
{tls_module}
ScriptSock {folder}/cgisock
DocumentRoot {folder}/www
KeepAlive On
<Directory {folder}>
    Require all granted
    Options +ExecCGI
</Directory>
ScriptAlias /post {folder}/post.cgi
<Location /br>
    Header set Content-Encoding br
</Location>
<Location /gzip>
    SetOutputFilter DEFLATE
</Location>
{tls}
"""

HAPROXY = """
global
    log stderr local0 crit
    ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
    mode http
    timeout connect 60s
    timeout client 60s
    timeout server 60s
    option http-keep-alive
frontend in
    bind 127.0.0.1:{port} {tls}
    default_backend out
backend out
    server one 127.0.0.1:{behind}
"""


class Server:
    def __init__(self, name: str, folder: pathlib.Path, certificates: support.Certificates, transport: dict):
        self.folder = folder
        self.certificates = certificates
        self.tls = "tls" in transport
        self.mutual = bool(transport.get("mutual"))
        self.port = support.free_ports(1)[0]
        self.commands = [{"command": command, "port": port} for command, port in getattr(self, name)()]

    def _peer(self, name: str) -> pathlib.Path:
        here = self.folder / "server"
        here.mkdir(exist_ok=True)
        (here / "body.br").write_bytes(nginx.brotli(bodies.text("br", 3000), self.folder))
        for needed in (name, "bodies.py"):
            (here / needed).write_bytes((support.PEERS / needed).read_bytes())
        return here / name

    def _tls_arguments(self) -> list[str]:
        if not self.tls:
            return []
        return [*map(str, self.certificates.server), *([str(self.certificates.ca)] if self.mutual else [])]

    def nginx(self):
        command = nginx.command(self.folder, [f"127.0.0.1:{self.port}" + (" ssl" if self.tls else "")],
                                certificate=self.certificates.server if self.tls else None,
                                client_ca=self.certificates.ca if self.mutual else None)
        return [(command, self.port)]

    def python(self):
        return [([support.PYTHON, str(self._peer("server.py")), str(self.port), *self._tls_arguments()], self.port)]

    def node(self):
        return [(["node", str(self._peer("server.js")), str(self.port), *self._tls_arguments()], self.port)]

    def uvicorn(self):
        application = self._peer("server_asgi.py")
        command = [support.PYTHON, "-m", "uvicorn", "--app-dir", str(application.parent), "--log-level", "error", "--port",
                   str(self.port), "--http", "h11", "--loop", "asyncio", "--ssl-ciphers", "DEFAULT", "server_asgi:answer"]
        if self.tls:
            command += ["--ssl-certfile", str(self.certificates.server[0]), "--ssl-keyfile", str(self.certificates.server[1])]
        if self.mutual:
            command += ["--ssl-ca-certs", str(self.certificates.ca), "--ssl-cert-reqs", "2"]
        return [(command, self.port)]

    def apache(self):
        nginx.write_files(self.folder)
        self.folder.chmod(0o755)  # Apache refuses to serve as root
        script = self.folder / "post.cgi"
        script.write_text('#!/bin/sh\ncat > /dev/null\nprintf "Content-Type: text/plain\\r\\n\\r\\n%s bytes" "$CONTENT_LENGTH"\n')
        script.chmod(0o755)
        tls = ""
        if self.tls:
            tls = (f"SSLEngine on\nSSLCertificateFile {self.certificates.server[0]}\n"
                   f"SSLCertificateKeyFile {self.certificates.server[1]}\n")
        if self.mutual:
            tls += f"SSLCACertificateFile {self.certificates.ca}\nSSLVerifyClient require\n"
        configuration = self.folder / "apache.conf"
        configuration.write_text(APACHE.format(
            folder=self.folder, port=self.port, tls=tls,
            tls_module="LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so" if self.tls else ""))
        return [(["apache2", "-X", "-f", str(configuration)], self.port)]

    def apache_http2(self):
        """Of Apache, with upgrades to HTTP/2 (h2c)."""
        made = self.apache()
        with (self.folder / "apache.conf").open("a", encoding="ascii") as configuration:
            configuration.write("LoadModule http2_module /usr/lib/apache2/modules/mod_http2.so\nProtocols h2c http/1.1\n")
        return made

    def go(self):
        return [([gopeers.newest()[0], "serve", str(self.port), *self._tls_arguments()], self.port)]

    def rust(self):
        program, _ = rustpeers.peer("release")
        return [([str(program), "serve", str(self.port), str(rustpeers.write_answers(self.folder)), *self._tls_arguments()], self.port)]

    def haproxy(self):
        behind = support.free_ports(1)[0]
        tls = ""
        if self.tls:
            both = self.folder / "both.pem"
            both.write_bytes(self.certificates.server[0].read_bytes() + self.certificates.server[1].read_bytes())
            tls = f"ssl crt {both}"
        if self.mutual:
            tls += f" ca-file {self.certificates.ca} verify required"
        configuration = self.folder / "haproxy.cfg"
        configuration.write_text(HAPROXY.format(port=self.port, behind=behind, tls=tls))
        backend = [support.PYTHON, str(self._peer("server.py")), str(behind)]
        return [(["haproxy", "-db", "-q", "-f", str(configuration)], self.port), (backend, behind)]




def reason_against(name: str) -> str:
    """Why this machine has no such server; empty: it has."""
    return {"go": lambda: gopeers.newest()[1], "rust": lambda: rustpeers.peer("release")[1]}.get(name, str)()


# What each is asked; nginx and Apache have files alone.
CASES = {"nginx": "FILES", "apache": "FILES_OF_APACHE", "python": "EVERYTHING", "node": "EVERYTHING", "uvicorn": "EVERYTHING",
         "haproxy": "EVERYTHING", "go": "GO", "rust": "RUST"}
