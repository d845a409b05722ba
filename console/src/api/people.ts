// People by area, benefit, status, route and end; and everything about one of them.
import type { BenefitStatus, BenefitTitle, OpenObjection, PageOf, PersonStatus, Reason, Said } from "./answers";
import { client } from "./client";
import type { PeopleQuery } from "./coming";
import { answered } from "./problems";

export interface Listed {
  person: string;
  name: string;
  area: string;
  grid: string;
  key_groups: string[];
  benefits: (BenefitTitle & {
    authority: string;
    status: BenefitStatus["status"];
    valid_until_at_least: string;
    route: string | null;
  })[];
  case: { state: string; due: string } | null;
  suspicions: number;
  deceased_on: string | null;
}

export interface EvidenceShown {
  day: string;
  feed: string;
  event: string;
  title: Said;
  department: string;
  proves: string;
  strength: "strong" | "weak" | null;
  trace: string | null;
  counts: { benefit: string; why: Reason }[];
}

export interface Portrait extends Omit<PersonStatus, "benefits"> {
  benefits: (BenefitStatus & { fen: number | null; since: string; payee: string })[];
  evidence: EvidenceShown[];
  payments: { month: string; benefit: string; due_fen: number | null; paid_fen: number }[];
  objections: OpenObjection[];
  looks: { at: string; actor: string; what: string; role: string | null; area: string | null }[];
}

export const people = (query: PeopleQuery) =>
  answered<PageOf<Listed>>(client.GET("/v1/people", { params: { query } }));
export const portrait = (id: string) =>
  answered<Portrait>(client.GET("/v1/persons/{id}/portrait", { params: { path: { id } } }));
