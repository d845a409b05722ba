// What the requests of many screens have in common: whom they are about, the key of a decision, pages to the end.
import type { PageOf } from "./answers";

export const about = (id: string) => ({ params: { path: { id } } });
/** A request that changes something bears a key, so that a click that is sent twice counts once. */
export const keyed = (key: string = crypto.randomUUID()) => ({ params: { header: { "Idempotency-Key": key } } });
/** A decision about one of a list. */
export const decided = (id: string, key?: string) => ({ params: { ...about(id).params, ...keyed(key).params } });

/** A list to its end, or to `most` of it; all else as its last page says it. */
export async function whole<Page extends PageOf<unknown>>(
  ask: (cursor?: string) => Promise<Page>,
  most: number,
): Promise<Page> {
  const items: unknown[] = [];
  let page = await ask();
  items.push(...page.items);
  while (page.next !== null && items.length < most) {
    page = await ask(page.next);
    items.push(...page.items);
  }
  return { ...page, items };
}
