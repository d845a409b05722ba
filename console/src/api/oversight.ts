// Figures and reports: what those read who look at the whole.
import { client } from "./client";
import { answered } from "./problems";

export const statistics = () => answered(client.GET("/v1/stats", {}));
export const reconciliation = (month?: string, cursor?: string) =>
  answered(client.GET("/v1/reconciliation", { params: { query: { month, cursor, limit: 100 } } }));
