// What officers read and decide.
import type { DroppedFile } from "./answers";
import { client } from "./client";
import { answered } from "./problems";
import { about, decided, keyed } from "./requests";
import type { components } from "./schema";

export type Notice = components["schemas"]["NoticeToBring"];

interface Part {
  area?: string;
  limit?: number;
  cursor?: string;
}

const of = (query: Part) => ({ params: { query } });

export const proposals = (part: Part) =>
  answered(client.GET("/v1/suspension-proposals", of(part)));
export const confirmProposal = (id: string) =>
  answered(client.POST("/v1/suspension-proposals/{id}/confirm", decided(id)));
export const approveProposal = (id: string) =>
  answered(client.POST("/v1/suspension-proposals/{id}/approve", decided(id)));
export const refuseProposal = (id: string, reason: string) =>
  answered(client.POST("/v1/suspension-proposals/{id}/refuse", { ...decided(id), body: { reason } }));

export const suspicions = (part: Part) => answered(client.GET("/v1/suspicions", of(part)));
export const reportSuspicion = (
  id: string,
  body: { confirmed: boolean; verification: "document" | "statement" | "visit"; since?: string | null },
) => answered(client.POST("/v1/suspicions/{id}/outcome", { ...decided(id), body }));
export const approveSuspicion = (id: string) =>
  answered(client.POST("/v1/suspicions/{id}/approve", decided(id)));

export type Paper = components["schemas"]["Paper"];

/** What is said of a person at a desk, and opens a question that others decide. */
export const doubtResult = (body: components["schemas"]["DoubtReport"]) =>
  answered(client.POST("/v1/suspicions", { ...keyed(), body }));
export const showPaper = (body: components["schemas"]["RestartReport"]) =>
  answered(client.POST("/v1/restarts", { ...keyed(), body }));

export const endings = (part: Part) => answered(client.GET("/v1/endings", of(part)));
export const approveEnding = (id: string) =>
  answered(client.POST("/v1/endings/{id}/approve", decided(id)));

export const objections = (part: Part) => answered(client.GET("/v1/objections", of(part)));
export const decideObjection = (id: string, body: { upheld: boolean; reason: string }) =>
  answered(client.POST("/v1/objections/{id}/decision", { ...decided(id), body }));

export const visits = (part: Part) => answered(client.GET("/v1/visits", of(part)));
export const notices = (part: Part) => answered(client.GET("/v1/notices", of(part)));
export const leaveNotice = (id: string, left_on: string) =>
  answered(client.POST("/v1/notices/{id}/delivery", { ...decided(id), body: { left_on } }));
export const limits = (part: Part) => answered(client.GET("/v1/suspension-limits", of(part)));
export const liftLimit = (id: string, reason: string) =>
  answered(client.POST("/v1/suspension-limits/{id}/lift", { ...decided(id), body: { reason } }));

export const files = (query: { feed?: string; state?: DroppedFile["state"]; limit?: number; cursor?: string }) =>
  answered(client.GET("/v1/files", { params: { query } }));
export const file = (id: string) =>
  answered(client.GET("/v1/files/{id}", about(id)));
export const releaseFile = (id: string, reason: string) =>
  answered(client.POST("/v1/files/{id}/release", { ...decided(id), body: { reason } }));
export const refuseFile = (id: string, reason: string) =>
  answered(client.POST("/v1/files/{id}/refuse", { ...decided(id), body: { reason } }));
export const feeds = () => answered(client.GET("/v1/feeds", {}));
export const today = (area?: string) => answered(client.GET("/v1/today", { params: { query: { area } } }));
