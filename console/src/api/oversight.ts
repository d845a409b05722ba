// Figures, reports and accounts: what those read who look at the whole.
import type { BenefitTitle, PageOf, Said, Statistics } from "./answers";
import { client } from "./client";
import { answered } from "./problems";

export interface Difference {
  person: string;
  area: string;
  benefit: BenefitTitle;
  due: number;
  paid: number;
  owed: number;
  difference: number;
  kind: string;
  title: Said;
  what_to_do: Said;
}

export interface Reconciliation extends PageOf<Difference> {
  month: string;
  made_on: string;
}

export interface Account {
  id: string;
  subject: string;
  post: string;
  role: string;
  authority: string | null;
  area: string;
  from: string;
  until: string;
  state: "proposed" | "active" | "ended" | "expired";
  granted_by: string;
  approved_by: string | null;
  ended_by: string | null;
}

export const statistics = () => answered<Statistics>(client.GET("/v1/stats", {}));
export const reconciliation = (month?: string, cursor?: string) =>
  answered<Reconciliation>(client.GET("/v1/reconciliation", { params: { query: { month, cursor, limit: 100 } } }));
export const accounts = (cursor?: string) =>
  answered<PageOf<Account>>(client.GET("/v1/accounts", { params: { query: { cursor } } }));
