"""规则差异 · What differs between two bundles, value by value, as an officer reads YAML.

Of benefits, what holds is compared, not how it is spelled: on each day from which either has a version,
all that holds by the one with all that holds by the other. So what policy.yaml says of most benefits
differs there, and once more in each benefit that it reaches.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chalicelib.declarations import read_yaml
from chalicelib.engine.rules.benefits import Benefit
from chalicelib.jurisdiction import bundles
from chalicelib.jurisdiction.loader import load_folder
from chalicelib.model import BenefitCode

_Benefits = Mapping[BenefitCode, Benefit]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that two bundles give differently; None where one of them does not say it."""

    file: str
    key: str
    before: str | None
    after: str | None


def differences(before: bytes, after: bytes) -> list[Difference]:
    """Every value that is not the same, by file and place; comments and order do not count."""
    (others, was), (other, becomes) = _read(before), _read(after)
    days: dict[BenefitCode, set[date]] = defaultdict(set)
    for benefits in (was, becomes):
        for code, benefit in benefits.items():
            days[code] |= {version.from_ for version in benefit.versions}
    old, new = others | _of_benefits(was, days), other | _of_benefits(becomes, days)
    return [
        Difference(*place, old.get(place), new.get(place))
        for place in sorted(old.keys() | new.keys())
        if old.get(place) != new.get(place)
    ]


def _read(bundle: bytes) -> tuple[dict[tuple[str, str], str], _Benefits]:
    """Every value of a bundle beside its benefits, and these with complete versions."""
    with tempfile.TemporaryDirectory(prefix="wugan-") as name:
        folder = Path(name)
        bundles.lay_out(bundle, folder)
        values = {
            (path.relative_to(folder).as_posix(), key): value
            for path in folder.rglob("*.yaml")
            if path.parent.name != "benefits"
            for key, value in flat("", read_yaml(path))
        }
        return values, load_folder(folder, is_kept=True).rules.benefits


def _of_benefits(benefits: _Benefits, days: Mapping[BenefitCode, set[date]]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for code, benefit in benefits.items():
        words = benefit.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"versions"})
        for day in days[code]:
            held = benefit.on(day).model_dump(mode="json", by_alias=True, exclude_none=True)
            words[f"versions[{day}]"] = held
        found |= {(f"benefits/{code}.yaml", key): value for key, value in flat("", words)}
    return found


def flat(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every value of a nested document by its place, written as an officer would point at it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(f"{place}.{key}" if place else str(key), inner)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from flat(f"{place}[{_mark(inner, position)}]", inner)
    else:
        yield place, str(value)


def _mark(item: Any, position: int) -> str:
    """What an entry of a list is called: by its own name if it has one: an insertion stays one line."""
    if isinstance(item, dict):
        words = [
            str(item[name])
            for name in ("from", "set", "tier", "feed", "event", "benefit", "template", "when")
            if name in item
        ]
        if words:
            return "/".join(words)
    return str(position)
