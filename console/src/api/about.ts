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
