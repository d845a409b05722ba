// People by area, benefit, status, route and end; and everything about one of them.
import { client } from "./client";
import { answered } from "./problems";
import { about } from "./requests";
import type { paths } from "./schema";

export type PeopleQuery = NonNullable<paths["/v1/people"]["get"]["parameters"]["query"]>;

export const people = (query: PeopleQuery) => answered(client.GET("/v1/people", { params: { query } }));
export const portrait = (id: string) => answered(client.GET("/v1/persons/{id}/portrait", about(id)));
