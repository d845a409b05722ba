// What everybody who serves a person, and the person, reads of them.
import type { AuditTrail, PersonStatus } from "./answers";
import { client } from "./client";
import { answered } from "./problems";

export const lookUp = (number: string) =>
  answered<{ id: string }>(client.POST("/v1/persons:lookup", { body: { number } }));
export const status = (id: string) =>
  answered<PersonStatus>(client.GET("/v1/persons/{id}/status", { params: { path: { id } } }));
export const audit = (id: string, cursor?: string) =>
  answered<AuditTrail>(
    client.GET("/v1/persons/{id}/audit", { params: { path: { id }, query: { limit: 200, cursor } } }),
  );
/** The receipt to print: one HTML page. */
export const certificate = (id: string) =>
  answered<string>(client.GET("/v1/persons/{id}/certificate", { params: { path: { id } }, parseAs: "text" }));
