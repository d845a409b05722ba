// What everybody who serves a person, and the person, reads of them.
import type { AuditTrail } from "./answers";
import { client } from "./client";
import { answered } from "./problems";
import { about, decided, keyed, whole } from "./requests";

export const lookUp = (number: string) =>
  answered(client.POST("/v1/persons:lookup", { body: { number } }));
export const status = (id: string) =>
  answered(client.GET("/v1/persons/{id}/status", about(id)));
/** The receipt to print: one HTML page. */
export const certificate = (id: string) =>
  answered(client.GET("/v1/persons/{id}/certificate", { ...about(id), parseAs: "text" }));

const LIMIT = 200;

/** Every step of somebody's record; `chain_holds` as the last page says it. */
export const wholeTrail = (id: string): Promise<AuditTrail> =>
  whole(
    (cursor) => answered(client.GET("/v1/persons/{id}/audit", { params: { path: { id }, query: { limit: LIMIT, cursor } } })),
    20 * LIMIT,
  );

export const askToStop = (person: string, benefit: string) =>
  answered(client.POST("/v1/stop-requests", { ...keyed(), body: { person, benefit } }));
export const undoStop = (id: string) => answered(client.POST("/v1/stop-requests/{id}/undo", decided(id)));

export const objectTo = (
  person: string,
  about: "suspension" | "termination" | "recovery",
  benefit: string | null,
) => answered(client.POST("/v1/objections", { ...keyed(), body: { person, about, benefit } }));
