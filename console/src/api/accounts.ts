// Accounts of those who serve: who holds which post, for how long, on whose word.
import { client } from "./client";
import { answered } from "./problems";
import { decided, keyed } from "./requests";
import type { components } from "./schema";

export type Account = components["schemas"]["Account"];
export type AccountGrant = components["schemas"]["AccountGrant"];

export const accounts = (cursor?: string) =>
  answered(client.GET("/v1/accounts", { params: { query: { cursor } } }));
export const grantAccount = (body: AccountGrant) =>
  answered(client.POST("/v1/accounts", { ...keyed(), body }));
export const approveAccount = (id: string) =>
  answered(client.POST("/v1/accounts/{id}/approve", decided(id)));
export const endAccount = (id: string, reason: string) =>
  answered(client.POST("/v1/accounts/{id}/end", { ...decided(id), body: { reason } }));
