"""A short way to AWS, for long runs: botocore's call, what moto does, and nothing in between.

A query costs 10 ms of processor time here, of which 0.1 ms are the query: the rest is writing an HTTP
request, signing it, and parsing what moto wrote as a response. A year of a town makes half a million
such calls in one process. The short way hands the parameters to the same action of the same handler,
repairs included, and copies what comes back (`actions`); it reads tables (`tables`) and keeps objects
(`objects`) without asking a handler. What is out of the ordinary, and whatever moto refuses, is asked
the long way, so that errors are those that botocore makes (a refused action changes nothing).

A scan or a query comes back as one page: moto sorts the whole table again for each page of 1 MB and
looks at all items before it, 70 s for one pass over 2,000 people and what a year has written about them.

moto also keeps every object of every model that it ever made, among them a copy of a table's keys for
each transaction: 11 GB after three months of 2,000 people. During a long run it forgets them.

Clients of the servers take the long way, and tests whatever they assert about; days in which a test lets
nothing but time pass are short too. A contract test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.client import BaseClient
from moto.core.common_models import BaseModel
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.dynamodb.models import table
from moto.s3.models import FakeKey

from sandbox.shortcut import actions, objects, tables
from sandbox.shortcut.place import Action, Place, Refused
from sandbox.shortcut.untraced import untraced

SHORT: Final[tuple[Mapping[tuple[str, str], Action], ...]] = (tables.SHORT, objects.SHORT, actions.SHORT)
ONE_PAGE: Final = 10**12  # bytes
ANSWERED: Final = {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0, "RequestId": "short-way"}


@contextmanager
def short_way(account: str) -> Iterator[None]:
    """Let every client of this process take the short way to what an account has."""
    long_way = BaseClient._make_api_call

    @untraced
    def call(self: Any, operation: str, parameters: Mapping[str, Any]) -> Any:
        place, asked = (
            Place(account, self.meta.region_name),
            (self.meta.service_model.service_name, operation),
        )
        for ways in SHORT:  # the shortest first
            try:
                answer = _answer(ways.get(asked), place, parameters)
            except Refused as no:
                raise self.exceptions.from_code(no.code)(no.response, operation) from None
            if answer is not None:
                return answer
        return long_way(self, operation, parameters)

    tracked, page = BaseModel.__new__, table.RESULT_SIZE_LIMIT

    def untracked(cls: type[BaseModel], *_: Any, **__: Any) -> BaseModel:
        """A new object that nobody lists, unless moto must close it in the end."""
        return tracked(cls) if cls is FakeKey else object.__new__(cls)

    BaseClient._make_api_call = call
    table.RESULT_SIZE_LIMIT = ONE_PAGE
    BaseModel.__new__ = untracked  # type: ignore[method-assign]
    try:
        yield
    finally:
        BaseClient._make_api_call = long_way
        BaseModel.__new__ = tracked  # type: ignore[method-assign]
        table.RESULT_SIZE_LIMIT = page


def _answer(action: Action | None, place: Place, parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    """What an action answers; None if there is none, or the call is not for it, or was refused."""
    if action is None:
        return None
    try:
        answer = action(place, parameters)
    except (JsonRESTError, ServiceException):
        return None
    if answer is not None:
        answer["ResponseMetadata"] = ANSWERED
    return answer
