"""The departments' interfaces: they know what happened to whom, and answer over HTTP on this machine alone.

interfaces = Interfaces({("nucleic_acid_tests", number): [(day, "sampled")]})
with interfaces.served() as url:
    ...  # enter {"nucleic_acid_tests": {"url": url, "token": interfaces.token}} into the secret
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

Happened = Sequence[tuple[date, str]]  # day and event, in the platform's words
LOOPBACK: Final = "127.0.0.1"


@dataclass
class Interfaces:
    """All query interfaces of a town. `asked` keeps each call: the feed and how many people it named."""

    known: Mapping[tuple[str, str], Happened]
    token: str = "invented"  # noqa: S105 - opens nothing
    failing: bool = False  # answers 503, as interfaces do
    asked: list[tuple[str, int]] = field(default_factory=list)

    def answer(self, question: Mapping[str, Any]) -> object:
        """What the department says about the people named in a question, since a day."""
        feed, since = question["feed"], date.fromisoformat(question["since"])
        self.asked.append((feed, len(question["numbers"])))
        answers = [
            {"number": number, "day": day.isoformat(), "event": event}
            for number in question["numbers"]
            for day, event in self.known.get((feed, number), ())
            if day >= since
        ]
        return {"answers": answers}

    @contextmanager
    def served(self) -> Iterator[str]:
        """Answer at the URL yielded, until the block ends."""
        server = ThreadingHTTPServer((LOOPBACK, 0), _handler_of(self))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_port}/"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler_of(interfaces: Interfaces) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """One question."""
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] != f"Bearer {interfaces.token}":
                return self._say(401, {})
            if interfaces.failing:
                return self._say(503, {})
            return self._say(200, interfaces.answer(question))

        def _say(self, status: int, body: object) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a question names people."""

    return Handler
