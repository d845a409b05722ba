// The one way to the API: nothing else in the console sends a request. A screen asks with shared/asked.ts, through
// the functions of api/<subject>.ts.
import createClient, { type Middleware } from "openapi-fetch";
import { currentToken, takenBack, tokenRefused } from "../auth/session";
import type { paths } from "./schema";

/** Where the API lies: the console is served from a folder beside it. */
export const API_ROOT = new URL("../", document.baseURI).href.replace(/\/$/, "");

/** Somebody has taken back what one signs in with: a phone may be lost. */
const TAKEN_BACK = ["account_ended", "token_revoked"];

async function codeOf(response: Response): Promise<string | null> {
  try {
    const said: unknown = await response.json();
    return typeof said === "object" && said !== null && "code" in said ? String(said.code) : null;
  } catch {
    return null; // from before the platform: a gateway's own words
  }
}

const asTheCaller: Middleware = {
  onRequest({ request }) {
    const token = currentToken();
    if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  },
  async onResponse({ response }) {
    if (response.status !== 401 && response.status !== 403) return;
    const code = await codeOf(response.clone());
    if (code !== null && TAKEN_BACK.includes(code)) await takenBack();
    else if (response.status === 401) tokenRefused();
  },
};

export const client = createClient<paths>({ baseUrl: API_ROOT });
client.use(asTheCaller);

/** A form to an address that the platform has just given: a file on its way to the inbox. */
export function putForm(address: string, form: FormData): Promise<Response> {
  return fetch(new Request(address, { method: "POST", body: form }));
}
