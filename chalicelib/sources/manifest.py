"""文件清单 · What a department says about a file of its own: `<name>.manifest.json` beside it, where one is
sent."""

from __future__ import annotations

import codecs
import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.headers import object_in
from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold


def _digest(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text.lower()):
        raise ValueError("64 hexadecimal digits")
    return text.lower()


def _month(text: str) -> str:
    if not re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?", text):
        raise ValueError("a month like 2025-06, or a day")
    return text


class Manifest(BaseModel):
    """Rows without the header, SHA-256 of the file as dropped, its month, and whole or new rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: Annotated[int, Field(ge=0)] | None = None
    sha256: Annotated[str, AfterValidator(_digest)] | None = None
    period: Annotated[str, AfterValidator(_month)] | None = None
    load: Literal["full", "delta"] | None = None

    @classmethod
    def read(cls, data: bytes) -> Manifest | FileHold:
        """The manifest in a dropped file, or why the file that it is about must wait."""
        try:
            bare = data.lstrip(codecs.BOM_UTF8)
            manifest = cls.model_validate_json(bare)
        except ValidationError:
            return hold(HoldCode.MANIFEST_UNREADABLE)
        # What says something twice says nothing.
        return manifest if object_in(bare.decode()) is not None else hold(HoldCode.MANIFEST_UNREADABLE)

    def contradicted_by(self, digest: str, feed: Feed, day: date) -> FileHold | None:
        """Why a file of this content, in the folder of a day, is not what was announced; rows apart."""
        if self.sha256 is not None and digest != self.sha256:
            return hold(HoldCode.MANIFEST_DIGEST, f"{digest[:12]}… ≠ {self.sha256[:12]}…")
        if self.load == "delta" and feed.is_full:
            return hold(HoldCode.MANIFEST_LOAD, "delta ≠ full")
        if self.period is not None and not self._can_come(self.period, feed, day):
            return hold(HoldCode.MANIFEST_PERIOD, f"{self.period} ≠ {day}")
        return None

    @staticmethod
    def _can_come(period: str, feed: Feed, day: date) -> bool:
        """A whole list is of its folder's day; new rows come on a day of their period, or later."""
        folder = day.isoformat()[: len(period)]
        return folder == period if feed.is_of_its_day else folder >= period

    def miscounted(self, rows: int) -> FileHold | None:
        """Why the rows are not those announced, once they are counted."""
        if self.rows is None or self.rows == rows:
            return None
        return hold(HoldCode.MANIFEST_ROWS, f"{rows} ≠ {self.rows}")
