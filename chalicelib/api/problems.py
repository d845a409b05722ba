"""错误说明 · Problems: every way in which a request can fail, as problem+json (RFC 9457).

A problem says what is wrong and where, in Chinese and English, and never repeats what the caller
wrote: a body with an identity number in the wrong field must not come back, nor reach a log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalice.app import Response

from chalicelib.errors import ConflictError, NotFoundError, RefusedError, UnreadableError, WuganError

PROBLEM_JSON: Final = "application/problem+json"
HeadersType = dict[str, str | list[str]]  # as Chalice has it

# code → status, Chinese, English. The code is stable: clients branch on it. What the gateway says by
# itself (infra/gateway.yaml) says the same.
SENTENCES: Final[Mapping[str, tuple[int, str, str]]] = {
    "authority_required": (403, "令牌未注明发放主管部门。", "the token names no authority"),
    "bad_cursor": (
        422,
        "翻页标记无效，请从第一页重新查询。",
        "the cursor is not valid here: start from the first page",
    ),
    "account_ended": (
        403,
        "您的工作账号已停用，本机保存的名单和未发送的结果将被清除。如有疑问，请联系上一级机构的经办人。",
        "your account was ended: what this device keeps is wiped; ask an officer of the level above",
    ),
    "busy": (503, "记录正在变动，请稍后重试。", "the record is busy: try again shortly"),
    "caller_limited": (
        429,
        "您发送的请求过于频繁，请在 Retry-After 所示秒数后重试。",
        "you send too many requests: try again after the seconds of Retry-After",
    ),
    "invalid": (422, "请求内容有误，请按所列字段更正。", "the request is not valid: see the fields listed"),
    "level_not_allowed": (403, "本级机构无权办理此事项。", "this level of office may not do this"),
    "method_not_allowed": (405, "不支持该方法。", "this method is not supported here"),
    "no_account": (
        403,
        "您没有有效的工作账号（未授予、未到起始日、已到期或已停用），请联系上一级机构的经办人办理。",
        "you have no account that holds today: ask an officer of the level above for one",
    ),
    "not_found": (404, "没有找到，或不在您的管辖范围内。", "there is no such thing, or not in your area"),
    "role_not_allowed": (403, "您的角色无权办理此事项。", "your role may not do this"),
    "throttled": (429, "请求过于频繁，请稍后重试。", "too many requests: try again shortly"),
    "token_required": (401, "请先登录：令牌缺失、无效或已过期。", "a valid token is required"),
    "token_revoked": (
        401,
        "您的登录已被收回，本机保存的名单和未发送的结果将被清除。请用自己的设备重新登录。",
        "your sign-in was taken back: what this device keeps is wiped; sign in anew on a device of your own",
    ),
    "too_large": (413, "请求内容超过64 KB。", "the body is larger than 64 kB"),
    "unavailable": (503, "系统暂时无法办理，请稍后重试。", "this cannot be answered now: try again later"),
    "unexpected": (
        500,
        "系统出错，已记录，请稍后重试。",
        "something went wrong and was recorded: try again later",
    ),
    "unsupported_media_type": (415, "请以 application/json 发送。", "send application/json"),
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: a JSON pointer into the body, or the name of a parameter."""

    code: str
    zh: str
    en: str
    pointer: str | None = None
    parameter: str | None = None

    def to_json(self) -> dict[str, str]:
        """The error as it stands in `errors`."""
        where = {"pointer": self.pointer} if self.parameter is None else {"parameter": self.parameter}
        return {
            **{k: v for k, v in where.items() if v is not None},
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
        }


@dataclass
class Problem(WuganError):  # noqa: N818 - the word of RFC 9457
    """A request that is answered with a problem; `code` is a key of SENTENCES, or a rule's own."""

    code: str
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    zh: str = ""
    en: str = ""

    def __post_init__(self) -> None:
        """Fill in what the code says by itself."""
        if self.code in SENTENCES and not self.status:
            self.status, self.zh, self.en = SENTENCES[self.code]
        Exception.__init__(self, self.code)

    def to_response(self, request_id: str) -> Response:
        """The answer to send; `instance` is the request id, never the path."""
        body: dict[str, Any] = {
            "type": f"urn:wugan:problem:{self.code}",
            "title": self.en,
            "status": self.status,
            "detail": self.zh,
            "code": self.code,
            "instance": f"urn:uuid:{request_id}",
        }
        if self.errors:
            body["errors"] = [error.to_json() for error in self.errors]
        headers: HeadersType = {"Content-Type": PROBLEM_JSON, **self.headers}
        return Response(json.dumps(body, ensure_ascii=False), headers=headers, status_code=self.status)


def invalid(*errors: FieldError) -> Problem:
    """422, naming the fields."""
    return Problem("invalid", errors=errors)


def not_found() -> Problem:
    """404; the same for what does not exist and for what the caller may not know of."""
    return Problem("not_found")


def problem_of(error: WuganError) -> Problem:
    """The problem that a refusal of the layers below becomes."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, NotFoundError):
        return not_found()
    if isinstance(error, RefusedError):
        return Problem(error.code, status=409, zh=error.zh, en=error.en)
    if isinstance(error, ConflictError):
        return Problem("busy", headers={"Retry-After": "1"})
    if isinstance(error, UnreadableError):
        return Problem("unavailable", headers={"Retry-After": "60"})
    return Problem("unexpected")


def problem_of_status(status: int) -> Problem:
    """The problem for an error that Chalice answered by itself."""
    known = {
        404: "not_found",
        405: "method_not_allowed",
        413: "too_large",
        415: "unsupported_media_type",
        429: "throttled",
    }
    if status in known:
        return Problem(known[status])
    return Problem("invalid") if 400 <= status < 500 else Problem("unexpected")
