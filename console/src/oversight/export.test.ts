import { expect, it } from "vitest";
import { tableOf } from "./export";

it("writes a table that a spreadsheet reads as it is, and runs nothing of it", () => {
  const text = tableOf([
    ["途径", "静默", "1434"],
    ["=1+1", '说"好"', "-3"],
  ]);
  expect(text).toBe('\uFEFF途径,静默,1434\r\n\'=1+1,"说""好""",-3\r\n');
});
