// Calls that docs/openapi.json does not describe yet, in its own form; each goes when the document has it.
import type { paths as described } from "./schema";

interface Parameters<Query> {
  query?: Query;
  header?: never;
  path?: never;
  cookie?: never;
}

interface ParametersOfOne {
  query?: never;
  header?: never;
  path: { id: string };
  cookie?: never;
}

interface Answered {
  200: { headers: Record<string, unknown>; content: { "application/json": unknown } };
}

interface Get<P> {
  parameters: Parameters<never>;
  get: { parameters: P; requestBody?: never; responses: Answered };
  put?: never;
  post?: never;
  delete?: never;
  options?: never;
  head?: never;
  patch?: never;
  trace?: never;
}

interface Post<Body> {
  parameters: Parameters<never>;
  get?: never;
  put?: never;
  post: {
    parameters: Parameters<never>;
    requestBody: { content: { "application/json": Body } };
    responses: Answered;
  };
  delete?: never;
  options?: never;
  head?: never;
  patch?: never;
  trace?: never;
}

interface Page {
  limit?: number;
  cursor?: string;
}

export interface PeopleQuery extends Page {
  area?: string;
  benefit?: string;
  status?: string;
  route?: string;
  ends_from?: string;
  ends_until?: string;
}

interface Coming {
  "/v1/sign-in": Get<Parameters<never>>;
  "/v1/me": Get<Parameters<never>>;
  "/v1/today": Get<Parameters<{ area?: string }>>;
  "/v1/people": Get<Parameters<PeopleQuery>>;
  "/v1/persons/{id}/portrait": Get<ParametersOfOne>;
  "/v1/files/{id}/rejected": Get<ParametersOfOne>;
  "/v1/uploads": Post<{ feed: string; name: string; bytes: number; rows?: number }>;
  "/v1/accounts": Get<Parameters<Page & { area?: string }>>;
}

export type AllPaths = described & Omit<Coming, keyof described>;
