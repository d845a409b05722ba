// What a grid worker reads and reports.
import type { Meeting, PageOf, Recipient, Visit, VisitReport } from "./answers";
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

/** Everybody of the caller's own area, with what they draw and until when. */
export async function myPeople(): Promise<Recipient[]> {
  const found: Recipient[] = [];
  let cursor: string | undefined;
  do {
    const page: PageOf<Recipient> = await answered(
      client.GET("/v1/people", { params: { query: { limit: MOST, cursor } } }),
    );
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && found.length < 20 * MOST);
  return found;
}

export const reportMeeting = (body: Meeting, key: string) =>
  answered(client.POST("/v1/visits", { params: { header: { "Idempotency-Key": key } }, body }));

export const reportVisit = (id: string, body: VisitReport, key: string) =>
  answered(
    client.POST("/v1/visits/{id}/outcome", {
      params: { path: { id }, header: { "Idempotency-Key": key } },
      body,
    }),
  );
