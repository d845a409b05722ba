"""未产生变化的行 · Which accepted rows of a file change nothing, and why: every row is in one place, and
nothing is silent.

Told from what a file says and what the files loaded before it said, never from what loading it has written:
whoever dies half-way counts the same again, and a large file is counted once, when its ranges are put
together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import polars as pl

from chalicelib.engine.certification.lazy_renewal import OUTLIVED
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode, DroppedFile, EvidenceKey, NoEffect, PersonId, Proves, Strength
from chalicelib.model.evidence import ANOTHER, NAME_SENT, WITHDRAWS
from chalicelib.model.named import SHEETS
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.field_reading import RECOVERED
from chalicelib.sources.people import roster_lines
from chalicelib.sources.people.matching import PERSON
from chalicelib.storage.dynamodb import files
from chalicelib.storage.s3 import file_contents, objects

PLACE: Final = (PERSON, "day", "event")
ROSTERS_HELD_AGAINST: Final = timedelta(days=100)  # three that come each month
_WHY: Final = "why"
Item = tuple[PersonId, EvidenceKey]


def known_before(dropped: DroppedFile, rows: pl.DataFrame, place: Collection[str] = PLACE) -> pl.DataFrame:
    """What the files of the feed said that were loaded before, as far as rows of these days may repeat it."""
    first = rows["day"].min() if rows.height else None
    since = first if isinstance(first, date) else dropped.day
    return _said_since(dropped, since, place)


def known_of_rosters(dropped: DroppedFile, place: Collection[str]) -> pl.DataFrame:
    """What the last rosters said."""
    return _said_since(dropped, dropped.day - ROSTERS_HELD_AGAINST, place)


def _said_since(dropped: DroppedFile, since: date, place: Collection[str]) -> pl.DataFrame:
    lists = [(each.day, each.id) for each in files.loaded_before(dropped, since)]
    return file_contents.newest_rows(dropped.feed, lists, list(place))


def repeated(rows: pl.DataFrame, known: pl.DataFrame, place: Collection[str] = PLACE) -> pl.Series:
    """Whether what each row says is what was said in its place last."""
    before = known.select(*place, pl.col("says").alias("~says"), pl.lit(True).alias("~is"))
    held = rows.join(before, on=list(place), how="left", maintain_order="left")
    same = (pl.col("says") == pl.col("~says")) | pl.col("~says").is_null()
    return held.select((pl.col("~is").fill_null(False) & same).alias("repeated")).to_series()


def of_evidence(
    rows: pl.DataFrame, known: pl.DataFrame, feed: Feed, rules: RuleBook, on: date
) -> pl.DataFrame:
    """The rows of an evidence file [as `SAID`] with why each changes nothing, null where it may do so."""
    events = {code: event for code, event in feed.events.items() if (feed.id, code) not in rules.asked}
    plain = {code: event for code, event in events.items() if event.stay is None}
    presence = [code for code, event in plain.items() if event.proves is Proves.PRESENCE]
    strong = [code for code in presence if plain[code].strength is Strength.STRONG]
    accusing = [code for code, event in events.items() if event.suspicion is not None]
    nothing = [code for code, event in plain.items() if event.proves is Proves.NOTHING]
    event, is_sure = pl.col("event"), ~pl.col(RECOVERED) & pl.col(NAME_SENT).is_null()
    counted = event.is_in(strong) & is_sure
    sole = pl.concat([rows.filter(counted).select(PLACE), known.filter(event.is_in(strong)).select(PLACE)])
    newest = sole.group_by(PERSON, "event").agg(pl.col("day").max().alias("~newest"))
    reasons = {
        NoEffect.CERTIFIES_NOTHING: event.is_in(nothing if feed.id not in SHEETS else []),
        NoEffect.ANOTHER_NAME: event.is_in(presence) & (pl.col(NAME_SENT) == ANOTHER),
        NoEffect.NUMBER_RECOVERED: event.is_in([*strong, *accusing]) & pl.col(RECOVERED),
        NoEffect.ALREADY_KNOWN: pl.col("~repeated"),
        NoEffect.PAST_ITS_USE: event.is_in(presence) & (pl.lit(on) - pl.col("day") > OUTLIVED),
        NoEffect.NOT_NEWER: counted & (pl.col("day") < pl.col("~newest")),
    }
    first = pl.coalesce([pl.when(is_so).then(pl.lit(why.value)) for why, is_so in reasons.items()])
    told = (
        rows.with_columns(repeated(rows, known).alias("~repeated"))
        .join(newest, on=[PERSON, "event"], how="left", maintain_order="left")
        .select(*rows.columns, first.alias(_WHY))
    )
    is_older = pl.col(_WHY) == NoEffect.NOT_NEWER.value
    if not rules.with_history or told.filter(is_older).is_empty():
        return told
    # What was before is history, for those who draw a benefit whose period asks for it.
    is_history = is_older & pl.col(PERSON).is_in(drawing(rules.with_history).implode())
    return told.with_columns(pl.when(~is_history.fill_null(False)).then(pl.col(_WHY)).alias(_WHY))


def drawing(benefits: Collection[BenefitCode]) -> pl.Series:
    """Who stands on some roster for one of these benefits."""
    data, _ = objects.read_listed()
    lines = roster_lines.standing(roster_lines.kept(data))
    return lines.filter(pl.col("benefit").is_in(list(benefits)))["person"].unique()


def after_loading(
    rows: pl.DataFrame,
    *,
    deceased: Mapping[PersonId, date],
    void: Collection[Item],
    written: Collection[Item],
    idle: Mapping[NoEffect, Collection[Item]],
    apart: Collection[PersonId],
    feed: Feed,
    rules: RuleBook,
) -> pl.DataFrame:
    """The rows of `of_evidence`, with what only the records of the people could tell.

    `deceased`: who has died, and when; `void`: what had been taken back, and stays so; `written`: what stands
    there from this file, for it counts again after it had been taken back; `idle`: what withdrawals name and
    do not take back; `apart`: who draws nothing.
    """
    presence = [code for code, event in feed.events.items() if event.proves is Proves.PRESENCE]
    asked = [code for code in feed.events if (feed.id, code) in rules.asked]
    event = pl.col("event")
    died = pl.DataFrame(
        {PERSON: list(deceased), "~died": list(deceased.values())}, {PERSON: pl.String, "~died": pl.Date}
    )
    codes = {code: event.withdraws for code, event in feed.events.items() if event.withdraws}
    for why, items in idle.items():
        named = [
            (person, replace(key, event=f"{WITHDRAWS}{code}"))
            for person, key in items
            for code, event in codes.items()
            if event == key.event
        ]
        rows = rows.join(_marked(named, "~idle"), on=list(PLACE), how="left", maintain_order="left").select(
            *rows.columns[:-1],
            pl.coalesce(pl.col(_WHY), pl.when(pl.col("~idle")).then(pl.lit(why.value))).alias(_WHY),
        )
    is_new = (pl.col(_WHY) == NoEffect.ALREADY_KNOWN.value) & pl.col("~written").fill_null(False)
    reasons = {
        NoEffect.DECEASED: event.is_in(presence) & (pl.col("day") <= pl.col("~died")),
        NoEffect.ONLY_RELATED: pl.col(PERSON).is_in(list(apart))
        & ~event.is_in(asked)
        & ~event.str.starts_with(WITHDRAWS),
    }
    later = [pl.when(is_so).then(pl.lit(why.value)) for why, is_so in reasons.items()]
    return (
        rows.join(died, on=PERSON, how="left", maintain_order="left")
        .join(_marked(void, "~void"), on=list(PLACE), how="left", maintain_order="left")
        .join(_marked(written, "~written"), on=list(PLACE), how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("~void"))
            .then(pl.lit(NoEffect.TAKEN_BACK.value))
            .when(~is_new.fill_null(False))
            .then(pl.col(_WHY))
            .alias(_WHY)
        )
        .select(*rows.columns[:-1], pl.coalesce([pl.col(_WHY), *later]).alias(_WHY))
    )


def _marked(items: Collection[Item], name: str) -> pl.DataFrame:
    return pl.DataFrame(
        [(person, key.day, key.event, True) for person, key in items],
        {PERSON: pl.String, "day": pl.Date, "event": pl.String, name: pl.Boolean},
        orient="row",
    )


def counted(rows: pl.DataFrame) -> Mapping[str, int]:
    """How many rows change nothing, by reason."""
    return dict(rows.filter(pl.col(_WHY).is_not_null()).group_by(_WHY).len().sort(_WHY).iter_rows())


def of_payments(
    rows: pl.DataFrame, is_repeated: pl.Series | None, listed: Collection[tuple[str, str]]
) -> pl.DataFrame:
    """The rows of a payments file with why each changes nothing; `listed`: who draws which benefit."""
    claims = pl.DataFrame(
        [(person, benefit, True) for person, benefit in listed],
        {PERSON: pl.String, "~benefit": pl.String, "~listed": pl.Boolean},
        orient="row",
    )
    return (
        rows.with_columns(
            pl.lit(is_repeated, dtype=pl.Boolean).alias("~repeated"),
            pl.col("event").str.split_exact("#", 1).struct.field("field_1").alias("~benefit"),
        )
        .join(claims, on=[PERSON, "~benefit"], how="left", maintain_order="left")
        .select(
            *rows.columns,
            pl.when(pl.col("~repeated"))
            .then(pl.lit(NoEffect.ALREADY_KNOWN.value))
            .when(pl.col("~listed").is_null())
            .then(pl.lit(NoEffect.NOT_LISTED.value))
            .alias(_WHY),
        )
    )


def of_roster(rows: pl.DataFrame, known: pl.DataFrame, place: Collection[str]) -> pl.DataFrame:
    """The rows of a roster with why each changes nothing."""
    why = pl.when(repeated(rows, known, place)).then(pl.lit(NoEffect.ALREADY_KNOWN.value))
    return rows.with_columns(why.alias(_WHY))
