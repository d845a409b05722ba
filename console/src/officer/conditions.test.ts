import { describe, expect, it } from "vitest";
import type { PersonStatus, Proposal } from "../api/answers";
import { conditionsOf } from "./conditions";

const visit = (day: string, notice_left = false) => ({
  by: "worker",
  made: `${day}T10:00:00+08:00`,
  notice_left,
  outcome: "not_found" as const,
});
const LINE: Proposal = {
  id: "p.1",
  person: "p",
  area: "341602001001",
  name: "孟*0",
  approved_by: null,
  approved_for: [],
  benefits: [],
  confirmed_by: null,
  due: "2025-06-30",
  effective: null,
  fen: {},
  proposed: "2025-07-20",
  signs_of_life: [],
  state: "proposed",
  valid_until: { resident_pension: "2025-06-30" },
  visits: [visit("2025-07-01"), visit("2025-07-11"), visit("2025-07-14")],
  why: [],
};
const STATUS: PersonStatus = {
  person: "p",
  as_of: "2025-07-21",
  benefits: [],
  case: null,
  verifying: [],
  objections: [],
  stop_requests: [],
  notices: [],
  hotline: "12333",
};
const standings = (line: Proposal, status: PersonStatus | null) =>
  conditionsOf(line, status)
    .map((each) => `${each.letter} ${each.standing}`)
    .join(", ");

describe("the conditions of rule 10", () => {
  it("are open where nobody was told, whatever was visited", () => {
    expect(standings(LINE, STATUS)).toBe("a met, b open, c met, d met, e unknown, f open");
  });
  it("count a notice left at the door as told", () => {
    const left = { ...LINE, visits: [visit("2025-07-01", true), visit("2025-07-11"), visit("2025-07-14")] };
    expect(conditionsOf(left, STATUS)[1]?.standing).toBe("met");
  });
  it("count days, not knocks", () => {
    const twice = { ...LINE, visits: [visit("2025-07-01"), visit("2025-07-01"), visit("2025-07-14")] };
    expect(conditionsOf(twice, STATUS)[2]).toMatchObject({ standing: "open", values: { n: 2 } });
  });
  it("are not met while something is being verified, and unknown before that is known", () => {
    const objection = {
      about: "suspension" as const,
      benefit: null,
      decide_by: "2025-08-01",
      holds: true,
      raised: "2025-07-20",
      what_happens: { zh: "", en: "" },
    };
    expect(conditionsOf(LINE, { ...STATUS, objections: [objection] })[3]?.standing).toBe("open");
    expect(conditionsOf(LINE, null)[3]?.standing).toBe("unknown");
  });
  it("need the period to be over", () => {
    expect(conditionsOf(LINE, { ...STATUS, as_of: "2025-06-30" })[0]?.standing).toBe("open");
  });
});
