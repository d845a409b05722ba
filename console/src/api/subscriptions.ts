// Apps that are told of events.
import { client } from "./client";
import { answered } from "./problems";
import { about, decided } from "./requests";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Subscription = Schemas["AppSubscription"];
export type EventKind = Schemas["EventKind"];

export const subscriptions = () => answered(client.GET("/v1/subscriptions", {}));
export const subscription = (id: string) => answered(client.GET("/v1/subscriptions/{id}", about(id)));
export const subscribeApp = (body: Schemas["SubscriptionWish"]) =>
  answered(client.POST("/v1/subscriptions", { body }));
export const endSubscription = (id: string, reason: string) =>
  answered(client.POST("/v1/subscriptions/{id}/end", { ...decided(id), body: { reason } }));
