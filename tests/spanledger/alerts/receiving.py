"""The receiving ends of alerts, real ones: a webhook over HTTP and a mail server, on ports of their own."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Webhook:
    """What arrived. ``status`` is answered; ``before_answer`` runs once a message is here, before its sender knows."""

    port: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    before_answer: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        """As apprise has it."""
        return f"json://127.0.0.1:{self.port}/hooks/s3cret-path"


@dataclass
class Mailbox:
    """What arrived."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        """As apprise has it."""
        return f"mailto://127.0.0.1:{self.port}/?from=costs@example.com&to=finance@example.com&mode=insecure"


@contextmanager
def webhook() -> Iterator[Webhook]:
    """A webhook until the end of the block."""
    box = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that http.server wants
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if box.status == 200:
                box.messages.append(json.loads(body))
            box.before_answer()
            self.send_response(box.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        box.port = port
        yield box


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mail server until the end of the block: enough of SMTP for one mail a connection."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline():
                verb = line.strip().upper().split(b" ")[0]
                if verb == b"DATA":
                    self._say("354 go on")
                    box.mails.append(self._mail())
                self._say("221 bye" if verb == b"QUIT" else "250 ok")
                if verb == b"QUIT":
                    return

        def _mail(self) -> EmailMessage:
            lines = iter(self.rfile.readline, b".\r\n")
            content = b"".join(line.removeprefix(b".") for line in lines)
            return message_from_bytes(content, policy=policy.default)

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        box.port = port
        yield box


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
