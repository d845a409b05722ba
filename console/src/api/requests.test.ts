import { describe, expect, it } from "vitest";
import { keyed, whole } from "./requests";

const PAGES: Record<string, { items: number[]; next: string | null; holds: boolean }> = {
  "": { items: [1, 2], next: "a", holds: false },
  a: { items: [], next: "b", holds: false },
  b: { items: [3, 4], next: null, holds: true },
};
const page = (cursor = "") => {
  const found = PAGES[cursor];
  return found ? Promise.resolve(found) : Promise.reject(new Error(cursor));
};

describe("a list to its end", () => {
  it("goes on behind a page that holds fewer or none, and says the rest as its last page does", async () => {
    expect(await whole(page, 100)).toEqual({ items: [1, 2, 3, 4], next: null, holds: true });
  });
  it("ends where it would grow past what a screen can show", async () => {
    expect((await whole(page, 2)).items).toEqual([1, 2]);
  });
});

it("gives each request a key of its own, or that of a finding", () => {
  const key = () => keyed().params.header["Idempotency-Key"];
  expect(key()).not.toBe(key());
  expect(keyed("found").params.header["Idempotency-Key"]).toBe("found");
});
