// What authorities are told to pay or to stop, and what is owed to heirs.
import { client } from "./client";
import { answered } from "./problems";
import { decided } from "./requests";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Instruction = Schemas["InstructionToDo"];
export type OwedToHeirs = Schemas["OwedInList"];
export type HeirProof = Schemas["HeirProof"];

export const instructions = (query: { cursor?: string }) =>
  answered(client.GET("/v1/instructions", { params: { query } }));
export const acknowledgeInstruction = (id: string) =>
  answered(client.POST("/v1/instructions/{id}/acknowledge", decided(id)));
export const approveArrears = (id: string) =>
  answered(client.POST("/v1/instructions/{id}/approve", decided(id)));

export const owedToHeirs = (query: { cursor?: string }) =>
  answered(client.GET("/v1/owed-to-heirs", { params: { query } }));
export const releaseToHeirs = (id: string, body: Schemas["HeirsShown"]) =>
  answered(client.POST("/v1/owed-to-heirs/{id}/release", { ...decided(id), body }));
