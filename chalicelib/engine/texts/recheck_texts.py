"""复核文案 · Why a certificate stands on a month's list of rechecks, and what is done about it."""

from __future__ import annotations

from typing import Final

from chalicelib.engine.certification.rule_lines import Bilingual
from chalicelib.engine.suspicion.rechecks import Signal

WHY: Final[dict[Signal, Bilingual]] = {
    Signal.DRAWN: ("人工认证随机抽查", "drawn of the certificates by hand"),
    Signal.DRAWN_OF_SILENT: ("静默认证随机抽查", "drawn of whom data certify"),
    Signal.REFUTED: ("认证日已去世", "had died before that day"),
    Signal.OF_A_REFUTED_AUTHOR: ("同一经办人近期所办", "of an author who was refuted"),
    Signal.SECONDS_APART: ("两次上门间隔过短", "two doors at nearly one instant"),
    Signal.ONE_DEVICE: ("同一设备多人认证", "one device for many people"),
    Signal.SOMEBODY_CLOSE: ("由关系人认证", "certified by somebody close"),
}
_VISITED: Final = ("已派他人上门核实。", "Somebody else has been sent.")
_LOOK: Final = (
    "请核对认证材料，必要时派他人上门；核实前不影响发放。",
    "Look at the material, and send somebody else if need be; payment goes on meanwhile.",
)
TO_DO: Final[dict[Signal, Bilingual]] = {
    signal: _VISITED if signal in (Signal.DRAWN, Signal.DRAWN_OF_SILENT) else _LOOK for signal in Signal
}
