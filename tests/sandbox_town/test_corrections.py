"""A department corrects a file under its own name: first a wrong version, days later the right one."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.clock import civil_date
from chalicelib.jurisdiction import load
from chalicelib.model import FeedId, FileState, Month, SuspicionKind
from sandbox.checks.expected_certificates import standing, what_reached
from sandbox.town.authorities import CORRECTED_AFTER, Authorities
from sandbox.town.corrections import corrections
from sandbox.town.departments import Drop, drops
from sandbox.town.people import Town
from tests.sandbox_town.reading import everybody, read
from tests.sandbox_town.runs import a_file, a_step
from tests.sandbox_town.stage import a_stage
from tests.sandbox_town.test_actors import RUN_BY
from tests.sandbox_town.test_departments import Feeds


def test_a_wrong_version_comes_first_and_the_right_one_under_the_same_key(town: Town, feeds: Feeds) -> None:
    sent = {drop.key: drop for drop in drops(town, feeds)}
    found = list(corrections(town, feeds, sent))
    assert len(found) == 4, "one file that certifies, one that accuses"
    for first, right in zip(found[::2], found[1::2], strict=True):
        assert first.key == right.key
        assert timedelta(days=5) < right.at - first.at < timedelta(days=8)
        assert right.make()[0] == sent[right.key].make()[0]
        (_, wrong), (_, good) = first.make(), right.make()
        assert wrong.rows >= good.rows // 2, "a file of the usual size is not held"
        only_wrong = {said for said in wrong.about if said not in good.about}
        assert only_wrong
        assert set(good.about) - set(wrong.about), "and something was left out"
        assert all(town.people[index].life.dies_on is None for index, _ in only_wrong)


def test_one_of_the_wrong_files_accuses_the_living(town: Town, feeds: Feeds) -> None:
    sent = {drop.key: drop for drop in drops(town, feeds)}
    wrong = [
        h for drop in list(corrections(town, feeds, sent))[::2] for _, h in drop.make()[1].about if h.wrong
    ]
    assert {h.accuses for h in wrong} == {None, SuspicionKind.DEATH}


def test_what_only_the_first_version_said_is_known_until_it_is_corrected(town: Town, feeds: Feeds) -> None:
    sent = {drop.key: drop for drop in drops(town, feeds)}
    first, right, *_ = corrections(town, feeds, sent)
    scene = a_stage(town).scene
    scene.drop(first)
    scene.drop(right)
    feed = feeds[FeedId(first.feed)]
    said = a_file(key=first.key, feed=FeedId(feed.id), finished=right.at)
    earlier = a_file(
        key=first.key,
        feed=FeedId(feed.id),
        finished=first.at,
        state=FileState.SUPERSEDED,
        steps=(a_step(FileState.LOADED), a_step(FileState.SUPERSEDED)),
    )
    index, happening = next(pair for pair in first.make()[1].about if pair[1].wrong)
    known = what_reached(scene.diary, [earlier, said], load("bozhou"), range(len(town.people)))[index]
    between, after = civil_date(first.at) + timedelta(1), civil_date(right.at) + timedelta(1)
    assert happening.day in {k.day for k in standing(known, between)}
    assert happening.day not in {k.day for k in standing(known, after)}


def test_a_list_of_payments_says_too_much_at_first(town: Town, feeds: Feeds) -> None:
    stage = a_stage(town)
    stage.at(2025, 6, 10, 9)
    payments = feeds[FeedId("payments")]
    dropped: list[Drop] = []
    stage.scene.drop = dropped.append  # type: ignore[method-assign, assignment]
    Authorities(stage.scene, payments, RUN_BY, lambda _: None).pay()
    stage.run_later()
    wrong, right = (
        {(w, p.benefit, p.month): p.fen for w, p in read(d, feeds, everybody(town))[0].payments}
        for d in dropped
    )
    too_much = {key for key, fen in wrong.items() if right[key] != fen}
    assert {(town.people[i].number, b, Month(m)) for i, b, m in stage.scene.diary.misstated} == too_much
    assert 0 < len(too_much) < 10, "fewer than make the whole list doubtful"
    assert all(wrong[key] > right[key] for key in too_much)
    assert (civil_date(stage.when[0]) - civil_date(dropped[0].at)).days == CORRECTED_AFTER
    assert dropped[0].key == dropped[1].key
