// What the caller may do, as the platform's table of permissions says: buttons and menus follow it.
import { ref } from "vue";
import { me } from "../api/about";
import { session } from "./session";

const lines = ref<ReadonlySet<string>>(new Set());

/** Whether a line ("GET /v1/people") is open to the caller. */
export function may(line: string): boolean {
  return lines.value.has(line);
}

/** Ask the platform, if somebody is signed in. Nobody may do anything until it has answered. */
export async function learnRights(): Promise<void> {
  lines.value = new Set();
  if (session.value === null) return;
  try {
    const told = await me();
    lines.value = new Set(told.may.map((each) => `${each.method} ${each.path}`));
  } catch {
    // Without signal a phone goes on with what it has; whatever is not allowed is refused when it is sent.
  }
}
