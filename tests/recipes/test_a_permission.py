"""Granting a permission: what is not granted is denied by name, and a call that nobody knows is an error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from chalicelib.storage.clients import client
from sandbox.kernel.template import _translated
from sandbox.rights import calls
from tests import judged
from tests.recipes.walking import Project, recipe

POLICY, CALL = recipe("Granting a permission")
TEMPLATE = (".chalice", "infra", "statemachines")


@pytest.fixture
def in_the_copy(project: Project, aws: None) -> Iterator[Project]:
    """Rights as the copy's policies give them."""
    project.has(*TEMPLATE)
    project.monkeypatch.setattr(judged, "ROOT", project.folder)
    judged._granted.cache_clear()
    yield project
    judged._granted.cache_clear()


def look_into_the_lake() -> None:
    client("s3").get_object(Bucket="lake", Key="kept")


def test_it_is_denied_by_name_until_the_policy_grants_it(in_the_copy: Project) -> None:
    with judged.judging() as judge:
        client("s3").put_object(Bucket="lake", Key="kept", Body=b"something")
        with judge.acting("WatchFeeds"), pytest.raises(ClientError, match="AccessDenied"):
            look_into_the_lake()
        (denied,) = judge.take_denied()
    assert POLICY[0].file in denied
    assert "s3:GetObject" in denied

    in_the_copy.do(POLICY)
    judged._granted.cache_clear()
    _translated.cache_clear()
    with judged.judging() as judge, judge.acting("WatchFeeds"):
        look_into_the_lake()


def test_a_call_that_nobody_has_made_says_which_rights_it_needs(project: Project) -> None:
    asked = {"Bucket": "lake", "Key": "kept"}
    places = judged._granted("topic")[1]
    with pytest.raises(calls.UnknownCallError, match="GetObjectTagging"):
        list(calls.needs("s3", "GetObjectTagging", asked, places))
    project.do(CALL)
    known = project.load(CALL[0].file)
    assert "s3:GetObject" in [action for action, _ in known.needs("s3", "GetObjectTagging", asked, places)]
