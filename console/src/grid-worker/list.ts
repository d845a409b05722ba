// The grid worker's day: the list as it was last fetched, what was found, and both without signal.
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
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
  const village = shallowRef<Recipient[] | null>(null);
  const findings = shallowRef<Finding[]>([]);
  const isWithoutSignal = ref(false);
  const problem = shallowRef<Problem | null>(null);

  const waiting = computed(() => findings.value.filter((each) => each.state === "waiting"));
  /** Who is still to be visited: not those about whom something was found here. */
  const visits = computed(() => {
    const done = new Set(findings.value.filter((each) => each.state !== "refused").map((each) => each.visit));
    return kept.value?.visits.filter((visit) => !done.has(visit.id)) ?? null;
  });

  async function refresh(): Promise<void> {
    problem.value = null;
    await store.forget(Date.now());
    const [before] = await store.all<KeptList>("lists", owner);
    if (before) kept.value = before;
    await send();
    try {
      const list: KeptList = { fetched: Date.now(), visits: await myVisits() };
      kept.value = list;
      isWithoutSignal.value = false;
      await store.put("lists", `visits of ${owner}`, owner, list, list.fetched);
    } catch (error) {
      const said = asProblem(error);
      isWithoutSignal.value = said.status === 0;
      if (!isWithoutSignal.value || kept.value === null) problem.value = said;
    }
  }

  /** Everybody of the village, as last fetched where there is no signal. */
  async function refreshVillage(): Promise<void> {
    problem.value = null;
    const mine = `${owner}, village`;
    const [before] = await store.all<KeptVillage>("lists", mine);
    if (before) village.value = before.people;
    try {
      const people = await myPeople();
      village.value = people;
      isWithoutSignal.value = false;
      const now = Date.now();
      await store.put("lists", `people of ${owner}`, mine, { fetched: now, people }, now);
    } catch (error) {
      const said = asProblem(error);
      isWithoutSignal.value = said.status === 0;
      if (!isWithoutSignal.value || village.value === null) problem.value = said;
    }
  }

  async function met(who: Recipient, body: Meeting): Promise<void> {
    await queue.add(who.person, who.name, body, Date.now());
    await send();
  }

  async function report(visit: Visit, body: VisitReport): Promise<void> {
    await queue.add(visit.id, visit.name, body, Date.now());
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
  return { kept, visits, findings, waiting, isWithoutSignal, problem, village, refresh, refreshVillage, met, report, send, clear };
});
