# SPDX-License-Identifier: Apache-2.0
"""What h11, strict as few are, makes of a stream: its whole messages, and whether it refused what came behind."""
import h11


class Messages:
    def __init__(self, kind: str):
        self.found: list[dict] = []
        self.refused = ""
        self.kind = kind

    def connection(self) -> h11.Connection:
        made = h11.Connection(h11.SERVER if self.kind == "Q" else h11.CLIENT, max_incomplete_event_size=1 << 20)
        if self.kind != "Q":
            made.send(h11.Request(method="GET", target="/", headers=[("host", "h")]))
            made.send(h11.EndOfMessage())
        return made

    def read(self, stream: bytes):
        """One connection for each message: what h11 thinks of keeping it alive is not asked."""
        while stream and not self.refused:
            connection = self.connection()
            connection.receive_data(stream)
            before = len(self.found)
            try:
                self.one(connection, stream)
            except h11.RemoteProtocolError as error:
                self.refused = str(error)
            if len(self.found) == before:
                return
            stream = connection.trailing_data[0]

    def one(self, connection: h11.Connection, _stream: bytes):
        message: dict = {}
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA and self.kind != "Q" and message.get("until_close"):
                connection.receive_data(b"")
                continue
            if event is h11.NEED_DATA or event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                return
            if isinstance(event, (h11.Request, h11.Response)):
                names = {name for name, _ in event.headers}
                message = {"headers": list(event.headers), "trailers": [], "body": b"",
                           "method": getattr(event, "method", b""), "target": getattr(event, "target", b""),
                           "status": getattr(event, "status_code", 0),
                           "until_close": self.kind != "Q" and not names & {b"content-length", b"transfer-encoding"}}
            elif isinstance(event, h11.Data):
                message["body"] += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                message["trailers"] = list(event.headers)
                self.found.append(message)
                return


def outcome(kind: str, stream: bytes) -> Messages:
    messages = Messages(kind)
    messages.read(stream)
    return messages
