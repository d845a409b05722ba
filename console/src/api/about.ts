// What the platform says of itself, and of who asks.
import { client } from "./client";
import { answered } from "./problems";

export const signInParameters = () => answered(client.GET("/v1/sign-in", {}));

/** Who the platform takes the caller for, and which lines of its table of permissions they pass. */
export const me = () => answered(client.GET("/v1/me", {}));
