"""`make sheets`: docs/sheets out of every pack, docs/openapi.json out of the API; are they current?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from admin.pages import feed as feeds
from admin.pages.scenarios import scenarios_of, scenarios_of_policy
from chalicelib import api
from chalicelib.engine.rules.counties import County, read_county
from chalicelib.jurisdiction import PACKS, Pack, load
from chalicelib.jurisdiction.pages import benefit as benefits
from chalicelib.jurisdiction.pages.words import heading, table

ROOT: Final = Path(__file__).parents[2]
SHEETS: Final = ROOT / "docs" / "sheets"
API: Final = ROOT / "docs" / "openapi.json"
GENERATED: Final = (
    "<!-- Written by `make sheets` from chalicelib/packs. Change the YAML, not this page. -->\n"
)


def pages() -> Mapping[Path, str]:
    """Every page by its path below docs/sheets."""
    written: dict[Path, str] = {}
    names = sorted(path.name for path in PACKS.iterdir() if (path / "policy.yaml").exists())
    for name in names:
        pack = load(name)
        counties = [read_county(path) for path in sorted((PACKS / name / "counties").glob("*.yaml"))]
        for code, benefit in pack.rules.benefits.items():
            page = benefits.page(benefit, pack, scenarios_of(name, benefit), counties)
            written[Path(name, "benefits", f"{code}.md")] = GENERATED + page
        for feed in pack.feeds.values():
            written[Path(name, "feeds", f"{feed.id}.md")] = GENERATED + feeds.page(feed, pack)
        written[Path(name, "README.md")] = GENERATED + _index(name, pack, counties)
    links = "\n".join(f"- [{name}]({name}/README.md)" for name in names)
    written[Path("README.md")] = f"{GENERATED}# 待遇与数据来源 · Benefits and feeds\n\n{links}\n"
    return written


def _index(name: str, pack: Pack, counties: Sequence[County]) -> str:
    rows = [
        (f"[{b.title.zh}](benefits/{code}.md)", b.title.en, b.run_by.value, b.kind.value)
        for code, b in pack.rules.benefits.items()
    ]
    sources = [
        (f"[{f.title.zh}](feeds/{f.id}.md)", f.title.en, f.owner.title.zh, f.kind)
        for f in pack.feeds.values()
    ]
    return (
        f"# {name}\n\n{pack.rules.version}\n\n"
        f"{table(('待遇', 'benefit', 'authority', 'kind'), rows)}\n\n"
        f"{table(('数据来源', 'feed', '部门', 'kind'), sources)}\n"
        f"{_of_counties(counties)}{_of_policy(name)}"
    )


def _of_counties(counties: Sequence[County]) -> str:
    """What the counties have set for themselves, and why."""
    rows = [
        (
            f"{county.title.zh} {county.area}{'（假设）' if county.assumed else ''}",
            county.from_.isoformat(),
            " ".join(str(word) for word in (v.set.value, v.tier, v.benefit, v.feed, v.event) if word),
            "是" if v.to is None else str(v.to),
            v.why,
        )
        for county in counties
        for v in county.values
    ]
    if not rows:
        return ""
    head = ("县区 county", "起始 from", "项目 set", "取值 to", "理由 why")
    return f"{heading('县区自定值', 'What counties have set for themselves')}\n{table(head, rows)}\n"


def _of_policy(name: str) -> str:
    rows = scenarios_of_policy(name)
    if not rows:
        return ""
    head = ("编号 No.", "情景", "规则 rule")
    return f"{heading('政策的检验情景', 'Scenarios that test the policy')}\n{table(head, rows)}\n"


def write(folder: Path = SHEETS) -> int:
    """Write every page and remove what no declaration asks for any more; returns how many there are."""
    current = pages()
    for path in folder.rglob("*.md") if folder.exists() else ():
        if path.relative_to(folder) not in current:
            path.unlink()
    for relative, text in current.items():
        path = folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return len(current)


def stale(folder: Path = SHEETS) -> list[str]:
    """The pages that are missing, changed, or of something that is declared no more."""
    current = pages()
    there = {path.relative_to(folder): path.read_text(encoding="utf-8") for path in folder.rglob("*.md")}
    return sorted(str(path) for path in current.keys() | there.keys() if current.get(path) != there.get(path))


def described_api() -> str:
    """The document of the API as `GET /v1/openapi.json` serves it, laid out for people."""
    return json.dumps(api.described(), ensure_ascii=False, indent=2) + "\n"


def write_api(path: Path = API) -> None:
    """Write the document of the API."""
    path.write_text(described_api(), encoding="utf-8")


def stale_api(path: Path = API) -> list[str]:
    """The document's name if it is missing or says what the API no longer does."""
    current = path.exists() and path.read_text(encoding="utf-8") == described_api()
    return [] if current else [path.name]
