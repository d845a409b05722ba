import { describe, expect, it, vi } from "vitest";
import { endOfMonth, trend } from "./oversight";

const { GET } = vi.hoisted(() => ({ GET: vi.fn() }));
vi.mock("./client", () => ({ client: { GET } }));

/** The platform has figures of these days; of any other it answers with a status. */
function has(days: string[], otherwise: number): void {
  GET.mockImplementation((_line: string, asked: { params: { query: { as_of: string } } }) => {
    const day = asked.params.query.as_of;
    const isThere = days.includes(day);
    const response = { ok: isThere, status: isThere ? 200 : otherwise };
    return Promise.resolve(isThere ? { data: { as_of: day }, response } : { response });
  });
}

describe("the ends of the last months", () => {
  it("is today of this month, and the last day of those before", () => {
    expect([0, 1, 2, 3].map((back) => endOfMonth("2025-03-14", back))).toEqual([
      "2025-03-14",
      "2025-02-28",
      "2025-01-31",
      "2024-12-31",
    ]);
  });
  it("leaves out a month that has no figures", async () => {
    has(["2025-01-31", "2025-03-14"], 404);
    const months = await trend(undefined, "2025-03-14", 3);
    expect(months.map((each) => each.as_of)).toEqual(["2025-01-31", "2025-03-14"]);
  });
  it("says what went wrong where the platform does not answer", async () => {
    has(["2025-01-31", "2025-03-14"], 503);
    await expect(trend(undefined, "2025-03-14", 3)).rejects.toMatchObject({ problem: { status: 503 } });
  });
});
