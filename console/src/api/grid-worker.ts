// What a grid worker reads and reports.
import type { PageOf, Visit, VisitReport } from "./answers";
import { client } from "./client";
import { answered } from "./problems";

const MOST = 200;

/** The whole list of the caller's area: a grid has some ten people, a village some hundred visits at most. */
export async function myVisits(): Promise<Visit[]> {
  const found: Visit[] = [];
  let cursor: string | undefined;
  do {
    const page: PageOf<Visit> = await answered(
      client.GET("/v1/visits", { params: { query: { limit: MOST, cursor } } }),
    );
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && found.length < 5 * MOST);
  return found;
}

export const reportVisit = (id: string, body: VisitReport, key: string) =>
  answered(
    client.POST("/v1/visits/{id}/outcome", {
      params: { path: { id }, header: { "Idempotency-Key": key } },
      body,
    }),
  );
