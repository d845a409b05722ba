import { describe, expect, it } from "vitest";
import { endOfMonth } from "./oversight";

describe("the ends of the last months", () => {
  it("is today of this month, and the last day of those before", () => {
    expect([0, 1, 2, 3].map((back) => endOfMonth("2025-03-14", back))).toEqual([
      "2025-03-14",
      "2025-02-28",
      "2025-01-31",
      "2024-12-31",
    ]);
  });
});
