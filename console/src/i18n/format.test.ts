import { describe, expect, it } from "vitest";
import { day, instant, month, yuan } from "./format";

describe("days, months and money", () => {
  it("are written as people write them", () => {
    expect(day("2025-11-29", "zh")).toBe("2025年11月29日");
    expect(day("2025-11-09T20:15:00+08:00", "en")).toBe("9 November 2025");
    expect(instant("2025-07-01T09:30:00+08:00", "zh")).toBe("2025年7月1日 09:30");
    expect(month("2025-08", "en")).toBe("August 2025");
    expect(yuan(2817480, "zh")).toBe("28,174.80元");
  });
  it("are a dash where there are none", () => {
    expect(day(null, "zh")).toBe("—");
    expect(yuan(null, "en")).toBe("—");
  });
});
