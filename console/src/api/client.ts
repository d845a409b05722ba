// The one way to the API: nothing else in the console sends a request.
import createClient, { type Middleware } from "openapi-fetch";
import { currentToken, tokenRefused } from "../auth/session";
import type { paths } from "./schema";

/** Where the API lies: the console is served from a folder beside it. */
export const API_ROOT = new URL("../", document.baseURI).href.replace(/\/$/, "");

const asTheCaller: Middleware = {
  onRequest({ request }) {
    const token = currentToken();
    if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  },
  onResponse({ response }) {
    if (response.status === 401) tokenRefused();
  },
};

export const client = createClient<paths>({ baseUrl: API_ROOT });
client.use(asTheCaller);

/** A form to an address that the platform has just given: a file on its way to the inbox. */
export function putForm(address: string, form: FormData): Promise<Response> {
  return fetch(new Request(address, { method: "POST", body: form }));
}
