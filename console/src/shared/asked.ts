// Something asked of the platform, for a screen to show: the answer, or the problem, and asking again.
import { shallowRef, type Ref } from "vue";
import { asProblem, type Problem } from "../api/problems";

export interface Asked<T> {
  answer: Readonly<Ref<T | null>>;
  problem: Readonly<Ref<Problem | null>>;
  ask: () => Promise<void>;
}

/** Ask at once; what was answered before stays until the next answer is there. */
export function useAsked<T>(question: () => Promise<T>): Asked<T> {
  const answer = shallowRef<T | null>(null);
  const problem = shallowRef<Problem | null>(null);
  let latest = 0;
  async function ask(): Promise<void> {
    const mine = ++latest;
    problem.value = null;
    try {
      const told = await question();
      if (mine === latest) answer.value = told;
    } catch (error) {
      if (mine === latest) problem.value = asProblem(error);
    }
  }
  void ask();
  return { answer, problem, ask };
}
