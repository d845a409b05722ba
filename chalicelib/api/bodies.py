"""请求体 · Request bodies: read by ourselves, within limits, into strict models.

Nothing that a caller can write may become a 500: size, nesting, NaN, lone surrogates, a key given
twice, numbers of a million digits are all answered with 422 and a pointer. What was written is
never repeated, not even the name of an unknown field: that may be an identity number too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, NoReturn, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from chalicelib.api.problems import FieldError, Problem, invalid
from chalicelib.api.tokens import SUBJECT
from chalicelib.model import (
    ObjectionAbout,
    Paper,
    Verification,
)
from chalicelib.observability import mask

LONGEST: Final = 64 * 1024  # bytes
DEEPEST: Final = 8
# No invisible or directional characters: people read these sentences.
PLAIN: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


class Body(BaseModel):
    """Base of every request body: no unknown fields, no silent conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def _shape(pattern: str) -> BeforeValidator:
    """Pydantic takes "1735689600" for a date; we take the one way in which people write it."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: Any) -> Any:
        if not isinstance(value, str):
            raise PydanticCustomError("text_type", "not a text")
        if not compiled.fullmatch(value):
            raise PydanticCustomError("shape", "not in the expected shape")
        return value

    return BeforeValidator(check)


def names_nobody(value: str) -> str:
    """The same text, unless it holds a number of somebody's."""
    if mask(value) != value:  # it goes into the audit chain, which must name nobody
        raise PydanticCustomError("identifying", "holds an identity number or a phone number")
    if not PLAIN.fullmatch(value):
        raise PydanticCustomError("shape", "holds characters that cannot be seen")
    return value


# Not strict: behind a function of ours pydantic takes the text for a Python value, not for JSON.
Day = Annotated[date, Field(strict=False), _shape(r"\d{4}-\d{2}-\d{2}")]
Instant = Annotated[
    AwareDatetime,
    Field(strict=False),
    _shape(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})"),
]
PersonIdText = Annotated[str, Field(pattern=r"^[a-z2-7]{26}$")]
PlainText = Annotated[str, AfterValidator(names_nobody)]
Subject = Annotated[str, Field(pattern=rf"^{SUBJECT.pattern}$"), AfterValidator(names_nobody)]


class Method(StrEnum):
    """How somebody showed that they are there; face recognition is never the only way."""

    FACE = "face"
    VIDEO = "video"
    COUNTER = "counter"


class NoBody(Body):
    """For what is said by the address alone: no body, or an empty object."""


class Lookup(Body):
    """Whose id is wanted."""

    number: str = Field(min_length=15, max_length=40)
    name: str | None = Field(default=None, min_length=1, max_length=64)


class SelfCertification(Body):
    """A person certified by face or video, which an app asserts, or at a counter.

    `reference` is the proof's own id at a counter; of an app it is the assertion's nonce.
    """

    person: PersonIdText
    method: Method
    reference: (
        Annotated[
            str,
            Field(min_length=4, max_length=64, pattern=r"^[A-Za-z0-9._:/-]+$"),
            AfterValidator(names_nobody),
        ]
        | None
    ) = None
    assertion: Annotated[str, Field(max_length=4096, pattern=r"^[A-Za-z0-9._-]+$")] | None = None


class Meeting(Body):
    """Somebody of the grid was met face to face, whether or not a visit had been ordered."""

    person: PersonIdText
    made_at: Instant
    document_seen: bool = True
    countersigned_by: Subject | None = None  # the grid leader, where no document was seen
    is_relative: bool = False  # of the worker


class Refusal(Body):
    """Why a line is struck from a suspension list."""

    reason: Annotated[PlainText, Field(min_length=2, max_length=200)]


class FileDecision(Body):
    """Why a held file is released, or sent back."""

    reason: Annotated[PlainText, Field(min_length=2, max_length=200)]


class LimitLift(Body):
    """Why a month may suspend more than the limit."""

    reason: Annotated[PlainText, Field(min_length=2, max_length=200)]


class ObjectionReport(Body):
    """Who objects to what; their own words stay on paper."""

    person: PersonIdText
    about: ObjectionAbout
    benefit: Annotated[str, Field(pattern=r"^[a-z_]{1,64}$")] | None = None  # whose recovery; none: of all


class StopAsked(Body):
    """Which of their benefits the person no longer wants; nobody asks why."""

    person: PersonIdText
    benefit: Annotated[str, Field(pattern=r"^[a-z_]{1,64}$")]


class ObjectionDecision(Body):
    """Whether an objection is right, and why."""

    upheld: bool
    reason: Annotated[PlainText, Field(min_length=2, max_length=200)]


class DoubtReport(Body):
    """Which result an authority doubts, and why; the person may read it."""

    person: PersonIdText
    benefit: Annotated[str, Field(pattern=r"^[a-z_]{1,64}$")]
    reason: Annotated[PlainText, Field(min_length=2, max_length=200)]
    since: Day | None = None  # from when on they would not be entitled; none: from today


class RestartReport(Body):
    """What somebody has shown by which what ended a payment is over; their own words stay on paper."""

    person: PersonIdText
    benefit: Annotated[str, Field(pattern=r"^[a-z_]{1,64}$")]
    paper: Paper
    since: Day  # that the document names: of the release, of the card, of the grant


class JoiningDoubt(Body):
    """Which two numbers, joined as one person's, may be two people's, and what has shown it."""

    person: PersonIdText
    other: PersonIdText
    reason: Annotated[PlainText, Field(min_length=2, max_length=200)]


class SuspicionReport(Body):
    """What a person found out about a suspicion."""

    confirmed: bool
    verification: Verification
    since: Day | None = None  # of a restart: the day that its document names


