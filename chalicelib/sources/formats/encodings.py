"""字符编码 · Bytes of a text file: its encoding, its line breaks, and spans of whole lines.

Nothing here decodes a whole file: a megabyte from the first foreign character on tells the encoding,
`csv_rows` decodes the cells that somebody asks for, and `values/cells.py` makes of a cell's text a date. In
GB 18030 the bytes of a line break, a comma, a tab and a double quote are never part of a longer character;
that of a vertical bar can be.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from chalicelib.sources.formats.csv_quotes import open_row
from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold

HEAD_BYTES: Final = 1_000_000
HEAD_LINES: Final = 2_000  # the header stands among the first rows, which may take several lines each
FEWEST_ASCII: Final = 0.125  # of the characters of a table in UTF-16
LONGEST_TAIL: Final = 2_000  # characters at the end of a text that have a line break
LONGEST_LINE: Final = 200_000  # bytes; a longer one is no row
BLOCK_BYTES: Final = 8_000_000  # bounds the peak, and stays in caches: some 80,000 rows at a time
LOST: Final = "\ufffd"  # what stands for bytes that are no character
# Byte-order marks, as many as there are; one of UTF-16 before one of UTF-8 says nothing.
MARKS: Final = (codecs.BOM_UTF8, b"\x84\x31\x95\x33")
_MARK: Final = rb"\xef\xbb\xbf|\x84\x31\x95\x33"
_MARKS: Final = re.compile(rb"(?:" + _MARK + rb"|(?:\xff\xfe|\xfe\xff)(?=\xef\xbb\xbf))*")
_LINE_MARKS: Final = re.compile(rb"(^|\n)(?:" + _MARK + rb")+")
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NO_TEXT: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MOST_LOST_OF_OTHERS: Final = 0.5  # of a text in another encoding nearly all is lost
_ENOUGH: Final = 100_000  # bytes that tell so
MOST_LOST: Final = 0.2  # of the foreign characters of a text: more, and it is written otherwise
_CUT_LONG: Final = re.compile("\ufffd[0-9](?:\ufffd|(?=[^\\w\ufffd]|$))", re.MULTILINE)
_FOREIGN: Final = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of whole lines within a text, and the number of the first of them (the file's first is 1)."""

    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a text: bytes of its marks, what stands behind them, its encoding (None: none)."""

    mark: int
    text: bytes
    encoding: str | None

    def lines(self, start: int, most: int) -> str:
        """The first lines from a place on; what is cut off at the end of the head does not matter."""
        found = self.text[start : start + HEAD_BYTES].split(b"\n", most)[:most]
        return unified(b"\n".join(found)).decode(self.encoding or "utf-8", errors="replace")


class BadTextError(Exception):
    """Bytes that are no text that could be read; carries the hold."""

    def __init__(self, code: HoldCode, what: str = "") -> None:
        super().__init__(code)
        self.hold: Final = hold(code, what)


def utf16_of(head: bytes) -> str | None:
    """The name of the UTF-16 in which a text is written; None if it is not.

    Without a byte-order mark it is told by NUL bytes: every other byte of a figure, a comma, a line break is
    one, always on the same side, and figures are no small part of any table.
    """
    head = head[mark_of(head) : HEAD_BYTES]
    if head.startswith(_UTF16_MARKS):
        return "utf-16"
    if b"\0" not in head:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 2 < len(head) * FEWEST_ASCII or min(even, odd) > FEWEST_ASCII * max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    return None if _NO_TEXT.search(head[:1000].decode(encoding, errors="ignore")) else encoding


def first_character(data: bytes) -> bytes:
    """The first byte of a text that is no blank, whatever byte-order mark stands before it."""
    head, encoding = data[mark_of(data) : 1000], utf16_of(data)
    if encoding is not None:
        # Not byte by byte: 登 (U+767B) has the byte of a brace in it.
        head = head.decode(encoding, errors="ignore").encode()
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]


def mark_of(head: bytes) -> int:
    """How many bytes of byte-order marks stand before a text, but that of UTF-16."""
    found = _MARKS.match(head)
    return found.end() if found else 0


def unmarked(block: bytes) -> bytes:
    """Whole lines without byte-order marks before them: files put one behind the other have them."""
    return _LINE_MARKS.sub(rb"\1", block) if any(mark in block for mark in MARKS) else block


def is_plain(head: bytes) -> bool:
    """Whether a text can be cut at bytes as it is: neither UTF-16, nor with \\r as its only line break."""
    return utf16_of(head) is None and _breaks_with_n(head)


def _breaks_with_n(head: bytes) -> bool:
    return b"\n" in head or b"\r" not in head


def head_of(stream: Iterator[bytes]) -> Head:
    """The beginning of a text, taken from the stream: a megabyte, and what the last piece has beyond it."""
    head = _taken(stream)
    mark = mark_of(head)
    text = head[mark:]
    # What goes on behind the head may cut its last character in two.
    is_all = len(text) < HEAD_BYTES
    return Head(mark, text, encoding_of(text if is_all else text[: text.rfind(b"\n") + 1]))


def _taken(stream: Iterator[bytes]) -> bytes:
    """The pieces up to a megabyte, and whatever the last of them has beyond it."""
    head = b""
    for piece in stream:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return head


def as_text(data: bytes) -> bytes | FileHold:
    """The text without UTF-16 and with line breaks that can be found; most files are that already."""
    if is_plain(data[:HEAD_BYTES]):
        return data
    try:
        return b"".join(plain([data]))
    except BadTextError as error:
        return error.hold


def plain(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same text so that it can be cut at bytes, piece by piece; BadTextError for broken UTF-16."""
    stream = iter(pieces)
    head = _taken(stream)
    encoding = utf16_of(head)
    head = head[mark_of(head) :] if encoding else head
    rest: Iterator[bytes] = chain([head], stream)
    head = head[:HEAD_BYTES]
    if encoding is not None:
        rest, head = _without_utf16(rest, encoding), head.decode(encoding, errors="ignore").encode()
    if _breaks_with_n(head):
        yield from rest
    else:
        yield from (piece.replace(b"\r", b"\n") for piece in rest)


