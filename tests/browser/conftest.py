"""The screens in a real browser: Debian's chromium before a sandbox of this process (`make browser`)."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from chalicelib import jurisdiction
from infra.console import BUILT
from sandbox.demo_people import demo_people
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.kernel.server import Servers
from sandbox.shortcut import short_way
from sandbox.sign_in import DemoPerson, SignIn
from sandbox.tokens import APP, AUDIENCE, Issuer
from tests.browser.browsing import Screens
from tests.workflow.village import HOUSEKEEPING, SPRING, Village

IS_REQUIRED = os.environ.get("WUGAN_BROWSER") == "required"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def unable(why: str) -> None:
    """Skip, saying why; where a browser is required, fail."""
    if IS_REQUIRED:
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        unable("no chromium on this machine: apt-get install chromium")
    if not BUILT.exists():
        unable("the screens are not built: make console")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield running
        running.close()


def two_free_ports() -> tuple[int, int]:
    """Ports that nobody listens on: both addresses are told before anything is served there."""
    with socket.socket() as one, socket.socket() as other:
        for door in (one, other):
            door.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture
def screens(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Screens]:
    """A village, on the day that the module calls `STARTS`, and its doors open."""
    port, aws = two_free_ports()
    here = f"http://127.0.0.1:{port}"
    issuer = Issuer.new(issuer=here)
    parameters = {
        "TokenIssuer": here,
        "TokenAudience": AUDIENCE,
        "TokenJwks": issuer.jwks(),
        "SignInOrigin": here,
        "UploadUrl": f"http://127.0.0.1:{aws}",
        "EventHosts": "app.example.org.cn",
        "AssertionJwks": json.dumps({"keys": [issuer.registered(APP)]}),
    }
    people: list[DemoPerson] = []
    starts = getattr(request.module, "STARTS", SPRING)
    with (
        Sandbox(start=starts, seed=1, schedules=HOUSEKEEPING, parameters=parameters) as sandbox,
        short_way(ACCOUNT),
    ):
        sandbox.run_until_quiet()
        sign_in = SignIn(issuer, sandbox.now, lambda: people)
        with Servers(sandbox, aws=aws, api=0, clock=0, sign_in=port, issuer=sign_in) as servers:
            people += demo_people(jurisdiction.load("bozhou"), "bozhou")
            screens = Screens(Village(sandbox), servers, browser, people)
            yield screens
            for context in browser.contexts:
                context.close()
            assert not screens.errors, screens.errors[:3]
            assert servers.failure is None
        assert not sandbox.last_errors, sandbox.last_errors[:3]
