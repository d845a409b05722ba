// What the platform says of itself.
import { client } from "./client";
import { answered } from "./problems";

export interface SignInParameters {
  issuer: string;
  client_id: string;
  audience: string;
  scope: string;
}

export function signInParameters(): Promise<SignInParameters> {
  return answered(client.GET("/v1/sign-in", {}));
}

/** Who the platform takes the caller for, and which lines of its table of permissions they pass. */
export interface Me {
  subject: string;
  role: string;
  area: string | null;
  authority: string | null;
  person: string | null;
  account: { post?: string } | null;
  may: { method: string; path: string }[];
}

export function me(): Promise<Me> {
  return answered(client.GET("/v1/me", {}));
}
