"""CHANGELOG.md, read: versions by day, and for each rule change the days and those for whom it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

RULES: Final = "Rule changes"
OTHERS: Final = "Beside the rules"
UNRELEASED: Final = "Unreleased"
VERSION: Final = re.compile(r"(\d{4})\.(\d{1,2})\.(\d+) · (\d{4}-\d\d-\d\d)")
SCOPE: Final = re.compile(
    r"From (?P<first>\d{4}-\d\d-\d\d|its release)(?: until (?P<last>\d{4}-\d\d-\d\d))?"
    r" · (?P<packs>every pack|\w+(?: and \w+)*)(?: · (?P<what>.+))?"
)
EVERY: Final = "every benefit"
POLICY: Final = "policy"
COUNTY: Final = "county "


@dataclass(frozen=True)
class RuleChange:
    """One heading of a rule change; `first` is None where it holds from the release on."""

    first: date | None
    last: date | None
    packs: frozenset[str]  # none: every pack, a rule of the platform itself
    what: frozenset[str]

    def tells(self, pack: str, what: str, day: date) -> bool:
        """Whether it tells what of a pack (`policy`, `county 341671`, a benefit's code) begins on a day."""
        named = what in self.what or (EVERY in self.what and what != POLICY and not what.startswith(COUNTY))
        return named and self.first == day and pack in self.packs


def sections(text: str, mark: str) -> list[tuple[str, str]]:
    """The headings of one level, each with what stands below it."""
    parts = re.split(rf"^{mark} (.*)$", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def rule_changes(text: str) -> Iterator[RuleChange]:
    """Every rule change, the newest version first; ValueError for a heading that names no day or nobody."""
    for version, below in sections(text, "##"):
        for heading, inner in sections(below, "###"):
            for scope, _ in sections(inner, "####") if heading == RULES else ():
                found = SCOPE.fullmatch(scope)
                if found is None:
                    raise ValueError(f"{version}: {scope}")
                first, last = found["first"], found["last"]
                yield RuleChange(
                    None if first == "its release" else date.fromisoformat(first),
                    date.fromisoformat(last) if last else None,
                    frozenset()
                    if found["packs"] == "every pack"
                    else frozenset(found["packs"].split(" and ")),
                    frozenset(re.split(r", | and ", found["what"])) if found["what"] else frozenset(),
                )


def declared_days(pack: Path) -> Iterator[tuple[str, date]]:
    """What of a pack comes into force on which day: policy, counties, and each version of each benefit.

    Of what most benefits share the first entry holds as they do, and each later one changes them.
    """
    for file in (pack / "policy.yaml", *sorted(pack.glob("counties/*.yaml"))):
        said = _read(file)
        what = POLICY if file.stem == POLICY else f"{COUNTY}{file.stem}"
        yield from ((what, each["from"]) for each in (said, *said.get("earlier", ())))
        yield from ((EVERY, each["from"]) for each in said.get("benefits", ())[1:])
    for file in sorted(pack.glob("benefits/*.yaml")):
        yield from ((file.stem, version["from"]) for version in _read(file)["versions"])


def untold(text: str, packs: Path) -> list[str]:
    """Every day that a pack declares and no rule change tells, as the heading that is missing."""
    told = list(rule_changes(text))
    return [
        f"#### From {day} · {pack.name} · {what}"
        for pack in sorted(path for path in packs.iterdir() if path.is_dir())
        for what, day in declared_days(pack)
        if not any(change.tells(pack.name, what, day) for change in told)
    ]


def _read(file: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return found
