// What the caller may do, as the platform's table of permissions says: buttons and menus follow it.
import { readonly, ref } from "vue";
import { me } from "../api/about";
import { session } from "./session";

const lines = ref<ReadonlySet<string>>(new Set());
/** How many days before its end an account is spoken of, as `admin accounts list --ending` does. */
export const SOON = 30;
const NONE = { until: null, daysLeft: null };
const term = ref<{ until: string | null; daysLeft: number | null }>(NONE);

/** The last day of the account by which one acts, if it has one, and how many days are left by the platform's clock. */
export const account = readonly(term);

/** Whether a line ("GET /v1/people") is open to the caller. */
export function may(line: string): boolean {
  return lines.value.has(line);
}

/** Ask the platform, if somebody is signed in. Nobody may do anything until it has answered. */
export async function learnRights(): Promise<void> {
  lines.value = new Set();
  term.value = NONE;
  if (session.value === null) return;
  try {
    const told = await me();
    term.value = { until: told.account_until, daysLeft: told.account_days_left };
    lines.value = new Set(told.may.map((each) => `${each.method} ${each.path}`));
  } catch {
    // Without signal a phone goes on with what it has; whatever is not allowed is refused when it is sent.
  }
}
