"""异常 · Everything that Wugan raises on purpose.

    WuganError
    ├── DeclarationError      a feed, benefit or policy file is wrong: the build stops, with file and line
    ├── ConflictError         another writer changed the person first: read again, decide again
    │   └── BusyError         it went on like that for some people; everybody else is done
    ├── NotFoundError         no such person, case, visit, proposal, file (or outside the caller's area)
    ├── RefusedError          the request is understood and may not be done (with a code and two sentences)
    ├── NotTakenError         a carrier has certainly not taken a message: the next run tries again
    ├── UnfinishedError       a run over many is done, but for some that failed: each is in the log
    ├── MiscountError         a file's rows do not add up: a defect of ours, nothing of the file may be loaded
    └── UnreadableError       the lake or a file cannot be read now: nothing may be concluded from its absence

Bad data is not here: a bad row is a `Rejection`, a bad file a `Hold`, both values.
"""

from __future__ import annotations

from typing import Final


class WuganError(Exception):
    """Root of the tree; nothing raises it directly."""


class DeclarationError(WuganError):
    """A declaration (YAML) does not say what it must, or says it twice.

    `where` is "file:line"; both appear in the message, so that an officer finds the line.
    """

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where: Final = where
        self.what: Final = what


class ConflictError(WuganError):
    """The person's record moved on while a change was being decided."""


class BusyError(ConflictError):
    """Some records could not be changed because others kept changing them; everybody else is done.

    `people` are whose they are, by opaque id. The work may be done once more.
    """

    def __init__(self, people: frozenset[str]) -> None:
        super().__init__(f"{len(people)} busy records")
        self.people: Final = people


class NotFoundError(WuganError):
    """Nothing by that id, or nothing that this caller may know of."""


class RefusedError(WuganError):
    """An understood request that a rule forbids; `code` is stable, the sentences are for people."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code: Final = code
        self.zh: Final = zh
        self.en: Final = en


class NotTakenError(WuganError):
    """A carrier has certainly not taken a message: it may be handed over again."""


class UnfinishedError(WuganError):
    """A run has left out what failed, so many; everything else of it is done."""

    def __init__(self, text: str, left_out: int = 1) -> None:
        super().__init__(text)
        self.left_out: Final = left_out


class MiscountError(WuganError):
    """Rows of a file are neither accepted, rejected, strangers nor superseded: a defect, never bad data."""


class UnreadableError(WuganError):
    """Evidence that should be there could not be read: wait, do not conclude (rule 11)."""


class MaskedError(WuganError):
    """What a function raised repeated something that may tell who somebody is; this says the rest of it."""