AboutPerson = (
    Meeting | SelfCertification | ObjectionReport | DoubtReport | RestartReport | JoiningDoubt | StopAsked
)
"""The bodies that name the person whom a request is about."""

B = TypeVar("B", bound=Body)


def read_body(raw: bytes, model: type[B]) -> B:
    """The body as its model; Problem 413 or 422 if it is none."""
    document = parse_json(raw) if raw or model is not NoBody else {}
    try:
        return model.model_validate_json(json.dumps(document))
    except ValidationError as error:
        raise invalid(*(_field_error(dict(detail)) for detail in error.errors()[:20])) from None


def parse_json(raw: bytes) -> Any:
    """The JSON value that some bytes hold, within limits; Problem 413 or 422."""
    if len(raw) > LONGEST:
        raise Problem("too_large")
    try:
        document = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise invalid(_at("", "not_utf8")) from None
    except (ValueError, RecursionError):
        raise invalid(_at("", "not_json")) from None
    for depth, value in _values(document):
        if depth > DEEPEST:
            raise invalid(_at("", "too_deep"))
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            raise invalid(_at("", "not_unicode"))
    return document


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key given twice means two things")
    return result


def _values(document: Any) -> Iterator[tuple[int, Any]]:
    """Every key and value with its depth, without recursion."""
    waiting = [(1, document)]
    while waiting:
        depth, value = waiting.pop()
        yield depth, value
        if isinstance(value, dict):
            waiting.extend((depth + 1, item) for item in value)
            waiting.extend((depth + 1, item) for item in value.values())
        elif isinstance(value, list):
            waiting.extend((depth + 1, item) for item in value)


# --- what is wrong, in words -----------------------------------------------------------------

_WORDS: Final = {
    "assertion_needed": (
        "刷脸、视频认证须附认证应用签名的断言；没有断言的，请到窗口或预约上门办理。",
        "a face or a video needs an assertion signed by the app that checked it; without one certify at a "
        "counter or at a visit",
    ),
    "assertion_malformed": (
        "断言不完整：须为JWS，并含 iss、aud、sub、method、iat、nonce。",
        "is no JWS with iss, aud, sub, method, iat (seconds) and nonce (8 to 64 characters)",
    ),
    "assertion_key": (
        "断言的签名密钥（kid）未登记，或不属于该应用。",
        "is signed by a key (kid) that is not registered for this app",
    ),
    "assertion_signature": ("断言的签名不正确。", "has a signature that does not hold"),
    "assertion_audience": ("断言不是出具给本平台的（aud）。", "is not meant for this platform (aud)"),
    "assertion_person": ("断言所指的不是此人（sub）。", "is about somebody else (sub)"),
    "assertion_method": ("断言的认证方式与请求不一致（method）。", "is of another method"),
    "assertion_old": ("断言已过时效，请重新认证。", "is too old: check the person again"),
    "assertion_early": ("断言的时间晚于现在（iat）。", "is of an instant still to come (iat)"),
    "identifying": ("此处不得填写身份证号或手机号。", "must hold no identity number and no phone number"),
    "not_for_this_role": ("只能由服务窗口工作人员登记。", "is for officers at a counter only"),
    "not_in_range": ("不在允许的时间范围内。", "lies outside the time allowed"),
    "only_about_recovery": ("仅在对追回提出异议时填写。", "belongs only to an objection to a recovery"),
    "a_relative": (
        "亲属不能作为上门人员认证本人，请另派人员。",
        "a relative of the person may not certify them",
    ),
    "not_by_oneself": ("须由网格长等其他人员会签。", "is for somebody else, the grid leader, to sign"),
    "no_document": (
        "未查验证件的，须由网格长会签。",
        "where no document was seen, the grid leader has to countersign",
    ),
    "only_if_deceased": ("仅在结果为去世时填写。", "belongs only to the outcome deceased"),
    "only_if_not_met": ("仅在未见到本人时填写。", "belongs only to a visit that did not meet the person"),
    "only_if_refused": ("仅在结果为拒绝时填写。", "belongs only to the outcome refused"),
    "not_json": ("不是有效的JSON。", "is not valid JSON"),
    "not_one_of": ("不在可选值之内：", "must be one of: "),
    "not_unicode": ("含有无效字符。", "holds characters that are not Unicode"),
    "not_utf8": ("请使用UTF-8编码。", "is not UTF-8"),
    "required": ("必填。", "is required"),
    "shape": ("格式不正确。", "has the wrong format"),
    "too_deep": ("嵌套过深。", "is nested too deeply"),
    "too_long": ("过长。", "is too long"),
    "too_short": ("过短。", "is too short"),
    "unknown_field": ("含有未知字段。", "holds an unknown field"),
    "wrong_type": ("类型不正确。", "has the wrong type"),
}

_CODE_OF: Final = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "enum": "not_one_of",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "identifying": "identifying",
}


def _field_error(detail: dict[str, Any]) -> FieldError:
    """Our word for what pydantic found; the place of an unknown field is its parent's."""
    kind, place = str(detail["type"]), tuple(detail["loc"])
    code = _CODE_OF.get(kind, "wrong_type" if kind.endswith("_type") else "shape")
    if code == "unknown_field":
        place = place[:-1]
    pointer = "".join(f"/{part}" for part in place)
    error = _at(pointer, code)
    if code != "not_one_of":
        return error
    expected = str(detail["ctx"]["expected"]).replace("'", "")
    return FieldError(code, error.zh + expected, error.en + expected, pointer=pointer)


def _at(pointer: str, code: str) -> FieldError:
    zh, en = _WORDS[code]
    return FieldError(code, zh, en, pointer=pointer)


def field_error(pointer: str, code: str) -> FieldError:
    """An error about a field that only an endpoint can find."""
    return _at(pointer, code)
