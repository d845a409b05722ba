// Signing in with the jurisdiction's identity provider: OpenID Connect, code flow with PKCE.
import { UserManager, WebStorageStateStore, type UserManagerSettings } from "oidc-client-ts";
import { signInParameters } from "../api/about";
import { begin, end, type Session } from "./session";

/** The address to which the provider sends people back: this page, without what it bears. */
function here(): string {
  return new URL(".", document.baseURI).href + "index.html";
}

async function manager(): Promise<UserManager> {
  const told = await signInParameters();
  const settings: UserManagerSettings = {
    authority: told.issuer,
    client_id: told.client_id,
    redirect_uri: here(),
    post_logout_redirect_uri: here(),
    scope: told.scope,
    extraQueryParams: { audience: told.audience },
    loadUserInfo: false,
    automaticSilentRenew: false,
    stateStore: new WebStorageStateStore({ store: sessionStorage, prefix: "wugan.sign-in." }),
    userStore: new WebStorageStateStore({ store: sessionStorage, prefix: "wugan.user." }),
  };
  return new UserManager(settings);
}

/** Go to the provider; `wanted` is the screen to come back to. */
export async function signIn(wanted: string): Promise<void> {
  await (await manager()).signinRedirect({ state: wanted });
}

/** Whether the provider has just sent somebody back to this page. */
export function isComingBack(): boolean {
  const query = new URLSearchParams(location.search);
  return query.has("state") && (query.has("code") || query.has("error"));
}

/** Take what the provider sent; the session, and the screen that was wanted. */
export async function finishSignIn(): Promise<{ session: Session; wanted: string }> {
  const users = await manager();
  const user = await users.signinRedirectCallback(location.href);
  const session = begin(user.access_token, user.expires_in ?? 3600);
  await users.removeUser();
  history.replaceState(null, "", location.pathname + location.hash);
  return { session, wanted: typeof user.state === "string" ? user.state : "/" };
}

export function signOut(): void {
  end();
}