def _without_utf16(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The text in UTF-8; half a pair of surrogates is a lost character, and half a unit at the end."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    tail = ""
    for piece in pieces:
        text = decoder.decode(piece)
        tail = (tail + text)[-LONGEST_TAIL:]
        yield text.encode()
    half = decoder.getstate()[0]
    if half and "\n" not in tail and "\r" not in tail:  # lost somewhere before: nothing behind it is text
        raise BadTextError(HoldCode.UNREADABLE)
    yield b"" if half.strip(b" \r\n\0") == b"" else decoder.decode(b"", final=True).encode()


def encoding_of(data: bytes) -> str | None:
    """utf-8 or gb18030, by a megabyte of whole lines from the first foreign character on; else None."""
    foreign = _FOREIGN.search(data)
    if foreign is None:
        return "utf-8"
    start = data.rfind(b"\n", 0, foreign.start()) + 1
    end = len(data)
    if end - start > HEAD_BYTES:
        end = data.rfind(b"\n", start, start + HEAD_BYTES) + 1 or len(data)
    head = data[start:end]
    # Nearly all of GB 18030 is lost as UTF-8, and telling that of a megabyte takes as long as reading it.
    if _is(head, "utf-8"):
        return "utf-8"
    if _lost(head[:_ENOUGH], "utf-8") > MOST_LOST_OF_OTHERS and _is(head, "gb18030"):
        return "gb18030"
    return next((each for each in ("utf-8", "gb18030") if _lost(head, each) <= MOST_LOST), None)


def _is(text: bytes, encoding: str) -> bool:
    """Whether a text is whole in an encoding."""
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _lost(text: bytes, encoding: str) -> float:
    """Which share of the foreign characters of a text is lost in an encoding."""
    words = _lossy(text, encoding)
    foreign_ones = len(words) - len(words.encode("ascii", errors="ignore"))
    return words.count(LOST) / foreign_ones if foreign_ones else 0


def mended(block: bytes, encoding: str) -> bytes:
    """Whole lines in which each broken character is a lost one; a long one cut in two leaves one, too."""
    return _lossy(block, encoding).encode(encoding)


def _lossy(block: bytes, encoding: str) -> str:
    text = block.decode(encoding, errors="replace")
    return _CUT_LONG.sub(LOST, text) if encoding == "gb18030" and LOST in text else text


def lines_in(data: bytes) -> int:
    """How many lines a text of whole lines has, whatever its line breaks; the last may lack its own."""
    breaks = data.count(b"\n")
    if b"\r" in data:
        breaks += data.count(b"\r") - data.count(b"\r\n")
    return breaks + (0 if data.endswith((b"\n", b"\r")) else 1)


def unified(data: bytes) -> bytes:
    """The text with \\n as its only line break, and without the mark by which old programs end a file."""
    data = data.rstrip(b"\x1a") if data.endswith(b"\x1a") else data
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def spans_of(blocks: Iterable[bytes], separator: str, start: Span, size: int) -> Iterator[Span]:
    """Spans of about `size` bytes of a text that arrives in blocks, the first of them beginning at `start`.

    A span ends with the last whole row of a block. Raises BadTextError for NUL bytes and for a line beyond
    all bounds.
    """
    offset, line = start.start, start.line
    pending: list[bytes] = []
    for block in blocks:
        pending.append(block)
        if sum(map(len, pending)) < size:
            continue
        end = _end(pending, separator)
        if end:
            yield (span := _span(pending, end, offset, line))
            offset, line = span.end, line + _lines_of(pending, end)
            pending = [pending[-1][end:]]
    if any(pending):
        yield _span(pending, len(pending[-1]), offset, line)


def _end(blocks: list[bytes], separator: str) -> int:
    """Where in its last block a span ends: behind a line break that no open quote contains."""
    end = blocks[-1].rfind(b"\n") + 1
    if not any(b'"' in block for block in blocks):  # told five times as fast as they are counted
        return end
    if sum(block.count(b'"', 0, limit) for block, limit in _limits(blocks, end)) % 2 == 0:
        return end  # half a pair here and half there is found when the rows are read
    text = b"".join([*blocks[:-1], blocks[-1][:end]])
    place = open_row(text, separator)
    return end if place is None else max(0, place - (len(text) - end))


def _limits(blocks: list[bytes], end: int) -> Iterator[tuple[bytes, int]]:
    """Each block, and how far it belongs to a span that ends in the last of them; none is copied."""
    for block in blocks[:-1]:
        yield block, len(block)
    yield blocks[-1], end


def _lines_of(blocks: list[bytes], end: int) -> int:
    """How many lines blocks have together, the last of which ends with a line."""
    if any(b"\r" in block for block in blocks):
        # A line break may stand in two blocks.
        return lines_in(b"".join([*blocks[:-1], blocks[-1][:end]]))
    return sum(block.count(b"\n", 0, limit) for block, limit in _limits(blocks, end))


def _span(blocks: list[bytes], end: int, offset: int, line: int) -> Span:
    """The span of these blocks, once it is clear that they can be lines of text."""
    unbroken = size = 0
    for block, limit in _limits(blocks, end):
        size += limit
        if b"\0" in block:  # no text at all
            raise BadTextError(HoldCode.UNREADABLE)
        # Every window holds a line break, so that no line is much longer than two windows.
        for start in range(0, limit, LONGEST_LINE):
            stop = min(start + LONGEST_LINE, limit)
            broken = block.find(b"\n", start, stop) >= 0 or block.find(b"\r", start, stop) >= 0
            unbroken = 0 if broken else unbroken + stop - start
            if unbroken > LONGEST_LINE:
                raise BadTextError(HoldCode.LINE_TOO_LONG, str(line + lines_in(block[:start]) - 1))
    return Span(offset, offset + size, line)
