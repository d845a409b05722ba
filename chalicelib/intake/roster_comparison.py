"""名册比对 · A day's roster held against all others, once its people are known: who stands in two places, who
has left, and whether too many seem to have (rules 19 and 20)."""

from __future__ import annotations

import io
from datetime import date

import polars as pl

from chalicelib import results
from chalicelib.cases import double_receipt, no_longer_listed, two_numbers
from chalicelib.engine.money.double_receipt import Listed
from chalicelib.errors import ConflictError
from chalicelib.jurisdiction import current
from chalicelib.model import AreaCode, BenefitCode, FileNotice, PersonId
from chalicelib.sources.people import roster_lines
from chalicelib.sources.people.matching import PACKED, PERSON
from chalicelib.sources.people.roster_duplicates import under_one_payee
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.people.roster_lines import SCHEMA, Listings, after_roster
from chalicelib.sources.values.identity_documents import FIRST
from chalicelib.storage import retries
from chalicelib.storage.dynamodb.busy import Left
from chalicelib.storage.s3 import objects


def put_together(
    rows: pl.DataFrame, index: RosterIndex, day: date, left: Left, *, is_whole: bool
) -> tuple[FileNotice, ...]:
    """Keep whose numbers a roster names, and hold its lines against those of all others.

    Absence closes nothing. `index`: its people, whom `rosters.arrive` has made known. From one that is not
    whole (rejected rows that came back) nobody is absent. Returns what an officer has to look into. May be
    repeated.
    """
    objects.add_to_roster(index)
    mine = (
        rows.drop(PERSON)
        .join(index.frame.select("number", "person"), left_on=PACKED, right_on="number")
        .select(*list(SCHEMA)[:-1], pl.lit(day).alias("day"))
        .unique()
        .sort("person", "benefit", "area", "payee", "since")
    )
    notices = _held_against_others(mine, day, left, is_whole=is_whole)
    documents = rows.filter(pl.col(PACKED) >= FIRST)[PACKED].n_unique()
    return (*notices, _documents_named(documents)) if documents else notices


def _held_against_others(
    mine: pl.DataFrame, day: date, left: Left, *, is_whole: bool
) -> tuple[FileNotice, ...]:
    """Who stands on two rosters, who has left one of them, and whether too many seem to have left."""
    after = _listed(mine, is_whole)
    together = roster_lines.several(pl.concat([mine, after.together(mine["person"].unique())]))
    index = objects.read_roster()
    with left:
        double_receipt.listed_together(
            [
                Listed(PersonId(person), BenefitCode(benefit), AreaCode(area), payee, since)
                for person, benefit, area, payee, since, _ in together.iter_rows()
            ]
        )
    with left:
        if index is not None:
            two_numbers.numbers_shared(
                under_one_payee(after.everything, index.frame, mine["person"].unique()),
                frozenset(map(PersonId, mine["person"].unique())),
            )
    with left:
        double_receipt.moves_settled(
            {(PersonId(p), BenefitCode(b)) for p, b in after.in_several_places.iter_rows()}
        )
    _ask_about_who_left(after, mine, day, left)
    if not after.missing:
        return ()
    return (
        FileNotice(
            "roster_drops_many",
            f"名册比上次少了{after.missing}行（上次{after.of}行），超出单个名册的限度，未按迁出处理。"
            "请与发放部门核对名册是否完整。",
            f"the roster drops {after.missing} of {after.of} lines, more than one roster may: nobody is "
            "taken to have left. Check with the authority whether it is whole.",
            after.missing,
            after.of,
        ),
    )


def _ask_about_who_left(after: Listings, mine: pl.DataFrame, day: date, left: Left) -> None:
    """Ask the authorities of everybody whom the roster of this day no longer lists (rule 20).

    Whose payee another number has taken over is asked about as two numbers.
    """
    gone = after.gone.filter(pl.col("left") == day).join(after.lines, on=["benefit", "payee"], how="anti")
    claims = {(PersonId(p), BenefitCode(b)) for p, b in gone.select("person", "benefit").iter_rows()}
    listed = {(PersonId(p), BenefitCode(b)) for p, b in mine.select("person", "benefit").iter_rows()}
    with left:
        no_longer_listed.left_rosters(claims, day)
    with left:
        no_longer_listed.listed_again(listed)
    results.ask_authorities()  # whoever died on the way may have asked, and not told the authority


def _listed(mine: pl.DataFrame, is_whole: bool) -> Listings:
    """The lines of all rosters with those of this one; ConflictError after five conflicts."""
    limit = current().rules.policy.limits.left
    for tries in range(retries.TRIES):
        data, etag = objects.read_listed()
        before = roster_lines.kept(data)
        after = after_roster(before, mine, limit.is_exceeded, is_whole=is_whole)
        buffer = io.BytesIO()
        after.everything.write_parquet(buffer)
        try:
            if not after.everything.equals(before):
                objects.write_listed(buffer.getvalue(), etag)
        except ConflictError:
            retries.pause(tries)
        else:
            return after
    raise ConflictError("others keep writing the lines of the rosters")


def _documents_named(count: int) -> FileNotice:
    return FileNotice(
        "other_documents",
        f"名册中有{count}人没有18位身份证号码，以护照、旧版永久居留证、通行证等其他证件登记：一般无法由数据认证，"
        "请安排自助、窗口或上门认证；行号见回执。换发新版永久居留身份证或居住证的，请通知发放部门改报18位号码。",
        f"{count} recipients have no number of 18 characters and stand there by another document (passport, "
        "old residence permit, travel permit): data rarely certify them, people do by hand. "
        "The receipt names the lines. Whoever has got a new permit is sent with its 18 characters.",
        count,
    )
