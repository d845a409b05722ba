"""幂等 · The same request again gets the same answer: `Idempotency-Key`, bound to caller, endpoint and body.

A client whose connection broke sends the request again under the same key; what it asked for happens
once. Refused requests are remembered as well, failures of ours are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from chalice.app import Response

from chalicelib.api.problems import PROBLEM_JSON, FieldError, HeadersType, Problem, invalid
from chalicelib.errors import RefusedError
from chalicelib.storage.dynamodb import idempotency

_KEY: Final = re.compile(r"[!-~]{1,128}")
_HEADER: Final = "Idempotency-Key"


def answered_once(caller: str, key: str | None, request: str, answer: Callable[[], Response]) -> Response:
    """The answer to a request, given before or now; Problem 422 for a key that is none or came before.

    `request` stands for endpoint, ids and body. Without a key the request is simply answered.
    """
    if key is None:
        return answer()
    if not _KEY.fullmatch(key):
        raise invalid(
            FieldError(
                "shape", "须为1至128个可见字符。", "must be 1 to 128 visible characters", parameter=_HEADER
            )
        )
    try:
        before = idempotency.remember(caller, key, request)
    except RefusedError as error:
        raise Problem(error.code, status=422, zh=error.zh, en=error.en) from None
    if before is not None:
        kind = "application/json" if before.status < 400 else PROBLEM_JSON
        headers: HeadersType = {"Content-Type": kind, "Idempotent-Replayed": "true"}
        return Response(before.body, headers=headers, status_code=before.status)
    response = answer()
    if response.status_code < 500:
        idempotency.answer(caller, key, request, idempotency.Reply(response.status_code, response.body))
    return response
