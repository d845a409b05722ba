// What was found at doors, on its way to the platform: kept until it has answered, whatever becomes of signal
// and sign-in. Each finding bears its own key, so that one that is sent twice counts once.
import type { Meeting, VisitReport } from "../api/answers";
import { asProblem, type Problem } from "../api/problems";
import type { PhoneStore } from "./store";

export interface Finding {
  /** The idempotency key of the request. */
  key: string;
  /** Which visit it is of; of a meeting, whom. */
  visit: string;
  name: string;
  body: VisitReport | Meeting;
  state: "waiting" | "sent" | "refused";
  problem: Problem | null;
  found: number;
}

type Send = (visit: string, body: VisitReport | Meeting, key: string) => Promise<unknown>;

/** No account for now; or one that was ended, which takes the queue away beside this. */
const NOT_JUDGED = ["no_account", "account_ended"];

/** The platform has not judged it: no signal, no sign-in, no account for now, too many at once, out of order. */
function isPostponed(problem: Problem): boolean {
  const { status, code } = problem;
  return status === 0 || status === 401 || NOT_JUDGED.includes(code) || status === 429 || status >= 500;
}

export class Queue {
  private sending: Promise<void> | null = null;

  constructor(
    private readonly store: PhoneStore,
    private readonly owner: string,
    private readonly send: Send,
  ) {}

  async add(visit: string, name: string, body: VisitReport | Meeting, now: number): Promise<Finding> {
    const finding: Finding = {
      key: crypto.randomUUID(),
      visit,
      name,
      body,
      state: "waiting",
      problem: null,
      found: now,
    };
    await this.keep(finding);
    return finding;
  }

  findings(): Promise<Finding[]> {
    return this.store.all<Finding>("found", this.owner);
  }

  /** Send what waits, oldest first; one round at a time. */
  flush(): Promise<void> {
    this.sending ??= this.round().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  /** Take away what is over: sent, or refused and read. Never what waits. */
  async clear(key: string): Promise<void> {
    const finding = (await this.findings()).find((each) => each.key === key);
    if (finding && finding.state !== "waiting") await this.store.found.delete(key);
  }

  private async round(): Promise<void> {
    for (const finding of await this.findings()) {
      if (finding.state !== "waiting") continue;
      try {
        await this.send(finding.visit, finding.body, finding.key);
        await this.keep({ ...finding, state: "sent" });
      } catch (error) {
        const problem = asProblem(error);
        if (isPostponed(problem)) return;
        await this.keep({ ...finding, state: "refused", problem });
      }
    }
  }

  private keep(finding: Finding): Promise<void> {
    return this.store.put("found", finding.key, this.owner, finding, finding.found);
  }
}
