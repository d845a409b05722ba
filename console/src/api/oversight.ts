// Figures and reports: what those read who look at the whole.
import type { Statistics } from "./answers";
import { client } from "./client";
import { answered, asProblem } from "./problems";

export const statistics = (area?: string, asOf?: string) =>
  answered(client.GET("/v1/stats", { params: { query: { area, as_of: asOf } } }));

/** The figures of the ends of the last months, oldest first; months without any are left out. */
export async function trend(area: string | undefined, today: string, months = 6): Promise<Statistics[]> {
  const ends = Array.from({ length: months }, (_, back) => endOfMonth(today, months - 1 - back));
  const told = await Promise.all(ends.map((day) => statistics(area, day).catch(ifNone)));
  const found = told.filter((each): each is Statistics => each !== null && each.as_of !== null);
  return found.filter((each, place) => each.as_of !== found[place - 1]?.as_of);
}

/** Of a day without figures the platform says 404; any other problem stays one. */
function ifNone(error: unknown): null {
  if (asProblem(error).status === 404) return null;
  throw error;
}

/** The last day of the month so many months ago; of this month, today. */
export function endOfMonth(today: string, back: number): string {
  if (back === 0) return today;
  const [year = 0, month = 1] = today.split("-").map(Number);
  return new Date(Date.UTC(year, month - back, 0)).toISOString().slice(0, 10);
}

export const reconciliation = (month?: string, cursor?: string) =>
  answered(client.GET("/v1/reconciliation", { params: { query: { month, cursor, limit: 100 } } }));
