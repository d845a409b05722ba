"""The figures of a night as a table: who reads it counts what was told, and docs/statistics.md shows how."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest

from chalicelib import stats
from chalicelib.engine.statistics.cells import Figure, Level
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Booking,
    Case,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    PersonId,
    Recovery,
    RecoveryState,
    Route,
    StateName,
    SuspicionState,
    Way,
)
from chalicelib.storage.dynamodb import people
from chalicelib.storage.s3 import statistics_table
from tests.conftest import StoppedClock
from tests.in_one_go import nightly_statistics
from tests.storage.builders import AT, entitlement, identity, person, put, suspicion, visit
from tests.workflow.village import number_of

pytestmark = pytest.mark.usefixtures("aws")

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(SELECT.*?)```", DOCUMENT, re.DOTALL)
VILLAGES = ("341602001001", "341602001002", "341602002001", "341621001001")
TODAY = date(2025, 7, 1)
PENSION, APRIL = BenefitCode("resident_pension"), Month("2025-04")
RESUMED = Instruction(
    PENSION,
    InstructionKind.RESUME,
    Month("2025-06"),
    0,
    "certified",
    InstructionState.SEEN,
    date(2025, 6, 10),
    date(2025, 6, 30),
    (APRIL,),
)
RECOVERY = Recovery(
    1,
    PENSION,
    APRIL,
    {APRIL: 19_500},
    RecoveryState.DEMANDED,
    date(2025, 6, 2),
    bookings=(Booking(Way.REPAID, 4_500, date(2025, 6, 20), "bank-1", "clerk"),),
)


def folk() -> list[PersonId]:
    """Eight people in four villages, each with something of their own."""
    lasts = {"certified_until": date(2026, 3, 31), "valid_until": date(2026, 3, 31)}
    ends = {"valid_until": date(2025, 6, 30), "certified_until": date(2025, 6, 30)}
    drawn = [
        (entitlement(route=Route.SILENT, **lasts), entitlement("old_age_allowance", payee="A1", **lasts)),
        (entitlement(payee="P1", route=Route.VISIT, valid_until=date(2025, 9, 15)),),
        (entitlement(payee="P2", **ends),),
        (entitlement(payee="P3", status=EntitlementStatus.SUSPENDED, stopped_from="2025-05", **ends),),
        (entitlement(payee="P4", status=EntitlementStatus.TERMINATED, **ends),),
        (entitlement("old_age_allowance", payee="A5", **lasts),),
        (entitlement(payee="P6", **lasts),),
        (entitlement(payee="P7", route=Route.SELF),),
    ]
    found = []
    for n, mine in enumerate(drawn):
        described = person(area=AreaCode(VILLAGES[n % 4]))
        found.append(people.create(identity(number_of(700 + n)), described, mine, AT, "feed:roster").person)
    put(found[1], visits=[visit(due="2025-06-20"), visit(2, "2025-07-10")])
    put(found[2], cases=[Case(date(2025, 6, 30), date(2025, 5, 16), 1, StateName.REMIND)])
    put(found[3], suspicions=[suspicion(), suspicion("2025-05-01", state=SuspicionState.CLEARED)])
    put(found[7], suspicions=[suspicion(state=SuspicionState.CONFIRMED)], recoveries=[RECOVERY])
    put(found[7], instructions=[replace(RESUMED, state=InstructionState.ISSUED, month=Month("2025-07"))])
    put(found[7], instructions=[RESUMED])
    return found


def parquet(folder: Path) -> Path:
    """All days of the table, as somebody would have fetched them."""
    s3 = boto3.client("s3")
    for each in s3.list_objects_v2(Bucket="lake", Prefix="statistics/").get("Contents", ()):
        path = folder / each["Key"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(s3.get_object(Bucket="lake", Key=each["Key"])["Body"].read())
    return folder / "statistics" / "table"


def read(folder: Path, query: str) -> list[tuple[Any, ...]]:
    return duckdb.sql(query.replace("s3://LAKE/statistics/table", str(folder))).fetchall()


def test_its_villages_add_up_to_what_is_told_of_everybody(tmp_path: Path) -> None:
    folk()
    told = nightly_statistics()
    table = f"read_parquet('{parquet(tmp_path)}/*/*.parquet')"

    def by(word: str, where: str) -> dict[Any, int]:
        query = f"SELECT {word}, sum(number)::INT FROM {table} WHERE {where} GROUP BY {word}"  # noqa: S608
        return dict(duckdb.sql(query).fetchall())

    assert sum(by("area", "figure = 'recipients' AND level = 'area'").values()) == told["recipients"] == 8
    assert by("county", "figure = 'recipients' AND level = 'area'") == told["county"]
    assert by("status", "figure = 'entitlements'") == told["status"]
    assert by("route", "figure = 'entitlements' AND status = 'active'") == told["route"]
    assert by("status", "figure = 'cases' AND level = 'area'") == told["case_state"]
    assert by("kind", "figure = 'suspicions' AND level = 'area' AND status = 'open'") == told["suspicion"]
    drawn = "figure = 'entitlements' AND status IN ('active', 'expired_still_paid')"
    paid = {(county, benefit): n for county, of in told["paid"].items() for benefit, n in of.items()}
    assert by("(county, benefit)", drawn) == paid


def test_the_queries_of_its_page(tmp_path: Path, clock: StoppedClock) -> None:
    mine = folk()
    clock.advance(days=-1)
    nightly_statistics()
    clock.advance(days=1)
    stops = entitlement(payee="P7", status=EntitlementStatus.SUSPENDED, stopped_from="2025-07")
    put(mine[7], entitlements=[stops])
    nightly_statistics()
    progress, routes, changed = (read(parquet(tmp_path), query) for query in QUERIES)
    none = None
    assert progress == [
        ("341602", 6, 5, 1, 1, 1, 1, none, none, none, none, none),
        ("341621", 2, none, none, none, none, none, 2, 1, 90.0, 1, 45.0),
    ]
    assert routes == [("resident_pension", "silent", 1)]
    assert changed == [("341621", "resident_pension", 1)]


def test_its_columns_and_words_are_those_of_its_page(tmp_path: Path) -> None:
    folk()
    nightly_statistics()
    described = read(parquet(tmp_path), "DESCRIBE FROM 's3://LAKE/statistics/table/day=2025-07-01/*.parquet'")
    assert [name for name, *_ in described] == [*statistics_table.COLUMNS, "day"]
    for name in (*statistics_table.COLUMNS, *Figure, *Level):
        assert f"`{name}`" in DOCUMENT, name


def test_a_table_without_anybody_has_its_columns(tmp_path: Path) -> None:
    nightly_statistics()
    assert read(parquet(tmp_path), "SELECT count(*) FROM 's3://LAKE/statistics/table/*/*.parquet'") == [(0,)]
    found = stats.of_area(TODAY, AreaCode("3416"))
    assert found is not None
    assert (found.area.recipients, found.below) == (0, {})


def test_of_a_day_or_of_the_last_within_a_month_before_it(clock: StoppedClock) -> None:
    for _ in range(2):
        nightly_statistics()
        clock.advance(days=2)
    for after, day in ((0, "2025-07-01"), (1, "2025-07-01"), (2, "2025-07-03"), (33, "2025-07-03")):
        told = stats.as_of(TODAY + timedelta(after))
        assert told is not None
        assert told["as_of"] == day, after
    assert stats.as_of(TODAY + timedelta(34)) is None
    assert stats.as_of(TODAY - timedelta(1)) is None
    assert stats.of_area(TODAY + timedelta(1), AreaCode("3416")) is None, "no table of that day itself"
