// A list of the platform that comes page by page.
import { ref, shallowRef, type Ref } from "vue";
import type { PageOf } from "../api/answers";
import { asProblem, type Problem } from "../api/problems";

export interface Paged<T> {
  items: Readonly<Ref<T[] | null>>;
  isMore: Readonly<Ref<boolean>>;
  problem: Readonly<Ref<Problem | null>>;
  /** From the first page. */
  again: () => Promise<void>;
  more: () => Promise<void>;
}

export function usePaged<T>(ask: (cursor?: string) => Promise<PageOf<T>>): Paged<T> {
  const items = shallowRef<T[] | null>(null);
  const isMore = ref(false);
  const problem = shallowRef<Problem | null>(null);
  let next: string | null = null;
  async function page(cursor?: string): Promise<void> {
    problem.value = null;
    try {
      const told = await ask(cursor);
      items.value = cursor ? [...(items.value ?? []), ...told.items] : told.items;
      next = told.next;
      isMore.value = next !== null;
    } catch (error) {
      problem.value = asProblem(error);
    }
  }
  void page();
  return { items, isMore, problem, again: () => page(), more: () => page(next ?? undefined) };
}
