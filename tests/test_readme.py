"""What the README says is true: its commands run, and its two languages say the same."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
TESTED = re.compile(r"<!-- tested: (\w+) -->\n```console\n(.*?)\n```", re.DOTALL)


def commands(readme: str) -> dict[str, str]:
    return dict(TESTED.findall((ROOT / readme).read_text(encoding="utf-8")))


def test_both_readmes_have_the_same_commands_sections_and_links() -> None:
    texts = [(ROOT / readme).read_text(encoding="utf-8") for readme in READMES]
    english, chinese = (
        {
            "commands": TESTED.findall(text),
            "sections": len(re.findall(r"^## ", text, re.MULTILINE)),
            "steps": len(re.findall(r"^\d\. ", text, re.MULTILINE)),
            "map": re.findall(r"^\| `([^`]+)", text, re.MULTILINE),
            "links": [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("README")],
        }
        for text in texts
    )
    assert english == chinese


@pytest.mark.parametrize(
    "document", [*READMES, "CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md"))]
)
def test_every_link_leads_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert link.startswith("http") or ((ROOT / document).parent / link).exists(), link


def test_every_file_that_the_architecture_names_exists() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    for name in re.findall(r"`([\w/]+\.(?:py|json|yaml))`", text):
        assert (ROOT / name).exists(), name


def test_the_commands_to_try_by_hand_run_and_show_the_certificate_move() -> None:
    sandbox = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "run", "--empty"], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        _wait_until_it_serves(sandbox)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands("README.md")["hand"]],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    finally:
        sandbox.terminate()
        sandbox.wait(20)
    assert done.returncode == 0, done.stderr
    days = re.findall(r'"valid_until_at_least": ?"([\d-]+)"', done.stdout)
    assert days == ["2025-05-31", "2025-05-31", "2025-12-31", "2025-12-31"]
    assert '"rejected": 1' in done.stdout


def _wait_until_it_serves(sandbox: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert sandbox.poll() is None, "the sandbox ended"
        try:
            with urlopen("http://127.0.0.1:8001/now"):
                return
        except URLError:
            time.sleep(0.5)
    raise AssertionError("the sandbox did not come up")
