import { describe, expect, it } from "vitest";
import type { Recovery } from "../api/recoveries";
import { fenOf, stepsOf } from "./recovery-steps";

const everything = () => true;
const stands = (state: Recovery["state"], more: Partial<Recovery> = {}): Recovery =>
  ({ state, asked: "2025-06-02", answer: null, overdue: false, closing: null, to_refund_fen: 0, ...more }) as Recovery;
const steps = (recovery: Recovery, me = "me") => stepsOf(recovery, me, everything);
const closing = { how: "written_off", reason: "家庭困难", proposed_by: "me", approved_by: null } as const;

describe("what may be done about a recovery", () => {
  it("goes in the order of the law: heard, decided, asked back", () => {
    expect(steps(stands("hearing", { asked: null }))).toEqual([]);
    expect(steps(stands("hearing"))).toEqual(["hearing"]);
    expect(steps(stands("hearing", { answer: "disputed" }))).toEqual(["hearing", "decision"]);
    expect(steps(stands("hearing", { overdue: true }))).toEqual(["hearing", "decision"]);
    expect(steps(stands("decided"))).toEqual(["demand", "repayment", "closing"]);
    expect(steps(stands("demanded"))).toEqual(["instalments", "repayment", "closing"]);
    expect(steps(stands("called_off"))).toEqual([]);
  });
  it("lets another one approve what somebody has proposed to give up", () => {
    expect(steps(stands("demanded", { closing }))).toEqual(["instalments", "repayment"]);
    expect(steps(stands("demanded", { closing }), "another")).toContain("approveClosing");
  });
  it("gives back what came too much, whatever it has come to", () => {
    expect(steps(stands("finished", { to_refund_fen: 100 }))).toEqual(["repayment", "refund"]);
  });
  it("shows nobody what the table of permissions does not give them", () => {
    expect(stepsOf(stands("decided"), "me", (line) => line.endsWith("/demand"))).toEqual(["demand"]);
  });
});

describe("a sum as people write it", () => {
  it.each([
    ["79722.20", 7972220],
    ["0.07", 7],
    ["1.1", 110],
    [" 28174 ", 2817400],
    ["", 0],
    ["-1", 0],
    ["1,000", 0],
    ["1.234", 0],
  ])("%s is %d fen", (text, fen) => {
    expect(fenOf(text)).toBe(fen);
  });
});
