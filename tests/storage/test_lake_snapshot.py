"""What the lake says about everybody, for rehearsals: the same as about each, as far as it decides."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.errors import UnreadableError
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, PersonId
from chalicelib.storage import clients
from chalicelib.storage.s3 import lake
from chalicelib.storage.s3.lake_snapshot import LAKE, LakeSnapshot
from tests.people import day
from tests.storage import faults

pytestmark = pytest.mark.usefixtures("aws")

BUS, CARE = FeedId("bus_rides"), FeedId("care_home")
ONE, OTHER = PersonId("a" * 26), PersonId("b" * 26)


def ride(on: str, file: str = "f1", line: int = 3, *, recovered: bool = False, **facts: str) -> Evidence:
    return Evidence(EvidenceKey(day(on), BUS, "ride"), FileId(file), line, facts, recovered)


def decisive(evidence: list[Evidence]) -> list[Evidence]:
    """Each fact once, as `decide` takes it, and without the line it came from, which decides nothing."""
    best: dict[EvidenceKey, Evidence] = {}
    for item in evidence:
        other = best.setdefault(item.key, item)
        if told(item) > told(other):
            best[item.key] = item
    return [replace(best[key], file=LAKE, line=0) for key in sorted(best)]


def told(item: Evidence) -> tuple[bool, list[tuple[str, str]]]:
    return not item.recovered, sorted(item.facts.items())


items = st.builds(
    ride,
    st.sampled_from(["2025-05-01", "2025-06-01", "2025-06-02"]),
    file=st.sampled_from(["f1", "f2"]),
    line=st.integers(2, 4),
    recovered=st.booleans(),
    until=st.sampled_from(["2025-06-09", "2025-07-01"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.dictionaries(st.sampled_from([ONE, OTHER]), st.lists(items, min_size=1), min_size=1), st.booleans())
def test_it_leaves_out_nothing_that_decides(said: dict[PersonId, list[Evidence]], tidied: bool) -> None:
    for key in [o["Key"] for o in clients.client("s3").list_objects_v2(Bucket="lake").get("Contents", ())]:
        clients.client("s3").delete_object(Bucket="lake", Key=key)
    lake.put_evidence(BUS, FileId("f1"), said)
    if tidied:
        lake.tidy({}, always=True)
    found = LakeSnapshot().of_many([ONE, OTHER])
    for person in (ONE, OTHER):
        assert decisive(found[person]) == decisive(lake.evidence_of(person)) == decisive(said.get(person, []))


def test_what_several_objects_say_of_one_person_is_found_together() -> None:
    lake.put_evidence(BUS, FileId("f1"), {ONE: [ride("2025-06-01")], OTHER: [ride("2025-06-02")]})
    lake.put_evidence(BUS, FileId("f2"), {ONE: [ride("2025-06-03", "f2", until="2025-06-09")]})
    found = LakeSnapshot().of_many([ONE])
    assert decisive(found[ONE]) == decisive([ride("2025-06-01"), ride("2025-06-03", until="2025-06-09")])
    assert found[OTHER] == []  # not asked for


def test_an_empty_lake_says_nothing() -> None:
    assert LakeSnapshot().of_many([ONE])[ONE] == []


def test_the_same_said_of_many_is_made_once() -> None:
    lake.put_evidence(BUS, FileId("f1"), {ONE: [ride("2025-06-01")], OTHER: [ride("2025-06-01", line=9)]})
    found = LakeSnapshot().of_many([ONE, OTHER])
    assert found[ONE][0] is found[OTHER][0]


# --- a lake that moves, or cannot be read --------------------------------------------------------


def test_what_is_tidied_away_meanwhile_is_read_where_it_went() -> None:
    lake.put_evidence(BUS, FileId("f1"), {ONE: [ride("2025-06-01")]})
    lake.tidy({}, always=True)
    lake.put_evidence(BUS, FileId("f2"), {ONE: [ride("2025-06-02", "f2")]})
    busy = False

    def tidied(_request: object) -> None:
        nonlocal busy
        if not busy:
            busy = True
            lake.tidy({}, always=True)

    with faults.at_call("s3", "GetObject", tidied):
        found = LakeSnapshot().of_many([ONE])[ONE]
    assert {item.key.day for item in found} == {day("2025-06-01"), day("2025-06-02")}


@pytest.mark.parametrize("operation", ["ListObjectsV2", "GetObject"])
def test_a_lake_that_cannot_be_reached_says_so(operation: str) -> None:
    lake.put_evidence(BUS, FileId("f1"), {ONE: [ride("2025-06-01")]})
    with faults.at_call("s3", operation, faults.unreachable), pytest.raises(UnreadableError):
        LakeSnapshot()


def test_a_lake_that_changes_all_the_time_says_so() -> None:
    lake.put_evidence(BUS, FileId("f1"), {ONE: [ride("2025-06-01")]})
    s3 = clients.client("s3")

    def gone(_request: object) -> None:
        for found in s3.list_objects_v2(Bucket="lake").get("Contents", ()):
            s3.delete_object(Bucket="lake", Key=found["Key"])
            s3.put_object(Bucket="lake", Key=f"{found['Key']}.moved", Body=b"")

    with faults.at_call("s3", "GetObject", gone), pytest.raises(UnreadableError, match="faster"):
        LakeSnapshot()
