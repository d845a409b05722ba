"""The doors of a running sandbox, on the loopback interface: AWS, the HTTP API, and the clock.

    127.0.0.1:4566   any AWS client (the state is the one that the functions see)
    127.0.0.1:8000   the HTTP API, through Chalice's own gateway; under /console the screens
    127.0.0.1:8001   POST /advance {"days": 7}: lets time pass, answers when all is quiet
    127.0.0.1:8002   where one signs in to the screens (`sandbox.sign_in`), if there is somebody to be

Every request takes its turn with the driver; what it stirred up is run as soon as it is answered.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from chalice.config import Config
from chalice.local import LocalGateway, LocalGatewayException, RouteMatcher
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from chalicelib import api
from sandbox.kernel.console import START, Console
from sandbox.kernel.kernel import Sandbox
from sandbox.sign_in import SignIn

LOOPBACK: Final = "127.0.0.1"
AWS_PORT: Final = 4566
API_PORT: Final = 8000
CLOCK_PORT: Final = 8001
SIGN_IN_PORT: Final = 8002
_MOST_DAYS: Final = 3660


class Answer(NamedTuple):
    """What the API answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Gateway:
    """The HTTP API without a network: what API Gateway does around the function."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._function = sandbox.functions.named("APIHandler")
        self._gateway = LocalGateway(sandbox.app, Config(chalice_stage="prod"))
        self._matcher = RouteMatcher(list(sandbox.app.routes))

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """One request; the caller's job is to let what it stirred up run (run_until_quiet)."""
        lowered = {name.lower(): value for name, value in headers.items()}
        path = path.replace("%3A", ":").replace("%3a", ":")  # the same address (RFC 3986)
        with self._sandbox.turns.turn():
            if method == "OPTIONS":  # LocalGateway would break off: no route of ours answers it
                return self._preflight(path)
            try:
                with self._sandbox.functions.running(self._function):
                    response = self._gateway.handle_request(
                        method=method, path=path, headers=lowered, body=body
                    )
            except LocalGatewayException as refused:
                if not self._allowed(path):  # LocalGateway's own words are about something else
                    return _answered(api.unknown_route())
                return Answer(refused.CODE, list((refused.headers or {}).items()), refused.body or b"")
        return _answered(response)

    def _preflight(self, path: str) -> Answer:
        """A browser asks which other site's pages may call: none, until a deployment declares some."""
        methods = self._allowed(path)
        if not methods:
            return _answered(api.unknown_route())
        return _answered(api.method_not_allowed(methods))

    def _allowed(self, path: str) -> list[str]:
        """The methods of the route that an address matches; none if it matches none."""
        try:
            route = self._matcher.match_route(path).route
        except ValueError:
            return []
        return sorted(self._sandbox.app.routes[route])


def _answered(response: Mapping[str, Any]) -> Answer:
    """What the function (or the gateway in its words) said, as it goes over the wire."""
    said, named = response["body"], list(response["headers"].items())
    named += [(name, one) for name, many in response.get("multiValueHeaders", {}).items() for one in many]
    return Answer(response["statusCode"], named, said if isinstance(said, bytes) else said.encode())


def taken_ports(ports: Iterable[int] = (AWS_PORT, API_PORT, CLOCK_PORT, SIGN_IN_PORT)) -> list[int]:
    """Those of the doors' ports on which somebody else listens already."""
    return [port for port in ports if not _is_free(port)]


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            door.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


