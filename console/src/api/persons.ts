// What everybody who serves a person, and the person, reads of them.
import type { AuditEntry, AuditTrail } from "./answers";
import { client } from "./client";
import { answered } from "./problems";

export const lookUp = (number: string) =>
  answered(client.POST("/v1/persons:lookup", { body: { number } }));
export const status = (id: string) =>
  answered(client.GET("/v1/persons/{id}/status", { params: { path: { id } } }));
export const audit = (id: string, cursor?: string) =>
  answered(
    client.GET("/v1/persons/{id}/audit", { params: { path: { id }, query: { limit: 200, cursor } } }),
  );
/** The receipt to print: one HTML page. */
export const certificate = (id: string) =>
  answered(client.GET("/v1/persons/{id}/certificate", { params: { path: { id } }, parseAs: "text" }));

const MOST_PAGES = 20;

/** Every step of somebody's record, page by page; `chain_holds` as the last page says it. */
export async function wholeTrail(id: string): Promise<AuditTrail> {
  const items: AuditEntry[] = [];
  let page = await audit(id);
  for (let read = 1; ; read++) {
    items.push(...page.items);
    if (page.next === null || read === MOST_PAGES) return { ...page, items };
    page = await audit(id, page.next);
  }
}

export const askToStop = (person: string, benefit: string) =>
  answered(
    client.POST("/v1/stop-requests", {
      params: { header: { "Idempotency-Key": crypto.randomUUID() } },
      body: { person, benefit },
    }),
  );
export const undoStop = (id: string) =>
  answered(
    client.POST("/v1/stop-requests/{id}/undo", {
      params: { path: { id }, header: { "Idempotency-Key": crypto.randomUUID() } },
    }),
  );

export const objectTo = (
  person: string,
  about: "suspension" | "termination" | "recovery",
  benefit: string | null,
) =>
  answered(
    client.POST("/v1/objections", {
      params: { header: { "Idempotency-Key": crypto.randomUUID() } },
      body: { person, about, benefit },
    }),
  );
