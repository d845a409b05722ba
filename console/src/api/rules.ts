// The rules: what holds on a day and which line says it; changes, from a draft to a day in force.
import { client } from "./client";
import { answered } from "./problems";
import { about, decided, keyed } from "./requests";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type RulesOfBenefit = Schemas["RulesOfBenefit"];
export type RuleChange = Schemas["RuleChange"];
export type RuleChangeShown = Schemas["RuleChangeWithEffects"];
export type RuleDraft = Schemas["RuleDraft"];

export const rules = (on?: string) => answered(client.GET("/v1/rules", { params: { query: { on } } }));
export const rulesOf = (id: string, on?: string) =>
  answered(client.GET("/v1/rules/{id}", { params: { path: { id }, query: { on } } }));
export const changes = () => answered(client.GET("/v1/rule-changes", {}));
export const change = (id: string) => answered(client.GET("/v1/rule-changes/{id}", about(id)));
export const report = (id: string) =>
  answered(client.GET("/v1/rule-changes/{id}/report", { ...about(id), parseAs: "text" }));
export const draft = (body: RuleDraft) => answered(client.POST("/v1/rule-changes", { ...keyed(), body }));
export const rehearse = (id: string) => answered(client.POST("/v1/rule-changes/{id}/rehearse", decided(id)));
export const propose = (id: string) => answered(client.POST("/v1/rule-changes/{id}/propose", decided(id)));
export const approve = (id: string, report: string) =>
  answered(client.POST("/v1/rule-changes/{id}/approve", { ...decided(id), body: { report } }));
export const activate = (id: string, since: string) =>
  answered(client.POST("/v1/rule-changes/{id}/activate", { ...decided(id), body: { since } }));
