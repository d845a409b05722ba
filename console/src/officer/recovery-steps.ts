// What may be done about a recovery now, and what each step asks for.
import * as api from "../api/recoveries";
import type { HearingAnswer, HowClosed, Recovery } from "../api/recoveries";

/** What is filled in for a step; sums in yuan, as people write them. */
export interface Filled {
  answer: HearingAnswer;
  reference: string;
  funeralGrant: string;
  accountBalance: string;
  parts: number;
  first: string;
  yuan: string;
  on: string;
  how: HowClosed;
}
export type Field = keyof Filled;

export type StepName =
  | "hearing"
  | "decision"
  | "demand"
  | "instalments"
  | "repayment"
  | "refund"
  | "closing"
  | "approveClosing";

interface Step {
  /** The line of the table of permissions that it needs. */
  needs: string;
  /** What is asked for, in this order; a reason beside it. */
  fields: Field[];
  asksReason?: true;
  isHarsh?: true;
  isOpen: (recovery: Recovery, me: string) => boolean;
  act: (id: string, filled: Filled, reason: string) => Promise<unknown>;
}

const line = (step: string) => `POST /v1/recoveries/{id}/${step}`;
const stands = (...states: Recovery["state"][]) => (recovery: Recovery) => states.includes(recovery.state);
const money = ({ yuan, on, reference }: Filled) => ({ fen: fenOf(yuan), on, reference });

/** In the order of the law. */
export const STEPS: Record<StepName, Step> = {
  hearing: {
    needs: line("hearing"),
    fields: ["answer"],
    isOpen: (recovery) => stands("hearing")(recovery) && recovery.asked !== null,
    act: (id, { answer }) => api.recordHearing(id, answer),
  },
  decision: {
    needs: line("decision"),
    fields: ["reference", "funeralGrant", "accountBalance"],
    asksReason: true,
    isHarsh: true,
    isOpen: (recovery) => stands("hearing")(recovery) && (recovery.answer !== null || recovery.overdue),
    act: (id, { reference, funeralGrant, accountBalance }, reason) =>
      api.decideRecovery(id, {
        reason,
        reference,
        funeral_grant_fen: fenOf(funeralGrant),
        account_balance_fen: fenOf(accountBalance),
      }),
  },
  demand: {
    needs: line("demand"),
    fields: [],
    isHarsh: true,
    isOpen: stands("decided"),
    act: (id) => api.demandRecovery(id),
  },
  instalments: {
    needs: line("instalments"),
    fields: ["parts", "first"],
    isOpen: stands("demanded"),
    act: (id, { parts, first }) => api.agreeInstalments(id, { number: parts, first }),
  },
  repayment: {
    needs: line("repayments"),
    fields: ["yuan", "on", "reference"],
    isOpen: stands("decided", "demanded", "finished", "written_off", "passed_on"),
    act: (id, filled) => api.recordRepayment(id, money(filled)),
  },
  refund: {
    needs: line("refunds"),
    fields: ["yuan", "on", "reference"],
    isOpen: (recovery) => recovery.to_refund_fen > 0,
    act: (id, filled) => api.recordRefund(id, money(filled)),
  },
  closing: {
    needs: line("closing"),
    fields: ["how"],
    asksReason: true,
    isOpen: (recovery) => stands("decided", "demanded")(recovery) && recovery.closing === null,
    act: (id, { how }, reason) => api.proposeClosing(id, { how, reason }),
  },
  approveClosing: {
    needs: line("closing/approve"),
    fields: [],
    isHarsh: true,
    isOpen: ({ closing }, me) => closing !== null && closing.approved_by === null && closing.proposed_by !== me,
    act: (id) => api.approveClosing(id),
  },
};

/** The steps that are open now to somebody, in the order of the law. */
export function stepsOf(recovery: Recovery, me: string, may: (line: string) => boolean): StepName[] {
  const names = Object.keys(STEPS) as StepName[];
  return names.filter((name) => may(STEPS[name].needs) && STEPS[name].isOpen(recovery, me));
}

/** A sum as people write it, in fen; nothing, or what is none, is 0. Never by way of fractions. */
export function fenOf(yuan: string): number {
  const [, whole, part = ""] = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(yuan.trim()) ?? [];
  return whole === undefined ? 0 : Number(whole) * 100 + Number(part.padEnd(2, "0"));
}

/** Nothing filled in yet. */
export const empty = (): Filled => ({
  answer: "accepted",
  reference: "",
  funeralGrant: "",
  accountBalance: "",
  parts: 2,
  first: "",
  yuan: "",
  on: "",
  how: "written_off",
});
