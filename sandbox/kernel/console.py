"""The screens of the sandbox, as API Gateway serves them from their bucket: the same addresses and headers.

Both are read from the template (infra/gateway.yaml), so that a policy which keeps a screen from working does
so here. The files are those that `make console` has built; where there are none, a page says so.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from chalice.app import Chalice

from chalicelib import api
from infra.existing import as_written
from infra.template import ROOT
from sandbox.kernel.template import deployed_template

BUILT: Final = ROOT / "console" / "dist"
START: Final = "/console"
_INBOX: Final = "https://${InboxBucket}.s3.${AWS::Region}.${AWS::URLSuffix}"
_HEADER: Final = "method.response.header."
_NOT_BUILT: Final = (
    "<!doctype html><meta charset=utf-8><title>Wugan</title>"
    "<p>界面尚未构建：请先运行 make console。</p><p>The screens have not been built: make console.</p>"
)
Named = list[tuple[str, str]]


class Console:
    """The built screens. sign_in: where the issuer is. uploads: where files are dropped."""

    def __init__(self, app: Chalice, folder: Path = BUILT, *, sign_in: str = "", uploads: str = "") -> None:
        self._app, self._folder = app, folder
        self._hosts = {"${SignInOrigin}": sign_in, _INBOX: uploads}

    def answer(self, path: str) -> tuple[int, Named, bytes]:
        """What a GET of an address below /console is answered: status, headers, body."""
        path = path.partition("?")[0]
        if path.rstrip("/") == START:
            return 302, [("Location", f"{START}/index.html")], b""
        place = path.removeprefix(f"{START}/")
        kind = f"{START}/assets/{{file+}}" if place.startswith("assets/") else f"{START}/{{file}}"
        file = (self._folder / place).resolve()
        is_one = file.is_file() and file.is_relative_to(self._folder.resolve())
        if not is_one or ("/" in place and "+" not in kind):
            if place == "index.html":
                return 200, [("Content-Type", "text/html; charset=utf-8")], _NOT_BUILT.encode()
            unknown = api.unknown_route()
            return unknown["statusCode"], list(unknown["headers"].items()), unknown["body"].encode()
        named = [("Content-Type", mimetypes.guess_type(file.name)[0] or "application/octet-stream")]
        return 200, named + self._headers(kind), file.read_bytes()

    def _headers(self, kind: str) -> Named:
        return [(name, self._said(text)) for name, text in self._declared[kind].items()]

    def _said(self, text: str) -> str:
        for name, host in self._hosts.items():
            text = text.replace(name, host)
        return re.sub(r"\s+", " ", text)

    @cached_property
    def _declared(self) -> Mapping[str, Mapping[str, str]]:
        """By address, the headers that the gateway sets by itself."""
        written = as_written(deployed_template(self._app, ROOT)["Resources"]["RestAPI"])
        paths = written["Properties"]["Body"]["paths"]
        return {
            path: _set_by_gateway(methods["get"]["x-amazon-apigateway-integration"]["responses"])
            for path, methods in paths.items()
            if path.startswith(START)
        }


def _set_by_gateway(responses: Mapping[str, Any]) -> dict[str, str]:
    said = responses.get("200", {}).get("responseParameters", {})
    texts = {
        name.removeprefix(_HEADER): value["Fn::Sub"] if isinstance(value, dict) else value
        for name, value in said.items()
    }
    return {name: text[1:-1] for name, text in texts.items() if text.startswith("'")}
