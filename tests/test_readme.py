"""What the README and the documents by role say is true: their commands run, and their two languages say the
same.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.recipes.walking import recipe

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
ROLES = ("grid-worker", "clerk", "officer", "app-developer", "operator", "auditor")
BY_ROLE = {role: tuple(f"docs/{role}/{readme}" for readme in READMES) for role in ROLES}
DOCUMENTS = (
    *READMES,
    *(document for documents in BY_ROLE.values() for document in documents),
    "CONTRIBUTING.md",
    *(
        p.relative_to(ROOT).as_posix()
        for folder in ("docs", "docs/decisions")
        for p in (ROOT / folder).glob("*.md")
    ),
)
FOLDERS = (
    "app.py",
    "chalicelib",
    "sandbox",
    "admin",
    "infra",
    "bench",
    "console/src",
    "statemachines",
    "tests",
    "docs",
    ".chalice",
)
FENCED = re.compile(r"^ *(`{3,}).*?^ *\1", re.DOTALL | re.MULTILINE)
RECIPES = re.findall(
    r"^## (Adding .*|Granting .*)$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE
)
MADE_BY_RECIPES = {  # by the feed's, whose blocks are whole files
    "chalicelib/packs/bozhou/feeds/elderly_canteens.yaml",
    "tests/feeds/bozhou/elderly_canteens/sample.csv",
}
NOT_OURS = (".venv/", "build/", "/", "application/", "text/")
TESTED = re.compile(r"<!-- tested: (\w+) -->\n```console\n(.*?)\n```", re.DOTALL)


def links(text: str) -> list[str]:
    """Where a document leads, in whichever language; not to its own other language."""
    found = re.findall(r"\]\(([^)]+)\)", text)
    return [link.replace(".zh-CN", "") for link in found if not link.startswith("README")]


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
            "links": links(text),
        }
        for text in texts
    )
    assert english == chinese
    for place in english["map"]:
        assert (ROOT / place).exists(), place
    rooms = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("[a-z]*/**/__init__.py")}
    told = {str(place).rstrip("/") for place in english["map"]}
    for room in rooms:
        if room.split("/")[0] in ("chalicelib", "sandbox") and room.count("/") < 3 and "/" in room:
            assert room in told or "repairs" in room, f"{room} is on no map"


@pytest.mark.parametrize(
    "document", [*DOCUMENTS, *(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/sheets/**/*.md"))]
)
def test_every_link_leads_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert link.startswith("http") or ((ROOT / document).parent / link).exists(), link


def project_files() -> set[str]:
    """Every file and folder of the project, from its root."""
    found = set()
    for folder in FOLDERS:
        paths = [ROOT / folder, *(ROOT / folder).rglob("*")]
        found |= {path.relative_to(ROOT).as_posix() for path in paths if "__pycache__" not in path.parts}
    return found | {path.name for path in ROOT.iterdir() if path.is_file()}


def test_every_file_that_a_document_names_exists() -> None:
    """By its whole path, or by the end of one; what a recipe would add is the recipe's."""
    files = project_files()
    ends = {path[place + 1 :] for path in files for place, mark in enumerate(path) if mark == "/"} | files
    made = {part.file for title in RECIPES for step in recipe(title) for part in step} | MADE_BY_RECIPES
    for document in DOCUMENTS:
        prose = FENCED.sub("", (ROOT / document).read_text(encoding="utf-8"))
        for name in re.findall(
            r"(?<=`)[\w./-]+/[\w.-]+(?=[`:])|(?<=`)[\w-]+\.(?:py|yaml|asl\.json)(?=[`:])", prose
        ):
            if not (name in made or name.startswith(NOT_OURS) or Path(name).suffix in ("", ".bin")):
                assert name.rstrip("/") in ends, f"{document}: {name}"


def test_every_file_that_code_names_exists() -> None:
    files = project_files()
    named = re.compile(rf"\b(?:{'|'.join(FOLDERS)})/[\w/.-]+\.(?:py|yaml|json|md|svg)\b")
    for name in files:
        if name.endswith((".py", ".yaml")) and not name.startswith("tests/"):
            for found in named.findall((ROOT / name).read_text(encoding="utf-8")):
                assert found in files or found.startswith("docs/sheets"), f"{name}: {found}"


def test_what_make_test_fast_runs_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = makefile[makefile.index("\nfast-sources:") : makefile.index("\n.PHONY: fuzz")]
    chosen = re.findall(r"(?:tests|chalicelib)/[\w/]+(?:\.py::\w+)?", told)
    assert any("::" in name for name in chosen), "one way through"
    for name in chosen:
        file, _, test = name.partition("::")
        assert (ROOT / file).exists(), name
        assert f"def {test}" in ((ROOT / file).read_text(encoding="utf-8") if test else "def "), name
    for readme in (*READMES, "CONTRIBUTING.md"):
        assert "make test-fast" in (ROOT / readme).read_text(encoding="utf-8"), readme


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_reads_is_the_same_in_both_languages_and_both_readmes_lead_there(role: str) -> None:
    english, chinese = (
        {
            "commands": re.findall(r"```console\n(.*?)\n```", text, re.DOTALL),
            "sections": len(re.findall(r"^## ", text, re.MULTILINE)),
            "points": len(re.findall(r"^- ", text, re.MULTILINE)),
            "links": sorted(links(text)),
        }
        for text in ((ROOT / document).read_text(encoding="utf-8") for document in BY_ROLE[role])
    )
    assert english == chinese
    assert len(english["commands"]) == 2, "one to begin, one that is tested"
    for readme, document in zip(READMES, BY_ROLE[role], strict=True):
        assert document in (ROOT / readme).read_text(encoding="utf-8")


TOLD: dict[str, tuple[str, ...]] = {  # what each role has seen when its commands are done
    "grid-worker": ("10 empty rows", '"route": "visit"', '"valid_until_at_least": "2025-12-31"'),
    "clerk": ("stays.csv  2025年1月2日  已入库  2  1  1", "mended.csv  2025年1月2日  已入库  1  1  0"),
    "officer": ('"person"', "build/341621.xlsx: fill in"),
    "app-developer": ("304\n", '"certified": true'),
    "operator": ("roster", "officer-7", "0 broken"),
    "auditor": ('"chain_holds": true', "0 broken", "resident_pension"),
}


def test_the_commands_of_the_readme_and_of_every_role_run_in_one_sandbox() -> None:
    """By hand the certificate moves; then each role in turn sees what its document promises."""
    sandbox = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "run", "--empty"], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        _wait_until_it_serves(sandbox)
        by_hand = _shown(commands("README.md")["hand"])
        told = {role: _shown(commands(BY_ROLE[role][0])[role.replace("-", "_")]) for role in ROLES}
    finally:
        sandbox.terminate()
        sandbox.wait(20)
    days = re.findall(r'"valid_until_at_least": ?"([\d-]+)"', by_hand)
    assert days == ["2025-05-31", "2025-05-31", "2025-12-31", "2025-12-31"]
    assert '"rejected": 1' in by_hand
    for role, words in TOLD.items():
        for word in words:
            assert word in told[role], f"docs/{role}: {word}"
        assert '"status": 4' not in told[role], f"docs/{role}: refused"


def _shown(script: str) -> str:
    """What commands print; they all succeed."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _wait_until_it_serves(sandbox: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        assert sandbox.poll() is None, "the sandbox ended"
        try:
            with urlopen("http://127.0.0.1:8001/now"):
                return
        except URLError:
            time.sleep(0.5)
    raise AssertionError("the sandbox did not come up")
