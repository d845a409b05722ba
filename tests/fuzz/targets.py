"""What the coverage-guided fuzzer aims at: each target takes any bytes and says what is wrong with what we
made of them.

An input about a file begins with a line that names its feed (`bozhou/bus_rides released`), so that a find can
be replayed; behind it stands the file as it was dropped. Nothing here needs the fuzzer:
`tests/sources/test_guided.py` runs every target over its seeds.
"""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tests.fuzz import cell_targets, word_targets
from tests.fuzz.judging import in_ranges, whole
from tests.fuzz.mutations import MUTATIONS, PACKED_MAGIC, Mutant, damaged, feeds, within

GZIP_MAGIC: Final = b"\x1f\x8b"
WORDS: Final = (
    '"', '""', ",", "\t", "|", ";", "^", "~", "\r\n", "\n", "，", "合计", "小计", "序号", "备注", "行号",
    "身份证号码", "姓名", "错误码", "000", "E+17", '="', "'", "\ufeff", "\u200b", "\u3000", "\ufffd", "□",
    "？", "·", "某", "元", "￥", "-", "+", ".0", "年", "月", "日", "T16:30:00Z", "9999-12-31", "1900-01-00",
    "无", "null", "√", "☑", "released", "cut", "{", "}", "[", "\\ud800", "NaN", "1e999",
)  # fmt: skip
OPTIONS: Final = (b"released", b"cut")
ENCODINGS: Final = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le")
Bytes = Callable[[bytes, int], bytes]  # some bytes and how many they may become → other bytes


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that reads what others wrote."""

    seeds: Callable[[], Iterator[bytes]]
    what_is_wrong: Callable[[bytes], str | None]
    longest: int = 400  # bytes of an input
    is_file: bool = False


# --- files -----------------------------------------------------------------------------------------


def named(data: bytes) -> Mutant | None:
    """The file that an input is about; None where its first line names no feed."""
    head, _, body = data.partition(b"\n")
    name, *options = head.split(b" ")
    if (known := feeds().get(name.decode("latin-1"))) is None:
        return None
    return Mutant(name.decode(), body, known[0], OPTIONS[0] in options, OPTIONS[1] in options)


def _texts() -> Iterator[bytes]:
    """Each sample that is a text, in one encoding after the other, every seventh packed."""
    for place, (name, (_, data)) in enumerate(_of_kind(b"")):
        encoding = ENCODINGS[place % len(ENCODINGS)]
        sent = data.decode("utf-8-sig").encode(encoding) if _is(data, "utf-8-sig") else data
        option = b" released" if place % 2 else b""
        yield name.encode() + option + b"\n" + (gzip.compress(sent, mtime=0) if place % 7 == 6 else sent)


def _lines() -> Iterator[bytes]:
    """Each sample that is a text in UTF-8, as it is."""
    for place, (name, (_, data)) in enumerate(_of_kind(b"")):
        yield name.encode() + (b" released" if place % 2 else b"") + b"\n" + data


def _objects() -> Iterator[bytes]:
    yield from (name.encode() + b" released\n" + data for name, (_, data) in _of_kind(b"{"))


def _workbooks() -> Iterator[bytes]:
    yield from (name.encode() + b" released\n" + data for name, (_, data) in _of_kind(PACKED_MAGIC))


def _of_kind(magic: bytes) -> Iterator[tuple[str, tuple[object, bytes]]]:
    for name, (feed, data) in feeds().items():
        kind = next((each for each in (PACKED_MAGIC, b"{") if data.startswith(each)), b"")
        if kind == magic:
            yield name, (feed, data)


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _about_a_file(judge: Callable[[Mutant], str | None]) -> Callable[[bytes], str | None]:
    def judged(data: bytes) -> str | None:
        mutant = named(data)
        return judge(mutant) if mutant is not None else None

    return judged


# --- how a file is changed -------------------------------------------------------------------------


def changed(data: bytes, longest: int, seed: int, change: Bytes) -> bytes:
    """An input about a file, damaged as bytes by the fuzzer or as `mutations` would, within its packing."""
    chance = random.Random(seed)
    head, _, body = data.partition(b"\n")
    room = max(1, longest - len(head) - 1)
    if chance.random() < 0.03:
        head = head.split(b" ")[0] + chance.choice((b"", b" released", b" cut", b" released cut"))

    def by_bytes(part: bytearray, _: random.Random) -> bytes:
        return change(bytes(part), max(room, len(part)))

    mutation = chance.choice(MUTATIONS) if chance.random() < 0.15 else by_bytes
    if body.startswith(GZIP_MAGIC) and chance.random() < 0.9:
        try:
            body = gzip.compress(mutation(bytearray(gzip.decompress(body)), chance), 1, mtime=0)
        except (OSError, EOFError, zlib.error):
            body = mutation(bytearray(body), chance)
    elif mutation is by_bytes and body.startswith(PACKED_MAGIC) and chance.random() < 0.95:
        body = within(mutation, body, chance)
    else:
        body = damaged(body, mutation, chance)
    return (head + b"\n" + body)[:longest]


TARGETS: Final[dict[str, Target]] = {
    "texts": Target(_texts, _about_a_file(whole), 8_000, is_file=True),
    "ranges": Target(_lines, _about_a_file(in_ranges), 3_000, is_file=True),
    "objects": Target(_objects, _about_a_file(whole), 8_000, is_file=True),
    "workbooks": Target(_workbooks, _about_a_file(whole), 30_000, is_file=True),
    "cells": Target(cell_targets.seeds, cell_targets.what_is_wrong),
    "long_cells": Target(cell_targets.seeds_of_long_ones, cell_targets.what_is_wrong_at_length, 60),
    "columns": Target(cell_targets.columns, cell_targets.what_is_wrong_in_a_column, 800),
    "names": Target(cell_targets.pairs_of_names, cell_targets.what_is_wrong_with_names, 1_300),
    "answers": Target(word_targets.answers, word_targets.what_is_wrong_with_answers, 2_000),
    "manifests": Target(word_targets.manifests, word_targets.what_is_wrong_with_a_manifest),
    "bodies": Target(word_targets.bodies_of_calls, word_targets.what_is_wrong_with_a_body, 2_000),
}
