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

interface Answered<T> {
  200: { headers: Record<string, unknown>; content: { "application/json": T } };
}

interface Get<P, T> {
  parameters: Parameters<never>;
  get: { parameters: P; requestBody?: never; responses: Answered<T> };
  put?: never;
  post?: never;
  delete?: never;
  options?: never;
  head?: never;
  patch?: never;
  trace?: never;
}

interface Post<Body, T> {
  parameters: Parameters<never>;
  get?: never;
  put?: never;
  post: {
    parameters: Parameters<never>;
    requestBody: { content: { "application/json": Body } };
    responses: Answered<T>;
  };
  delete?: never;
  options?: never;
  head?: never;
  patch?: never;
  trace?: never;
}

/** A right to put one file, lent for a while. */
export interface Upload {
  url: string;
  fields: Record<string, string>;
  key: string;
  expires: string;
}

interface Coming {
  "/v1/files/{id}/rejected": Get<ParametersOfOne, { url: string; expires: string }>;
  "/v1/uploads": Post<{ feed: string; name: string; bytes: number; rows?: number }, Upload>;
}

export type AllPaths = described & Omit<Coming, keyof described>;
