// What waits for an officer, by kind: counted on the work lists that this officer may read.
import * as officer from "../api/officer";
import { ProblemError } from "../api/problems";
import { session } from "../auth/session";

export interface Waiting {
  kind: string;
  waiting: number;
  /** The list goes on: there are more than were counted. */
  isMore: boolean;
  overdue: number;
  next: string | null;
  to: string;
}

interface Kind {
  kind: string;
  to: string;
  days: () => Promise<{ days: string[]; isMore: boolean }>;
}

const PAGE = 200;

function listed<T>(ask: (part: officer.Part) => Promise<{ items: T[]; next: string | null }>, day: (item: T) => string) {
  return async () => {
    const page = await ask({ limit: PAGE });
    return { days: page.items.map(day), isMore: page.next !== null };
  };
}

const KINDS: Kind[] = [
  { kind: "proposals", to: "/proposals", days: listed(officer.proposals, (line) => line.due) },
  { kind: "suspicions", to: "/suspicions", days: listed(officer.suspicions, (each) => each.verify_by) },
  { kind: "objections", to: "/objections", days: listed(officer.objections, (each) => each.decide_by) },
  { kind: "visits", to: "/visits", days: listed(officer.visits, (each) => each.due) },
  {
    kind: "limits",
    to: "/limits",
    days: async () => {
      const page = await officer.limits({ limit: PAGE });
      const beyond = page.items.filter((limit) => limit.state === "exceeded");
      return { days: beyond.map((limit) => `${limit.month}-28`), isMore: page.next !== null };
    },
  },
  {
    kind: "files",
    to: "/files?state=held",
    days: async () => {
      const page = await officer.files({ state: "held", limit: PAGE });
      return { days: page.items.map((file) => file.received.slice(0, 10)), isMore: page.next !== null };
    },
  },
  {
    kind: "feeds",
    to: "/files",
    days: async () => {
      const own = (await officer.feeds()).items.filter((feed) => feed.department === session.value?.authority);
      const late = own.filter((feed) => ["late", "missing"].includes(feed.state));
      return { days: late.map((feed) => feed.next_due ?? ""), isMore: false };
    },
  },
];

/** Every kind that this officer may read, the empty ones too; a kind that is not theirs is left out. */
export async function whatWaits(today: () => Promise<string>): Promise<{ asOf: string; kinds: Waiting[] }> {
  const asOf = await today();
  const counted = await Promise.all(KINDS.map((kind) => countedOf(kind, asOf)));
  return { asOf, kinds: counted.filter((each) => each !== null) };
}

async function countedOf({ kind, to, days: ask }: Kind, asOf: string): Promise<Waiting | null> {
  try {
    const { days, isMore } = await ask();
    const due = days.filter(Boolean).sort();
    return {
      kind,
      to,
      waiting: days.length,
      isMore,
      overdue: due.filter((day) => day < asOf).length,
      next: due[0] ?? null,
    };
  } catch (error) {
    if (error instanceof ProblemError && error.problem.status === 403) return null;
    throw error;
  }
}