class Servers:
    """The doors; a context manager. A port of 0 is any free one; issuer: who lets one sign in."""

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        aws: int = AWS_PORT,
        api: int = API_PORT,
        clock: int = CLOCK_PORT,
        sign_in: int = SIGN_IN_PORT,
        issuer: SignIn | None = None,
    ) -> None:
        self._sandbox = sandbox
        self._ports = (aws, api, clock, sign_in)
        self._issuer = issuer
        self._stirred = threading.Event()
        self._closing = False
        self._started: list[tuple[BaseWSGIServer | ThreadingHTTPServer, threading.Thread]] = []
        self.aws_url = self.api_url = self.clock_url = self.sign_in_url = ""
        self.failure: Exception | None = None
        """What stopped the keeper, the thread that runs whatever requests stir up."""

    def __enter__(self) -> Self:
        gateway = Gateway(self._sandbox)
        aws, api, clock, sign_in = self._ports
        self._keeper = threading.Thread(target=self._keep_quiet, name="keeper", daemon=True)
        self._keeper.start()
        try:
            self.aws_url = self._serve(_aws_server(aws, self._sandbox, self._stirred))
            self.clock_url = self._serve(_http_server(clock, self._control))
            if self._issuer is not None:
                self.sign_in_url = self._serve(_http_server(sign_in, self._sign_in))
                self._issuer.url = self.sign_in_url
            console = Console(self._sandbox.app, sign_in=self.sign_in_url, uploads=self.aws_url)
            # Last: who can reach the API may rely on everything behind it.
            self.api_url = self._serve(
                _http_server(api, lambda *request: self._api(gateway, console, *request))
            )
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the doors and wait until nobody is inside."""
        self._closing = True
        for server, thread in self._started:
            server.shutdown()
            server.server_close()
            thread.join()
        self._stirred.set()
        self._keeper.join()

    def _serve(self, server: BaseWSGIServer | ThreadingHTTPServer) -> str:
        thread = threading.Thread(target=server.serve_forever, name=f"port {server.server_port}", daemon=True)
        thread.start()
        self._started.append((server, thread))
        return f"http://{LOOPBACK}:{server.server_port}"

    def _keep_quiet(self) -> None:
        while not self._closing:
            self._stirred.wait()
            self._stirred.clear()
            try:
                self._sandbox.run_until_quiet()
            except Exception as error:
                self.failure = error
                print(f"sandbox: nothing runs any more: {error!r}")
                raise

    def _sign_in(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if self._issuer is None:
            raise RuntimeError("nobody issues tokens here")
        with self._sandbox.turns.turn():
            said = self._issuer.answer(method, path, body)
        return Answer(said.status, said.headers, said.body)

    def _api(
        self,
        gateway: Gateway,
        console: Console,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        if method in ("GET", "HEAD") and path.startswith(START):
            return Answer(*console.answer(path))
        answer = gateway.handle(method, path, headers, body)
        self._stirred.set()
        return answer

    def _control(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if (method, path) == ("GET", "/now"):
            return _json(200, {"now": self._sandbox.now().isoformat()})
        if (method, path) != ("POST", "/advance"):
            return _json(404, {"error": "POST /advance or GET /now"})
        try:
            days = float(json.loads(body)["days"])
        except (ValueError, TypeError, KeyError):
            return _json(400, {"error": 'say {"days": a number}'})
        if not 0 <= days <= _MOST_DAYS:
            return _json(400, {"error": f"0 to {_MOST_DAYS} days"})
        self._sandbox.advance(days=days)
        now, failures = self._sandbox.now().isoformat(), len(self._sandbox.last_errors)
        return _json(200, {"now": now, "failures": failures})


def _json(status: int, said: object) -> Answer:
    return Answer(status, [("Content-Type", "application/json")], json.dumps(said).encode())


def _aws_server(port: int, sandbox: Sandbox, stirred: threading.Event) -> BaseWSGIServer:
    """moto's server, its requests taking turns with the driver."""
    answer = DomainDispatcherApplication(create_backend_app)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with sandbox.turns.turn():
            response: Iterable[bytes] = answer(environ, start_response)
        stirred.set()
        return response

    return make_server(LOOPBACK, port, application, threaded=True, request_handler=_QuietMoto)


class _QuietMoto(MotoRequestHandler):
    def log_request(self, *_: object) -> None:
        pass


def _http_server(
    port: int, answer: Callable[[str, str, Mapping[str, str], bytes], Answer]
) -> ThreadingHTTPServer:
    """A server that keeps connections and writes a response at once.

    (`chalice local` writes twice and waits for the client's acknowledgement: 21 requests a second.)
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = answer(self.command, self.path, dict(self.headers.items()), body)
            self.send_response(said.status)
            for name, value in said.headers:
                if name.lower() not in {"content-length", "connection"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said.body)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
        setattr(Handler, f"do_{method}", Handler._respond)
    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    server.daemon_threads = True
    return server
