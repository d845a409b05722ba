// What a grid worker reads and reports.
import type { Meeting, Recipient, Visit, VisitReport } from "./answers";
import { client } from "./client";
import { people } from "./people";
import { answered } from "./problems";
import { decided, keyed, whole } from "./requests";

const LIMIT = 200;

/** The whole list of the caller's area: a grid has some ten people, a village some hundred visits at most. */
export async function myVisits(): Promise<Visit[]> {
  const visits = (cursor?: string) =>
    answered(client.GET("/v1/visits", { params: { query: { limit: LIMIT, cursor } } }));
  return (await whole(visits, 5 * LIMIT)).items;
}

/** Everybody of the caller's own area, with what they draw and until when. */
export async function myPeople(): Promise<Recipient[]> {
  return (await whole((cursor) => people({ limit: LIMIT, cursor }), 20 * LIMIT)).items;
}

export const reportMeeting = (body: Meeting, key: string) =>
  answered(client.POST("/v1/visits", { ...keyed(key), body }));
export const reportVisit = (id: string, body: VisitReport, key: string) =>
  answered(client.POST("/v1/visits/{id}/outcome", { ...decided(id, key), body }));
