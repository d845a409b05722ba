// What was paid too much and is to come back: the words of officers, in the order of the law.
import { client } from "./client";
import { answered } from "./problems";
import { decided } from "./requests";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Recovery = Schemas["RecoveryInList"];
export type HearingAnswer = Schemas["HearingReport"]["answer"];
export type HowClosed = Schemas["ClosingProposal"]["how"];

export const recoveries = (query: { overdue?: "true"; cursor?: string }) =>
  answered(client.GET("/v1/recoveries", { params: { query } }));

export const recordHearing = (id: string, answer: HearingAnswer) =>
  answered(client.POST("/v1/recoveries/{id}/hearing", { ...decided(id), body: { answer } }));
export const decideRecovery = (id: string, body: Schemas["RecoveryDecision"]) =>
  answered(client.POST("/v1/recoveries/{id}/decision", { ...decided(id), body }));
export const demandRecovery = (id: string) => answered(client.POST("/v1/recoveries/{id}/demand", decided(id)));
export const agreeInstalments = (id: string, body: Schemas["InstalmentPlan"]) =>
  answered(client.POST("/v1/recoveries/{id}/instalments", { ...decided(id), body }));
export const recordRepayment = (id: string, body: Schemas["MoneyReport"]) =>
  answered(client.POST("/v1/recoveries/{id}/repayments", { ...decided(id), body }));
export const recordRefund = (id: string, body: Schemas["MoneyReport"]) =>
  answered(client.POST("/v1/recoveries/{id}/refunds", { ...decided(id), body }));
export const proposeClosing = (id: string, body: Schemas["ClosingProposal"]) =>
  answered(client.POST("/v1/recoveries/{id}/closing", { ...decided(id), body }));
export const approveClosing = (id: string) =>
  answered(client.POST("/v1/recoveries/{id}/closing/approve", decided(id)));
