// The shapes of answers, as docs/api.md tells them. Days are "2025-07-01", money is whole fen.

/** A text in both languages. */
export interface Said {
  zh: string;
  en: string;
}

export interface Reason extends Said {
  code: string;
  rule: string | null;
}

export interface PageOf<Item> {
  items: Item[];
  next: string | null;
}

export interface BenefitTitle {
  benefit: string;
  title: Said;
}

export interface BenefitStatus extends BenefitTitle {
  authority: string;
  route: string | null;
  status: "active" | "expired_still_paid" | "suspended" | "paused" | "terminated";
  stopped_from: string | null;
  valid_until_at_least: string;
  what_holds: Said;
  what_to_do: Said;
  why: Reason[];
}

export interface Verifying {
  benefit: string | null;
  kind: string;
  opened: string;
  verify_by: string;
  why: Reason;
}

export interface OpenObjection {
  about: string;
  benefit: string | null;
  decide_by: string;
  holds: boolean;
  raised: string;
  what_happens: Said;
}

export interface Notice {
  channel: string;
  day: string;
  document: string | null;
  left_on: string | null;
  state: string;
  template: string;
  text: string;
}

export interface PersonStatus {
  person: string;
  as_of: string;
  benefits: BenefitStatus[];
  case: { check_code: string; days_left: number; deadline: string; due: string; since: string; state: string } | null;
  verifying: Verifying[];
  objections: OpenObjection[];
  notices: Notice[];
  hotline: string;
}

/** Whatever concerns somebody in a work list. */
export interface AboutSomebody {
  id: string;
  person: string;
  area: string;
  name: string;
}

export interface VisitMade {
  by: string;
  made: string;
  notice_left: boolean;
  outcome: string;
}

export interface SignOfLife extends Said {
  day: string;
  feed: string;
  event: string;
}

export interface Proposal extends AboutSomebody {
  approved_by: string | null;
  approved_for: string[];
  benefits: BenefitTitle[];
  confirmed_by: string | null;
  due: string;
  effective: string | null;
  proposed: string;
  signs_of_life: SignOfLife[];
  state: "proposed" | "confirmed" | "approved" | "refused";
  valid_until: Record<string, string>;
  visits: VisitMade[];
  why: Reason[];
}

export interface Suspicion extends AboutSomebody {
  about: string | null;
  approved_by: string | null;
  benefit: string | null;
  confirmed_by: string | null;
  day: string;
  denied_by: string | null;
  kind: string;
  level: number;
  opened: string;
  raised_by: string | null;
  state: string;
  verify_by: string;
  why: Reason;
}

export interface Objection extends AboutSomebody {
  about: string;
  benefit: string | null;
  decide_by: string;
  decided: string | null;
  decided_by: string | null;
  holds: boolean;
  level: number;
  raised: string;
  raised_by: string;
  state: string;
}

export interface Visit extends AboutSomebody {
  due: string;
  grid: string;
  key_groups: string[];
  manner: "any_time" | "evening_or_weekend" | "somebody_close";
  not_before: string;
  purpose: string;
  why: Reason[];
}

export interface Limit {
  average_of_months_before: number;
  benefit: string;
  county: string;
  id: string;
  lifted: { at: string; by: string; reason: string; up_to: number } | null;
  lines: number;
  month: string;
  most: number;
  paid: number | null;
  state: "within" | "exceeded" | "lifted";
  title: Said;
  what_to_do: Said;
}

export interface FileCounts {
  rows: number;
  accepted: number;
  rejected: number;
  strangers: number;
  superseded: number;
}

export interface DroppedFile {
  id: string;
  department: string;
  feed: string;
  day: string;
  received: string;
  finished: string | null;
  state: "received" | "held" | "released" | "loaded" | "refused" | "superseded" | "dead";
  counts: FileCounts | null;
  certified: number;
  changed: number | null;
  changed_nothing: Record<string, number> | null;
  stages: { at: string; by: string; reason: string; state: string }[];
  why: Reason | null;
}

export interface Feed {
  feed: string;
  title: Said;
  department: string;
  state: "on_time" | "due" | "late" | "missing" | "held";
  days_late: number;
  next_due: string | null;
  coverage: { alone: number; certified: number } | null;
  last: { rows?: number; rejected_share?: number } | null;
}

export interface Feeds {
  as_of: string;
  coverage_as_of: string | null;
  recipients: number;
  items: Feed[];
}

export interface AuditEntry {
  action: string;
  actor: string;
  at: string;
  details: Record<string, unknown>;
  sequence: number;
  hash: string;
}

export interface AuditTrail extends PageOf<AuditEntry> {
  chain_holds?: boolean;
}

export interface Statistics {
  as_of: string | null;
  recipients: number;
  entitlements: number;
  route: Record<string, number>;
  status: Record<string, number>;
  case_state: Record<string, number>;
  suspicion: Record<string, number>;
  county: Record<string, number>;
}
