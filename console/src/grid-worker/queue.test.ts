import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { ProblemError, SILENCE } from "../api/problems";
import type { VisitReport } from "../api/answers";
import { Queue } from "./queue";
import { FORGOTTEN_AFTER, PhoneStore } from "./store";

const REPORT: VisitReport = { outcome: "seen", made_at: "2025-07-01T10:00:00+08:00", notice_left: false };
const problem = (status: number, code: string) => new ProblemError({ ...SILENCE, status, code });
let store: PhoneStore;
let sent: string[];
let answer: () => unknown;

beforeEach(async () => {
  store = new PhoneStore();
  await Promise.all([store.lists.clear(), store.found.clear()]);
  sent = [];
  answer = () => ({});
});

const queueOf = (owner: string) =>
  new Queue(store, owner, (visit, _body, key) => {
    sent.push(`${visit} ${key}`);
    const said = answer();
    return said instanceof Error ? Promise.reject(said) : Promise.resolve(said);
  });
const states = async (queue: Queue) => (await queue.findings()).map((each) => `${each.visit} ${each.state}`);

describe("what was found without signal", () => {
  it("waits, and is sent in its order under its own key", async () => {
    const queue = queueOf("worker");
    const first = await queue.add("p.1", "孟*0", REPORT, 1);
    const second = await queue.add("q.1", "孟*1", REPORT, 2);
    answer = () => problem(0, "no_connection");
    await queue.flush();
    expect(await states(queue)).toEqual(["p.1 waiting", "q.1 waiting"]);
    answer = () => ({});
    await queue.flush();
    expect(sent).toEqual([`p.1 ${first.key}`, `p.1 ${first.key}`, `q.1 ${second.key}`]);
    expect(await states(queue)).toEqual(["p.1 sent", "q.1 sent"]);
    await queue.flush();
    expect(sent).toHaveLength(3);
  });
  it("outlives the end of the token and another start of the phone", async () => {
    await queueOf("worker").add("p.1", "孟*0", REPORT, 1);
    answer = () => problem(401, "token_expired");
    await queueOf("worker").flush();
    answer = () => ({});
    const later = queueOf("worker");
    await later.flush();
    expect(await states(later)).toEqual(["p.1 sent"]);
    expect(new Set(sent).size).toBe(1);
  });
  it("is shown with the reason where the platform refuses it, and the next goes on", async () => {
    const queue = queueOf("worker");
    await queue.add("p.1", "孟*0", REPORT, 1);
    await queue.add("q.1", "孟*1", REPORT, 2);
    answer = () => (sent.length === 1 ? problem(409, "visit_already_made") : {});
    await queue.flush();
    expect(await states(queue)).toEqual(["p.1 refused", "q.1 sent"]);
    expect((await queue.findings())[0]?.problem?.code).toBe("visit_already_made");
  });
  it("is never sent in another's name, and never cleared before it is sent", async () => {
    const queue = queueOf("worker");
    const finding = await queue.add("p.1", "孟*0", REPORT, 1);
    await queueOf("somebody else").flush();
    expect(sent).toEqual([]);
    await queue.clear(finding.key);
    expect(await states(queue)).toEqual(["p.1 waiting"]);
  });
  it("waits while there is no account, and is not written back where one was ended", async () => {
    const queue = queueOf("worker");
    await queue.add("p.1", "孟*0", REPORT, 1);
    for (const code of ["no_account", "account_ended"]) {
      answer = () => problem(403, code);
      await queue.flush();
      expect(await states(queue)).toEqual(["p.1 waiting"]);
    }
  });
  it("is gone with the list and the key where the phone is lost, and nobody else's with it", async () => {
    await queueOf("worker").add("p.1", "孟*0", REPORT, 1);
    await queueOf("worker-2").add("q.1", "孟*1", REPORT, 1);
    await store.put("lists", "people", "worker, village", [{ name: "孟*0" }], 1000);
    await store.wipe("worker");
    expect(await store.all("lists", "worker, village")).toEqual([]);
    expect(await states(queueOf("worker"))).toEqual([]);
    expect(await states(queueOf("worker-2"))).toEqual(["q.1 waiting"]);
    await store.wipe("worker-2");
    expect(await store.keys.count()).toBe(0);
  });
  it("lies on the phone encrypted; lists are forgotten after seven days", async () => {
    await store.put("lists", "visits", "worker", [{ name: "孟*0" }], 1000);
    const kept = await store.lists.get("visits");
    expect(new TextDecoder().decode(kept?.text)).not.toContain("孟");
    await store.forget(1000 + FORGOTTEN_AFTER);
    expect(await store.all("lists", "worker")).toHaveLength(1);
    await store.forget(1001 + FORGOTTEN_AFTER);
    expect(await store.all("lists", "worker")).toHaveLength(0);
  });
});
