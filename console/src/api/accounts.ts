// Accounts of those who serve: who holds which post, for how long, on whose word.
import { client } from "./client";
import { answered } from "./problems";
import type { components } from "./schema";

export type Account = components["schemas"]["Account"];
export type AccountGrant = components["schemas"]["AccountGrant"];

const keyed = () => ({ header: { "Idempotency-Key": crypto.randomUUID() } });

export const accounts = (cursor?: string) =>
  answered(client.GET("/v1/accounts", { params: { query: { cursor } } }));
export const grantAccount = (body: AccountGrant) =>
  answered(client.POST("/v1/accounts", { params: keyed(), body }));
export const approveAccount = (id: string) =>
  answered(client.POST("/v1/accounts/{id}/approve", { params: { path: { id }, ...keyed() } }));
export const endAccount = (id: string, reason: string) =>
  answered(client.POST("/v1/accounts/{id}/end", { params: { path: { id }, ...keyed() }, body: { reason } }));
