"""A browser before a running sandbox: somebody signs in with a click, and looks at a screen."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, Route, expect

from sandbox.kernel.server import Servers
from sandbox.sign_in import DemoPerson
from tests.workflow.village import Village

ROOT: Final = Path(__file__).parents[2]
AXE: Final = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
IN_DOCUMENTS: Final = (
    ("today", "suspension-line", "grid-worker", "citizen", "receipt", "trail", "accounts")
    if os.environ.get("IMAGES") == "write"
    else ()
)
DESK_SIZE: Final = {"width": 1280, "height": 800}
PHONE_SIZE: Final = {"width": 390, "height": 844}
SERIOUS: Final = ("serious", "critical")
PATIENCE_MS: Final = 20_000  # the machine may be busy
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Screens:
    """The console of a running sandbox, and whoever looks at it."""

    village: Village
    servers: Servers
    browser: Browser
    people: list[DemoPerson]
    errors: list[str] = field(default_factory=list)

    def open(self, subject: str, *, phone: bool = False) -> Page:
        """A browser of their own, in which somebody has signed in."""
        context = self.browser.new_context(viewport=PHONE_SIZE if phone else DESK_SIZE, locale="zh-CN")
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{subject}: {error}"))
        page.on("console", lambda said: self._said(subject, said.type, said.text))
        page.goto(f"{self.servers.api_url}/console/")
        self.sign_in(page, subject)
        return page

    def sign_in(self, page: Page, subject: str) -> None:
        page.get_by_role("button", name="用统一身份登录").click()
        page.locator(f'a[data-subject="{subject}"]').click()
        expect(page.locator("#content")).to_be_visible()
        page.wait_for_url("**/console/index.html#/*")

    def go(self, page: Page, address: str) -> None:
        """To a screen by its address, as somebody may pass it on."""
        page.goto(f"{self.servers.api_url}/console/index.html#{address}")

    def _said(self, subject: str, kind: str, text: str) -> None:
        """What the browser refuses is an error of ours: the policy, a type, a missing file."""
        if kind == "error" and "Content Security Policy" in text:
            self.errors.append(f"{subject}: {text}")

    def healthy(self, page: Page, name: str, *, picture: str | None = None) -> None:
        """No serious fault of access at both sizes and in both languages; perhaps a picture of it."""
        before = page.viewport_size or DESK_SIZE
        for language in ("zh", "en"):
            for size in (DESK_SIZE, PHONE_SIZE):
                page.set_viewport_size(size)
                page.wait_for_timeout(350)  # until what moves stands
                faults = serious_faults(page)
                assert not faults, f"{name} ({language}, {size['width']}): {faults}"
            if picture is not None:
                page.set_viewport_size(before)
                mark = "" if language == "zh" else ".en"
                folder = ROOT / ("docs/images" if picture + mark in IN_DOCUMENTS else "build/images")
                folder.mkdir(parents=True, exist_ok=True)
                page.wait_for_timeout(350)
                page.screenshot(path=folder / f"{picture}{mark}.png")
            _switch_language(page)
        page.set_viewport_size(before)


def agree(page: Page) -> None:
    """Say yes to what is asked once more, and wait until it is done."""
    sure = page.get_by_role("button", name="确认办理")
    sure.click()
    expect(sure).to_be_hidden()


def _switch_language(page: Page) -> None:
    """By the button, wherever a dialog lets it be reached."""
    page.evaluate("document.querySelector('button.language').click()")


def serious_faults(page: Page) -> list[str]:
    """What axe-core finds that keeps somebody out: rule and place of each."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: Any = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {node['target']} {node['html'][:120]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]


def cut_off(page: Page, servers: Servers) -> None:
    """No signal: whatever is asked of the API does not arrive."""

    def refuse(route: Route) -> None:
        route.abort("internetdisconnected")

    page.context.route(f"{servers.api_url}/v1/**", refuse)


def signal_again(page: Page, servers: Servers) -> None:
    page.context.unroute(f"{servers.api_url}/v1/**")
