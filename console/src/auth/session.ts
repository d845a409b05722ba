// Who is signed in: the token of this tab, and what it claims. How one signs in is sign-in.ts's.
import { readonly, ref } from "vue";

export type Role = "citizen" | "app" | "grid-worker" | "officer" | "auditor";

export interface Session {
  token: string;
  subject: string;
  name: string | null;
  role: Role;
  area: string | null;
  authority: string | null;
  person: string | null;
  /** By this browser's clock, in milliseconds: the platform's may be another. */
  endsAt: number;
}

const KEY = "wugan.session";
const kept = ref<Session | null>(read());
const refused = ref(false);
const wiped = ref(false);

export const session = readonly(kept);
/** The token came to its end while somebody was at work. */
export const hasEnded = readonly(refused);
/** What one signs in with was taken back, and what this device kept is gone. */
export const wasWiped = readonly(wiped);

export function currentToken(): string | null {
  return kept.value?.token ?? null;
}

export function begin(token: string, secondsLeft: number): Session {
  const next = sessionOf(token, Date.now() + secondsLeft * 1000);
  sessionStorage.setItem(KEY, JSON.stringify(next));
  kept.value = next;
  refused.value = false;
  wiped.value = false;
  return next;
}

export function end(): void {
  sessionStorage.removeItem(KEY);
  kept.value = null;
}

export function tokenRefused(): void {
  refused.value = kept.value !== null;
  end();
}

/** What is to be forgotten of somebody when what they sign in with was taken back. */
let forget: (subject: string) => Promise<void> = () => Promise.resolve();
export function onTakenBack(work: typeof forget): void {
  forget = work;
}

/** The account or the token was taken back: nothing of theirs stays on this device. It is said once it is so. */
export async function takenBack(): Promise<void> {
  const subject = kept.value?.subject;
  end();
  if (subject === undefined) return;
  await forget(subject);
  wiped.value = true;
}

/** What a token claims. It is only read here: the platform verifies it. */
export function sessionOf(token: string, endsAt: number): Session {
  const claims = JSON.parse(utf8(token.split(".")[1] ?? "")) as Record<string, unknown>;
  const text = (name: string): string | null => {
    const said = claims[name];
    return typeof said === "string" ? said : null;
  };
  return {
    token,
    subject: text("sub") ?? "",
    name: text("name"),
    role: (text("role") ?? "citizen") as Role,
    area: text("area"),
    authority: text("authority"),
    person: text("person"),
    endsAt,
  };
}

function utf8(base64url: string): string {
  const bytes = Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

function read(): Session | null {
  const said = sessionStorage.getItem(KEY);
  if (said === null) return null;
  const found = JSON.parse(said) as Session;
  return found.endsAt > Date.now() ? found : null;
}
