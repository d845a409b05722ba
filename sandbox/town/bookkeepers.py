"""Bookkeepers: what was paid too much comes back step by step, and what heirs are owed is paid against proof.

Most households say yes and pay at once; some never answer, and are decided about when their term is over;
some pay in parts, and of some nothing can be asked: two people who had no part in it write that off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from chalicelib.model import BenefitCode
from sandbox.town.api_client import Badge
from sandbox.town.context import Scene
from sandbox.town.seeded_random import chance

IN_PARTS: Final = "repays_in_parts"
IN_NEED: Final = "cannot_repay"
SILENT: Final = 0.15  # households that never answer
FUNERAL_GRANT: Final = 10_000  # fen still to be paid, where the benefit allows to set that off
PARTS: Final = 3
HEIRS_COME: Final = timedelta(14)  # after the letter


@dataclass
class Bookkeepers:
    """One for each authority and county, and two who have no part in what is recovered."""

    scene: Scene
    authorities: tuple[str, ...]
    sets_off: Mapping[BenefitCode, bool]  # benefit -> whether it declares what may be set off

    def go_through(self, county: str) -> None:
        """Once a week: each line goes one step on, as far as the household lets it."""
        for authority in self.authorities:
            keeper = Badge("officer", f"{authority}-bookkeeper-{county}", county, authority=authority)
            for line in list(self.scene.desk.lines(keeper, "/v1/recoveries", county)):
                self._go_on(keeper, line)
            for line in list(self.scene.desk.lines(keeper, "/v1/owed-to-heirs", county)):
                if self.scene.today >= date.fromisoformat(line["opened"]) + HEIRS_COME:
                    shown = {"proof": "kinship", "reference": f"file-{line['opened']}"}
                    self.scene.desk.post(keeper, f"/v1/owed-to-heirs/{line['id']}/release", shown)

    def _go_on(self, keeper: Badge, line: dict[str, Any]) -> None:
        where = f"/v1/recoveries/{line['id']}"
        person = self.scene.person(str(line["person"]))
        if line["to_refund_fen"]:
            self._money(keeper, line, f"{where}/refunds", int(line["to_refund_fen"]))
            return
        match line["state"]:
            case "hearing":
                self._hear(keeper, line, where, person.kind)
            case "decided":
                self.scene.desk.post(keeper, f"{where}/demand", {})
            case "demanded" if person.kind == IN_NEED:
                self._write_off(keeper, where)
            case "demanded" if person.kind == IN_PARTS and not line["instalments"]:
                first = {"number": PARTS, "first": f"{self.scene.today + timedelta(30)}"}
                self.scene.desk.post(keeper, f"{where}/instalments", first)
            case "demanded":
                self._pay(keeper, line, where)

    def _hear(self, keeper: Badge, line: dict[str, Any], where: str, kind: str) -> None:
        if line["asked"] is None:
            return
        if line["answer"] is None and self._answers(line):
            self.scene.desk.post(keeper, f"{where}/hearing", {"answer": "hardship" if kind else "accepted"})
        elif line["overdue"]:
            sent = {"reason": "离世或停发之后的月份", "reference": f"d-{self.scene.today}"}
            grant = FUNERAL_GRANT if self.sets_off[BenefitCode(line["benefit"]["benefit"])] else 0
            self.scene.desk.post(keeper, f"{where}/decision", {**sent, "funeral_grant_fen": grant})

    def _answers(self, line: dict[str, Any]) -> bool:
        return chance(self.scene.town.seed, "answers", line["id"]).random() >= SILENT

    def _pay(self, keeper: Badge, line: dict[str, Any], where: str) -> None:
        """The whole at once, or the part that is due next."""
        left = int(line["left_fen"])
        if not line["instalments"]:
            self._money(keeper, line, f"{where}/repayments", left)
        elif self.scene.today + timedelta(7) > date.fromisoformat(line["next_day"]):
            self._money(keeper, line, f"{where}/repayments", min(left, int(line["instalments"][0]["fen"])))

    def _money(self, keeper: Badge, line: dict[str, Any], where: str, fen: int) -> None:
        """Recorded twice, as clerks do: the second time changes nothing."""
        sent = {"fen": fen, "on": f"{self.scene.today}", "reference": f"bank-{self.scene.today}"}
        for _ in range(2):
            done = self.scene.desk.post(keeper, where, sent)
        if done is not None and where.endswith("repayments"):
            key = str(line["id"])
            self.scene.diary.repaid[key] = self.scene.diary.repaid.get(key, 0) + fen

    def _write_off(self, keeper: Badge, where: str) -> None:
        for step, sent in (
            ("closing", {"how": "written_off", "reason": "家庭困难，入户核实"}),
            ("closing/approve", {}),
        ):
            name = f"{step.replace('/', '-')}-{keeper.area}"
            other = Badge("officer", name, keeper.area, authority=keeper.authority)
            self.scene.desk.post(other, f"{where}/{step}", sent)
