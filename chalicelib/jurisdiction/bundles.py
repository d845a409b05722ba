"""规则包 · A pack as one file: what is proposed, rehearsed, approved and activated is the same bytes
throughout.

A bundle is a zip of a pack's YAML files. The same words give the same bytes, and the bundle is named
after them when it is first stored: `<version of the rule book>-<digest of all files>`. From then on the
name says the version, whatever a later program would compute. A decision stores the version of the rule
book alone, because columns and contacts of feeds decide nothing; `for_rules` finds the bundle.
"""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
import zipfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from chalicelib.errors import DeclarationError, NotFoundError
from chalicelib.jurisdiction.loader import PACKS, Pack, load, load_folder
from chalicelib.storage.clients import kept, on_forget
from chalicelib.storage.s3 import rulebooks

MEMBER: Final = re.compile(r"policy\.yaml|(?:feeds|benefits)/[a-z][a-z0-9_]*\.yaml|counties/\d{6}\.yaml")
LARGEST: Final = 5_000_000  # bytes of YAML: fifty times the largest pack
_SAME_DAY: Final = (1980, 1, 1, 0, 0, 0)  # of every member: the bytes must not depend on the clock

_unpacked: Final[dict[str, Pack]] = {}
on_forget(_unpacked.clear)


def pack_up(folder: Path) -> bytes:
    """The bundle of a pack's folder; files that belong to no pack are left out."""
    members = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.yaml")}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as bundle:
        for name in sorted(name for name in members if MEMBER.fullmatch(name)):
            bundle.writestr(zipfile.ZipInfo(name, _SAME_DAY), members[name].read_bytes())
    return buffer.getvalue()


@lru_cache(maxsize=4)  # each step of a change asks for the same two several times
def unpack(data: bytes, *, is_kept: bool = False) -> Pack:
    """The pack of a bundle, new or kept; DeclarationError where it does not hold or is no bundle of ours."""
    with tempfile.TemporaryDirectory(prefix="wugan-") as name:
        folder = Path(name)
        lay_out(data, folder)
        return load_folder(folder, is_kept=is_kept)


def lay_out(data: bytes, folder: Path) -> None:
    """Write a bundle's files below a folder; DeclarationError for a member that no pack has."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            if sum(member.file_size for member in bundle.infolist()) > LARGEST:
                raise DeclarationError("bundle", "larger than any pack")
            for member in bundle.namelist():
                if not MEMBER.fullmatch(member):
                    raise DeclarationError(f"bundle {member}", "no file of a pack")
                path = folder / member
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(bundle.read(member))
    except zipfile.BadZipFile as error:
        raise DeclarationError("bundle", "no zip file") from error


def name_of(data: bytes) -> str:
    """What a bundle would be called if it were stored now; DeclarationError where it does not hold."""
    return _name(unpack(data), data)


def _name(pack: Pack, data: bytes) -> str:
    return f"{pack.rules.version}-{hashlib.sha256(data).hexdigest()[:8]}"


def keep(data: bytes) -> str:
    """Store a bundle under its name, once and for all; returns the name."""
    return _keep(unpack(data), data)


def _keep(pack: Pack, data: bytes) -> str:
    name = _name(pack, data)
    rulebooks.put_versions(name, {area: book.version for area, book in pack.rules.counties.items()})
    rulebooks.put_bundle(name, data)
    return name


@kept
def keep_shipped(name: str) -> str:
    """Store the pack as shipped, once per process, so that a later deployment can replay its decisions."""
    return _keep(load(name), pack_up(PACKS / name))


def fetch(name: str) -> Pack:
    """The pack of a stored bundle, read once per process; NotFoundError if there is none."""
    if name not in _unpacked:
        pack = unpack(read(name), is_kept=True)
        rules = pack.rules.named(_version(name), rulebooks.read_versions(name))
        _unpacked[name] = replace(pack, rules=rules)
    return _unpacked[name]


def _version(name: str) -> str:
    """The version of its rule book that a bundle's name says."""
    return name.rpartition("-")[0]


def read(name: str) -> bytes:
    """A stored bundle's bytes; NotFoundError if there is none."""
    data = rulebooks.read_bundle(name)
    if data is None:
        raise NotFoundError(f"no bundle {name!r} is stored")
    return data


def for_rules(version: str) -> Pack:
    """The pack by which a stored decision was made; NotFoundError if no bundle bears its version.

    A decision about somebody of a county with values of its own bears that county's version.
    """
    city, _, county = version.partition("+")
    for name in rulebooks.bundle_names():
        if not county and _version(name) == version:
            return fetch(name)
        if county and _of_city(name, city) and _county(name, county[:6]) == version:
            return fetch(name)
    return _of_a_county(version)


def _of_city(name: str, city: str) -> bool:
    """Whether a bundle with counties was made of these words of the city: `<city>-<counties>-<files>`."""
    return _version(name).rpartition("-")[0] == city


def _county(name: str, area: str) -> str | None:
    book = fetch(name).rules.counties.get(area)
    return None if book is None else book.version


def _of_a_county(version: str) -> Pack:
    """The pack of a county's decision where no bundle says the county's version.

    Bundles stored before the versions of counties were kept beside them: if all that hold the city's words
    hold the same values for the county, there is no doubt which it was. NotFoundError otherwise.
    """
    city, _, county = version.partition("+")
    area = county[:6]
    found = [
        fetch(name)
        for name in rulebooks.bundle_names()
        if county and _of_city(name, city) and not rulebooks.read_versions(name)
    ]
    packs = [pack for pack in found if area in pack.rules.counties]
    values = {book.county for pack in packs for book in [pack.rules.counties[area]]}
    if len(values) != 1:
        raise NotFoundError(f"no bundle bears the version {version!r}")
    rules = packs[0].rules
    mine = replace(rules.counties[area], version=version)
    return replace(packs[0], rules=replace(rules, counties={**rules.counties, area: mine}))
