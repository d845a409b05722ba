"""A token that was revoked opens nothing a minute later at the latest, in whatever process it was known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
from rich.console import Console

from admin import rule_changes
from admin import tokens as operators
from admin.__main__ import main as admin
from chalicelib import clock as platform
from chalicelib.storage.dynamodb import revocations
from tests.api.conftest import COUNTY, ISSUER, NUMBER, As
from tests.conftest import StoppedClock
from tests.storage.faults import at_call, unreachable

STATS = "/v1/stats"


@pytest.fixture(autouse=True)
def printed(monkeypatch: pytest.MonkeyPatch) -> Console:
    console = Console(record=True, width=160, quiet=False)
    monkeypatch.setattr(operators, "console", console)
    return console


def token(subject: str = "clerk-7") -> str:
    lifetime = timedelta(hours=12)
    return ISSUER.issue("officer", COUNTY, subject, now=platform.now(), lifetime=lifetime)


def id_of(token: str) -> str:
    claims: dict[str, str] = jwt.decode(token, options={"verify_signature": False})
    return claims["jti"]


def status(as_: As, token: str) -> int:
    return replace(as_(None), token=token).get(STATS).status_code


def test_a_revoked_token_ends_within_a_minute_although_it_was_verified_before(
    as_: As, clock: StoppedClock
) -> None:
    mine, other = token(), token()
    assert status(as_, mine) == status(as_, other) == 200
    assert admin(["tokens", "revoke", "--jti", id_of(mine)]) == 0
    assert status(as_, mine) == 200, "the process asks once a minute"
    clock.advance(seconds=60)
    refused = replace(as_(None), token=mine).get(STATS)
    assert (refused.status_code, refused.json_body["code"]) == (401, "token_revoked")
    assert refused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert status(as_, other) == 200, "another token of the same subject"


def test_all_tokens_of_a_subject_old_and_new(as_: As, clock: StoppedClock) -> None:
    old = token()
    assert admin(["tokens", "revoke", "--subject", "clerk-7", "--hours", "2"]) == 0
    clock.advance(minutes=1)
    assert [status(as_, each) for each in (old, token(), token("clerk-8"))] == [401, 401, 200]
    clock.advance(minutes=119)
    assert [status(as_, each) for each in (old, token())] == [200, 200], "it has run out"


def test_or_only_those_issued_so_far(as_: As, clock: StoppedClock) -> None:
    old = token()
    assert admin(["tokens", "revoke", "--subject", "clerk-7", "--old-only"]) == 0
    clock.advance(minutes=1)
    assert [status(as_, each) for each in (old, token())] == [401, 200]


def test_it_stands_for_as_long_as_any_token_lives(as_: As, clock: StoppedClock) -> None:
    mine = token()
    admin(["tokens", "revoke", "--jti", id_of(mine)])
    for _ in range(3):
        clock.advance(hours=4)
        assert status(as_, mine) == 401
    clock.advance(minutes=1)
    assert list(revocations.standing(platform.now())) == []
    assert status(as_, mine) == 401, "its own life is over"


def test_a_revocation_is_taken_back(as_: As, clock: StoppedClock, printed: Console) -> None:
    mine = token()
    admin(["tokens", "revoke", "--subject", "clerk-7", "--by", "duty-1"])
    assert admin(["tokens", "list"]) == 0
    (line,) = [line.split() for line in printed.export_text().splitlines() if "duty-1" in line]
    assert line == ["subject", "clerk-7", "2025-07-01T22:01+08:00", "–", "duty-1", "2025-07-01T10:00+08:00"]
    assert status(as_, mine) == 401
    assert admin(["tokens", "restore", "--subject", "clerk-7"]) == 0
    clock.advance(minutes=1)
    assert status(as_, mine) == 200
    assert admin(["tokens", "restore", "--subject", "clerk-7"]) == 1


def test_what_no_token_bears_is_not_revoked(as_: As, printed: Console) -> None:
    for asked in (
        ["--subject", "a b"],
        ["--subject", NUMBER],
        ["--jti", "a b"],
        ["--jti", "a", "--hours", "0"],
    ):
        assert admin(["tokens", "revoke", *asked]) == 1, asked
    assert list(revocations.standing(platform.now())) == []
    assert NUMBER not in printed.export_text()


@pytest.mark.long_way
def test_it_is_asked_once_a_minute_and_nobody_is_let_in_where_it_cannot_be(
    as_: As, clock: StoppedClock
) -> None:
    mine = token()
    with at_call("dynamodb", "Query", unreachable) as asked:
        assert status(as_, mine) == 503, "a new process"
    with at_call("dynamodb", "Query", lambda _: None) as asked:
        assert {status(as_, mine) for _ in range(3)} == {200}
    assert len(asked) == 1
    clock.advance(seconds=59)
    with at_call("dynamodb", "Query", unreachable):
        assert status(as_, mine) == 200
        clock.advance(seconds=1)
        assert status(as_, mine) == 503, "what was known is a minute old"


def test_an_operator_changes_no_rules_with_a_revoked_token(
    as_: As, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = token()
    admin(["tokens", "revoke", "--jti", id_of(mine)])

    class Options:
        token = mine

    with pytest.raises(SystemExit):
        rule_changes.officer(Options())  # type: ignore[arg-type]
