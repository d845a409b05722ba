"""答复 · Forms by which a browser drops files, and where it fetches rejected rows."""

from __future__ import annotations

from datetime import datetime

from chalicelib.api.answers.shared import Answer


class Form(Answer):
    """What a browser sends as multipart/form-data: these fields, then `file`."""

    url: str
    fields: dict[str, str]


class Upload(Answer):
    """Under which key one file may be dropped, by which form, and until when; its manifest likewise."""

    key: str
    file: Form
    manifest: Form
    expires: datetime


class RejectedRows(Answer):
    """Where the rows that went back can be fetched, and until when."""

    url: str
    expires: datetime
