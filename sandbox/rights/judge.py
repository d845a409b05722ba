"""Judges every call that a function makes, by the function's own policy.

The platform does one thing at a time, so which function runs is a stack. What the town, an operator or moto
itself asks is nobody's business here: a call counts if it is made in the thread of the function that runs,
or by the project's own client from another one (a large object is uploaded by several).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from botocore.exceptions import ClientError
from botocore.session import Session

from chalicelib.storage import clients
from sandbox.rights.calls import needs
from sandbox.rights.places import Places
from sandbox.rights.statements import Grant, Rights

T = TypeVar("T")

USED: Final[set[Grant]] = set()
"""Every right that the project's own functions used in this process."""
_SAYS_NO: Final = {
    "s3": ("AccessDenied", 403),
    "sns": ("AuthorizationError", 403),
    "sqs": ("AccessDenied", 403),
}
_SAYS: Final = ("AccessDeniedException", 400)
_MISSING: Final = frozenset({"NoSuchKey", "404", "NotFound"})
_LOOKS_FOR: Final = frozenset({"GetObject", "HeadObject"})


class RightsError(AssertionError):
    """A function did what its policy does not allow."""


class _Acting(NamedTuple):
    function: str
    thread: int


def unjudged(client: T) -> T:
    """A client that was made while somebody judges, for whoever acts from outside."""
    vars(client).pop("_make_api_call", None)
    return client


class Judge:
    """Knows the rights of each function and which one runs; notes what was used and what was denied.

    used: where to note each right that is used. Whoever lets an app that stands in for the project's own use
    the project's rights keeps them apart from `USED`.
    """

    def __init__(
        self,
        rights: Mapping[str, Rights],
        places: Places,
        policy_files: Mapping[str, str] | None = None,
        used: set[Grant] | None = None,
    ) -> None:
        self._rights = rights
        self.used: Final = set[Grant]() if used is None else used
        self.places: Final = places
        self._files = policy_files or {}
        self._acting: list[_Acting] = []
        self._denied: dict[str, None] = {}

    # ---- who acts ----

    @contextmanager
    def acting(self, function: str) -> Iterator[None]:
        """Until the block ends, what this thread asks is asked by a function (its logical id)."""
        self._acting.append(_Acting(function, threading.get_ident()))
        try:
            yield
        finally:
            self._acting.pop()

    @contextmanager
    def judging(self) -> Iterator[None]:
        """Judge what clients ask that are made from now on, until the block ends."""
        make = Session.create_client

        def make_judged(session: Session, *arguments: Any, **more: Any) -> Any:
            client = make(session, *arguments, **more)
            client._make_api_call = partial(self._call, client)
            return client

        with ExitStack() as leave:
            leave.callback(setattr, Session, "create_client", make)
            Session.create_client = make_judged
            yield

    # ---- judging ----

    def needs(self, action: str, resource: str) -> str | None:
        """Note that the function that runs needs a right; why it has not, or None if it has."""
        function = self._acting[-1].function
        grant = self._rights[function].allowing(action, resource)
        if grant is not None:
            self.used.add(grant)
            return None
        why = self._why(function, action, resource)
        self._denied[why] = None
        return why

    def take_denied(self) -> list[str]:
        """What was denied since somebody asked last, each once."""
        denied = list(self._denied)
        self._denied.clear()
        return denied

    def remembers(self, service: str, operation: str, asked: Mapping[str, Any]) -> None:
        """Judge what another function has asked for already: a process of its own would have to ask.

        Raises RightsError.
        """
        if not self._acting:
            return
        for action, resource in needs(service, operation, asked, self.places):
            if why := self.needs(action, resource):
                raise RightsError(why)

    def _call(self, client: Any, operation: str, asked: Mapping[str, Any]) -> Any:
        way: Callable[..., Any] = type(client)._make_api_call
        if not self._acting or not self._is_the_functions(client):
            return way(client, operation, asked)
        service = client.meta.service_model.service_name
        for action, resource in needs(service, operation, asked, self.places):
            if why := self.needs(action, resource):
                raise _no(client, service, operation, why)
        try:
            return way(client, operation, asked)
        except ClientError as error:
            if service != "s3" or operation not in _LOOKS_FOR or _code(error) not in _MISSING:
                raise
            # Whoever may not list a bucket is not told that something is not there.
            if why := self.needs("s3:ListBucket", self.places.bucket(asked["Bucket"])):
                raise _no(client, service, operation, why) from error
            raise

    def _is_the_functions(self, client: Any) -> bool:
        if self._acting[-1].thread == threading.get_ident():
            return True
        if threading.current_thread() is threading.main_thread():
            return False
        return client is clients.client(client.meta.service_model.service_name)

    def _why(self, function: str, action: str, resource: str) -> str:
        told = self.places.in_a_policy(resource)
        statement = json.dumps({"Effect": "Allow", "Action": action, "Resource": told})
        file = self._files.get(function.lower(), "its policy file")
        return f"{function} may not {action}: if it should, {file} lacks {statement}"


def _no(client: Any, service: str, operation: str, why: str) -> ClientError:
    code, status = _SAYS_NO.get(service, _SAYS)
    if operation.startswith("Head"):  # no body, so no word
        code = str(status)
    response = {
        "Error": {"Code": code, "Message": why},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0},
    }
    error: ClientError = client.exceptions.from_code(code)(response, operation)
    return error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
