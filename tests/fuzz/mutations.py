"""Files as no department should send them: the samples of all feeds, damaged by chance and seed."""

from __future__ import annotations

import html
import io
import json
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Final

from chalicelib.model import FileId, PersonId
from chalicelib.sources.feeds.feed import Feed, load_feeds
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading, read_file
from chalicelib.sources.reading_context import ReadingContext
from tests.sources.builders import number

ROOT: Final = Path(__file__).parents[2]
ON: Final = date(2026, 6, 30)
LARGEST: Final = 3_000_000  # bytes: what takes long is looked for, not what is large
PACKED_MAGIC: Final = b"PK\x03\x04"
MOST_WITHIN: Final = 0.85  # of the damage to a workbook: a zip file that is damaged itself is refused at once
WORDS: Final = re.compile(rb"(?<=>)[^<>\s][^<>]*(?=</)")
NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NAMES: Final = ("王建国", "某甲", "买买提·艾力", "王□国", "李⽂秀", None)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One damaged file and how to read it."""

    name: str
    data: bytes
    feed: Feed
    released: bool
    cut: bool = False  # somebody has released it although a spreadsheet has cut its numbers


@cache
def roster() -> RosterIndex:
    """Those of whom the samples speak, under several names, and some more.

    Made when it is needed, for a process that forks must not have used polars.
    """
    given = {number(i) for i in range(1, 30)}
    for file in sorted((ROOT / "tests" / "feeds").glob("*/*/expected.json")):
        given.update(json.loads(file.read_text(encoding="utf-8"))["given"]["roster"])
    people = {each: PersonId(f"P{place}") for place, each in enumerate(sorted(given))}
    named = zip(people, cycle(NAMES), strict=False)
    return RosterIndex.of(people, {each: name for each, name in named if name is not None})


@cache
def feeds() -> dict[str, tuple[Feed, bytes]]:
    """Every feed of every pack that takes files, with its sample, by pack and name."""
    found = {}
    for pack in sorted((ROOT / "chalicelib" / "packs").iterdir()):
        if (pack / "feeds").is_dir():
            for feed in load_feeds(pack / "feeds").values():
                files = sorted((ROOT / "tests" / "feeds" / pack.name / feed.id).glob("sample.*"))
                if feed.takes_files and files:
                    found[f"{pack.name}/{feed.id}"] = feed, files[0].read_bytes()
    return found


def samples() -> list[tuple[Feed, bytes]]:
    """The sample of every feed of every pack that has one."""
    return list(feeds().values())


Mutation = Callable[[bytearray, random.Random], bytes]


def _place(data: bytearray, chance: random.Random) -> int:
    return chance.randrange(len(data)) if data else 0


def flipped(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 8)):
        if data:
            data[_place(data, chance)] ^= 1 << chance.randrange(8)
    return bytes(data)


def truncated(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: _place(data, chance)])


def lines_moved(data: bytearray, chance: random.Random) -> bytes:
    lines = bytes(data).split(b"\n")
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(lines))
        what = chance.randrange(3)
        if what == 0 and len(lines) > 1:
            del lines[place]
        elif what == 1:
            lines.insert(place, lines[chance.randrange(len(lines))])
        else:
            chance.shuffle(lines)
    return b"\n".join(lines)


def inserted(data: bytearray, chance: random.Random) -> bytes:
    pieces = (b'"', b'"', b",", b"\n", b"\r", b"\t", b"|", b"\0", b"\x1e", b"\x1a", b"=", b"'", b"000",
              b"\xef\xbb\xbf", "合计".encode(), "？".encode(), b"\xff", b"{", b"\\", b"E+17")  # fmt: skip
    for _ in range(chance.randint(1, 6)):
        place = _place(data, chance)
        data[place:place] = chance.choice(pieces)
    return bytes(data)


def mixed_encodings(data: bytearray, chance: random.Random) -> bytes:
    half = bytes(data).rfind(b"\n", 0, max(1, _place(data, chance))) + 1
    codecs = [chance.choice(("utf-8", "gb18030", "utf-16", "utf-16-le", "big5", "latin-1")) for _ in range(2)]
    parts = (bytes(data[:half]), bytes(data[half:]))
    return b"".join(
        part.decode("utf-8", "replace").encode(codec, "replace")
        for part, codec in zip(parts, codecs, strict=True)
    )


def huge_line(data: bytearray, chance: random.Random) -> bytes:
    place = _place(data, chance)
    data[place:place] = chance.choice((b"x", b",", b'"', b"9", b'""')) * chance.choice((300, 70_000, 600_000))
    return bytes(data)


def many_rows(data: bytearray, chance: random.Random) -> bytes:
    head, _, rest = bytes(data).partition(b"\n")
    return (
        head
        + b"\n"
        + rest
        * chance.choice([times for times in (1, 2, 50, 400) if times * len(rest) < LARGEST or times == 1])
    )


def cut_numbers(data: bytearray, chance: random.Random) -> bytes:
    """As a spreadsheet saves long numbers."""

    def cut(found: re.Match[bytes]) -> bytes:
        digits = found.group()
        return digits[:15] + b"000" if chance.random() < 0.8 else digits[:1] + b"." + digits[1:15] + b"E+17"

    return re.sub(rb"[1-9]\d{16}[0-9X]", cut, bytes(data))


def repacked(data: bytearray, chance: random.Random) -> bytes:
    """A zip file of it, or its own parts damaged one by one."""
    result = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(bytes(data))) as sent:
            parts = {part.filename: sent.read(part) for part in sent.infolist()}
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError):
        parts = {"a.csv": bytes(data)}
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            damage = chance.choice((None, None, flipped, truncated, inserted, far_cells))
            made.writestr(name, damage(bytearray(content), chance) if damage else content)
    packed = bytearray(result.getvalue())
    return flipped(packed, chance) if chance.random() < 0.3 else bytes(packed)


def within(mutation: Mutation, data: bytes, chance: random.Random) -> bytes:
    """A workbook, or a zip file, of which one part is damaged and the others are as they were.

    Mostly a word of it and not the XML around: what is no XML any more is refused at once.
    """
    result = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as sent:
            parts = {part.filename: sent.read(part) for part in sent.infolist()}
        telling = [name for name in parts if name.endswith(("sheet1.xml", "sharedStrings.xml"))]
        chosen = chance.choice(telling * 5 + list(parts))
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, IndexError):
        return mutation(bytearray(data), chance)
    words = list(WORDS.finditer(parts[chosen])) if chosen in telling and chance.random() < 0.8 else []
    parts[chosen] = (
        _with_word(parts[chosen], chance.choice(words), mutation, chance)
        if words
        else mutation(bytearray(parts[chosen]), chance)
    )
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return result.getvalue()


def _with_word(part: bytes, word: re.Match[bytes], mutation: Mutation, chance: random.Random) -> bytes:
    """The part with one word damaged, still as XML."""
    said = mutation(bytearray(html.unescape(word.group().decode()).encode()), chance)
    shown = NOT_IN_XML.sub("", said.decode("utf-8", "replace"))
    return part[: word.start()] + html.escape(shown).encode() + part[word.end() :]


def damaged(data: bytes, mutation: Mutation, chance: random.Random) -> bytes:
    """A file after one mutation, which for a workbook mostly happens to what a part of it says."""
    if data.startswith(PACKED_MAGIC) and mutation is not repacked and chance.random() < MOST_WITHIN:
        return within(mutation, data, chance)
    return mutation(bytearray(data), chance)


def far_cells(data: bytearray, chance: random.Random) -> bytes:
    old = chance.choice((b'r="B2"', b'r="A1"', b'<row r="2"', b'ref="A1', b"<worksheet"))
    new = chance.choice(
        (
            b'r="XFD1048576"',
            b'r="AN200000"',
            b'r="GR200000"',
            b'<row r="1048576"',
            b'ref="A1:XFD1048576',
            b'<!DOCTYPE a [<!ENTITY b "c">]>',
        )
    )
    return bytes(data).replace(old, new, 1)


MUTATIONS: Final[tuple[Mutation, ...]] = (
    flipped, truncated, lines_moved, inserted, mixed_encodings, huge_line, many_rows, cut_numbers, repacked,
)  # fmt: skip


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """So many damaged files; the same for the same seed, whatever was asked before."""
    known = samples()
    for place in range(count):
        chance = random.Random(f"{seed} {place}")
        feed, data = known[place % len(known)]
        chosen = [chance.choice(MUTATIONS) for _ in range(chance.choice((1, 1, 2, 3)))]
        for mutation in chosen:
            data = damaged(data, mutation, chance)
        name = f"{seed}/{place} {feed.id} {'+'.join(mutation.__name__ for mutation in chosen)}"
        yield Mutant(name, data, feed, chance.random() < 0.5)


def read_mutant(mutant: Mutant) -> FileReading:
    """The file read as intake reads it, on the day of the samples."""
    return read_file(mutant.data, context_of(mutant))


def context_of(mutant: Mutant) -> ReadingContext:
    """What a file is read with."""
    known = None if mutant.feed.kind == "roster" else roster()
    return ReadingContext(
        mutant.feed, known, FileId("F"), ON, ON, damaged=mutant.cut, released=mutant.released
    )
