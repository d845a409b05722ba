"""The screens in the sandbox: as API Gateway serves them, by the template's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

import app as wugan
from sandbox.kernel.console import Console

HOSTS = {"sign_in": "http://127.0.0.1:8002", "uploads": "http://127.0.0.1:4566"}


@pytest.fixture
def console(tmp_path: Path) -> Console:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<p>the page</p>", "utf-8")
    (built / "sw.js").write_text("// keeps it", "utf-8")
    (built / "assets" / "app-5f0c.js").write_text("// the program", "utf-8")
    (tmp_path / "secret.txt").write_text("not for the world", "utf-8")
    return Console(wugan.app, built, **HOSTS)


def test_the_page_is_asked_for_anew_and_may_load_nothing_foreign(console: Console) -> None:
    status, named, body = console.answer("/console/index.html?code=1")
    headers = dict(named)
    assert (status, body) == (200, b"<p>the page</p>")
    assert headers["Content-Type"] == "text/html"
    assert headers["Cache-Control"] == "no-cache"
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"].split() == ["'self'", *HOSTS.values()]


def test_what_bears_a_hash_in_its_name_is_kept_for_a_year(console: Console) -> None:
    status, named, _ = console.answer("/console/assets/app-5f0c.js")
    assert (status, dict(named)["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert dict(named)["Content-Type"] in ("text/javascript", "application/javascript")
    assert dict(console.answer("/console/sw.js")[1])["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/console", "/console/"])
def test_it_begins_with_its_page(console: Console, path: str) -> None:
    assert console.answer(path)[:2] == (302, [("Location", "/console/index.html")])


@pytest.mark.parametrize(
    "path", ["/console/../secret.txt", "/console/assets/../../secret.txt", "/console/none.js"]
)
def test_nothing_else_is_served(console: Console, path: str) -> None:
    assert console.answer(path)[0] == 404


def test_where_nothing_was_built_a_page_says_so(tmp_path: Path) -> None:
    status, _, body = Console(wugan.app, tmp_path).answer("/console/index.html")
    assert (status, "make console" in body.decode()) == (200, True)
