"""An SMS gateway over HTTP, as Chinese ones are: it checks signatures, answers in codes, keeps its reports.

It stands on the loopback address alone. What it answers to a message is told by `answers`. Its reports are
pushed, signed as requests to it are (`pushed`); or fetched: they come late, out of order and more than once,
by the seed, until they are acknowledged by asking for what comes next.
"""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlencode

from chalicelib import clock
from sandbox.town.seeded_random import chance

ACCOUNT, SECRET = "wugan", "a secret of the sandbox"
BATCH: Final = 3
AGE: Final = timedelta(minutes=5)  # of a request, at most
TIMESTAMP: Final = "%Y%m%d%H%M%S"  # Chinese civil time
REPEATED: Final = 0.3  # reports that are told once more
BREAKS_OFF: Final = "breaks off"  # in the place of a code: it has read the request, and says nothing


def _takes(_: Mapping[str, str]) -> str:
    return "0"


@dataclass
class SmsGateway:
    """The gateway; `received` is what it has taken, in order, each with the phone and the text.

    `repeated` names what was handed over again: it says so, and sends it to nobody.
    """

    seed: int = 0
    answers: Callable[[Mapping[str, str]], str] = _takes
    received: list[Mapping[str, str]] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    asked: int = 0  # how often anybody handed it anything
    _had: set[str] = field(default_factory=set)
    _waiting: list[dict[str, str]] = field(default_factory=list)
    _batches: list[tuple[str, list[dict[str, str]]]] = field(default_factory=list)
    _named: int = 0

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/v2"

    @property
    def entered(self) -> str:
        """What an operator enters into the secret of the deployment."""
        return json.dumps({"url": self.url, "account": ACCOUNT, "secret": SECRET})

    def reports(self, message: str, *statuses: str) -> None:
        """Words of carriers about a message, to be fetched: shuffled with others, and some told again."""
        rng = self._rng()
        for status in statuses:
            report = {"message": message, "status": status}
            self._waiting += [report] * (2 if rng.random() < REPEATED else 1)
        rng.shuffle(self._waiting)

    def pushed(self, reports: Sequence[Mapping[str, str]]) -> bytes:
        """Reports as it pushes them now: a signed form."""
        now = clock.now().astimezone(clock.CHINA)
        said = json.dumps(reports, separators=(",", ":"))
        named = {"account": ACCOUNT, "timestamp": f"{now:{TIMESTAMP}}", "reports": said}
        return urlencode({**named, "sign": _signature(named)}).encode()

    def taken_at(self, said: Mapping[str, str]) -> datetime:
        """When it took one of `received`."""
        return _instant(said["timestamp"])

    def _rng(self) -> Random:
        return chance(self.seed, "gateway", self._named, len(self._waiting))

    def answer(self, path: str, named: dict[str, str]) -> Mapping[str, Any] | None:
        """The answer to a request; None where it breaks off."""
        sign = named.pop("sign", "")
        if named.get("account") != ACCOUNT:
            return {"code": "account_unknown"}
        if not hmac.compare_digest(sign, _signature(named)):
            return {"code": "sign_invalid"}
        if abs(clock.now() - _instant(named["timestamp"])) > AGE:
            return {"code": "time_invalid"}
        return self._reports(named["after"]) if path.endswith("/reports") else self._taken(named)

    def _taken(self, named: Mapping[str, str]) -> Mapping[str, Any] | None:
        self.asked += 1
        code = self.answers(named)
        if named["message"] in self._had:
            code = "duplicate"
            self.repeated.append(named["message"])
        elif code in ("0", BREAKS_OFF):
            self._had.add(named["message"])
            self.received.append(named)
        return None if code == BREAKS_OFF else {"code": code, "msgid": f"g-{len(self.received)}"}

    def _reports(self, after: str) -> Mapping[str, Any]:
        """The oldest batch that nobody has acknowledged; the same name again where there is none."""
        if self._batches and self._batches[0][0] == after:
            self._batches.pop(0)
        while self._waiting:
            self._named += 1
            self._batches.append((f"b{self._named}", self._waiting[:BATCH]))
            del self._waiting[:BATCH]
        batch, reports = self._batches[0] if self._batches else (after, [])
        return {"code": "0", "batch": batch, "reports": reports}


def _signature(named: Mapping[str, str]) -> str:
    said = "&".join(f"{name}={named[name]}" for name in sorted(named))
    return hmac.digest(SECRET.encode(), said.encode(), "sha256").hex()


def _instant(timestamp: str) -> datetime:
    return datetime.strptime(timestamp, TIMESTAMP).replace(tzinfo=clock.CHINA)


def _handler(gateway: SmsGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1  # an answer leaves in one piece: for the second the other side would be waited for

        def do_POST(self) -> None:
            """Answer a form, or close the connection in the middle."""
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = parse_qs(body, keep_blank_values=True)
            said = gateway.answer(self.path, {name: values[0] for name, values in form.items()})
            if said is None:
                self.close_connection = True
                return
            data = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: phones would stand in it."""

    return Handler
