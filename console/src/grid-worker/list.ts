// The grid worker's day: the list as it was last fetched, what was found, and both without signal.
import { defineStore } from "pinia";
import { computed, ref, shallowRef, type ShallowRef } from "vue";
import type { Meeting, Recipient, Visit, VisitReport } from "../api/answers";
import { myPeople, myVisits, reportMeeting, reportVisit } from "../api/grid-worker";
import { asProblem, type Problem } from "../api/problems";
import { session } from "../auth/session";
import { Queue, type Finding } from "./queue";
import { PhoneStore } from "./store";

interface KeptList {
  fetched: number;
  visits: Visit[];
}

interface KeptVillage {
  fetched: number;
  people: Recipient[];
}

const tell = (visit: string, body: VisitReport | Meeting, key: string): Promise<unknown> =>
  "person" in body ? reportMeeting(body, key) : reportVisit(visit, body, key);

export const useMyDay = defineStore("my day", () => {
  const store = new PhoneStore();
  const owner = session.value?.subject ?? "";
  const queue = new Queue(store, owner, tell);
  const kept = shallowRef<KeptList | null>(null);
  const keptVillage = shallowRef<KeptVillage | null>(null);
  const findings = shallowRef<Finding[]>([]);
  const isWithoutSignal = ref(false);
  const problem = shallowRef<Problem | null>(null);

  const waiting = computed(() => findings.value.filter((each) => each.state === "waiting"));
  /** Who is still to be visited: not those about whom something was found here. */
  const visits = computed(() => {
    const done = new Set(findings.value.filter((each) => each.state !== "refused").map((each) => each.visit));
    return kept.value?.visits.filter((visit) => !done.has(visit.id)) ?? null;
  });
  /** Everybody of the village, whoever was met already too. */
  const village = computed(() => keptVillage.value?.people ?? null);

  /** What was kept of a list, what waits sent, and the list as it is now; without signal it stays as kept. */
  async function renew<List extends KeptList | KeptVillage>(
    list: ShallowRef<List | null>,
    id: string,
    of: string,
    ask: () => Promise<List>,
  ): Promise<void> {
    problem.value = null;
    await store.forget(Date.now());
    const [before] = await store.all<List>("lists", of);
    if (before) list.value = before;
    await send();
    try {
      const now = await ask();
      list.value = now;
      isWithoutSignal.value = false;
      await store.put("lists", id, of, now, now.fetched);
    } catch (error) {
      const said = asProblem(error);
      isWithoutSignal.value = said.status === 0;
      if (!isWithoutSignal.value || list.value === null) problem.value = said;
    }
  }

  const refresh = () =>
    renew(kept, `visits of ${owner}`, owner, async () => ({ fetched: Date.now(), visits: await myVisits() }));
  const refreshVillage = () =>
    renew(keptVillage, `people of ${owner}`, `${owner}, village`, async () => ({
      fetched: Date.now(),
      people: await myPeople(),
    }));

  /** What was found at a visit, or of a person who was met. */
  async function report(visit: string, name: string, body: VisitReport | Meeting): Promise<void> {
    await queue.add(visit, name, body, Date.now());
    await send();
  }

  async function send(): Promise<void> {
    findings.value = await queue.findings();
    await queue.flush();
    findings.value = await queue.findings();
  }

  async function clear(key: string): Promise<void> {
    await queue.clear(key);
    findings.value = await queue.findings();
  }

  window.addEventListener("online", () => void refresh());
  return { visits, village, findings, waiting, isWithoutSignal, problem, refresh, refreshVillage, report, send, clear };
});
