// Something that a click has the platform do: whether it is under way, and what went wrong.
import { ref, shallowRef, type Ref } from "vue";
import { asProblem, type Problem } from "../api/problems";

export interface Deed {
  busy: Readonly<Ref<boolean>>;
  problem: Ref<Problem | null>;
  /** Do it; a problem is shown, not thrown. */
  act: (what: () => Promise<unknown>) => Promise<void>;
}

export function useDeed(): Deed {
  const busy = ref(false);
  const problem = shallowRef<Problem | null>(null);
  async function act(what: () => Promise<unknown>): Promise<void> {
    busy.value = true;
    problem.value = null;
    try {
      await what();
    } catch (error) {
      problem.value = asProblem(error);
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, act };
}
