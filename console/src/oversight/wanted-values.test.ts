import { expect, it } from "vitest";
import { keysOf, sharedOf } from "./wanted-values";

const value = (key: string, file: string) => ({ key, value: "1", file, line: 1, source: "" });
const VALUES = [
  value("from", "benefits/resident_pension.yaml"),
  value("reviewed.by", "benefits/resident_pension.yaml"),
  value("amount.bands", "benefits/resident_pension.yaml"),
  value("amount.where", "benefits/resident_pension.yaml"),
  value("cutoff_day", "policy.yaml"),
  value("recovery.offset", "policy.yaml"),
];

it("a key is offered once, and not what a version says of itself", () => {
  expect(keysOf(VALUES)).toEqual(["amount", "cutoff_day", "recovery"]);
});
it("what most benefits share is what stands in the policy's file", () => {
  expect(keysOf(sharedOf(VALUES))).toEqual(["cutoff_day", "recovery"]);
});
