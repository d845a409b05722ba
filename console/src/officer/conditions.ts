// What a suspension needs (rule 10), one by one, as far as a line and the person's status show it.
// It is shown to people who decide; whether a line may go on is the platform's to say.
import type { PersonStatus, Proposal } from "../api/answers";

export type Standing = "met" | "open" | "unknown";

export interface Condition {
  letter: "a" | "b" | "c" | "d" | "e" | "f";
  standing: Standing;
  /** A text below `conditions`, and what it is filled with. Days are still days of the API. */
  text: string;
  values: Record<string, string | number>;
}

export const VISITS_NEEDED = 3;
const REMINDING = new Set(["remind", "remind_again"]);

export function conditionsOf(line: Proposal, status: PersonStatus | null): Condition[] {
  return [ended(line, status), told(line, status), visited(line), unopposed(status), matched(), decided(line)];
}

function ended(line: Proposal, status: PersonStatus | null): Condition {
  const last = Object.values(line.valid_until).sort().at(-1) ?? line.due;
  const on = status?.as_of ?? line.proposed;
  return { letter: "a", standing: last < on ? "met" : "open", text: "aText", values: { day: last } };
}

function told(line: Proposal, status: PersonStatus | null): Condition {
  const left = line.visits.filter((visit) => visit.notice_left).length;
  if (left > 0) return { letter: "b", standing: "met", text: "bLeft", values: { n: left } };
  const reminders = (status?.notices ?? []).filter((notice) => REMINDING.has(notice.template));
  const best = reminders.find((each) => each.state === "delivered" || each.left_on !== null) ?? reminders[0];
  if (!best) return { letter: "b", standing: status ? "open" : "unknown", text: "bNone", values: {} };
  const isDelivered = best.state === "delivered" || best.left_on !== null;
  return { letter: "b", standing: isDelivered ? "met" : "open", text: "bSent", values: { state: best.state } };
}

function visited(line: Proposal): Condition {
  const days = new Set(line.visits.map((visit) => visit.made.slice(0, 10)));
  return {
    letter: "c",
    standing: days.size >= VISITS_NEEDED ? "met" : "open",
    text: "cText",
    values: { n: days.size },
  };
}

function unopposed(status: PersonStatus | null): Condition {
  if (status === null) return { letter: "d", standing: "unknown", text: "dNone", values: {} };
  const suspicions = status.verifying.length;
  const objections = status.objections.length;
  if (suspicions + objections === 0) return { letter: "d", standing: "met", text: "dNone", values: {} };
  return { letter: "d", standing: "open", text: "dText", values: { s: suspicions, o: objections } };
}

function matched(): Condition {
  return { letter: "e", standing: "unknown", text: "eText", values: {} };
}

function decided(line: Proposal): Condition {
  if (line.approved_by !== null)
    return { letter: "f", standing: "met", text: "fApproved", values: { by: line.approved_by } };
  if (line.confirmed_by !== null)
    return { letter: "f", standing: "open", text: "fConfirmed", values: { by: line.confirmed_by } };
  return { letter: "f", standing: "open", text: "fNobody", values: {} };
}
