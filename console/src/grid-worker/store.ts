// What a grid worker's phone keeps: their list, and what they have found and not sent yet. Encrypted by a key
// that never leaves the browser; a list is forgotten after seven days, what was found never before it is sent;
// both at once where the platform says that account or sign-in was taken back.
import Dexie, { type EntityTable } from "dexie";

interface Sealed {
  id: string;
  owner: string;
  kept: number;
  nonce: Uint8Array<ArrayBuffer>;
  text: ArrayBuffer;
}

interface KeptKey {
  id: "key";
  key: CryptoKey;
}

const DAY = 86_400_000;
export const FORGOTTEN_AFTER = 7 * DAY;

export class PhoneStore extends Dexie {
  lists!: EntityTable<Sealed, "id">;
  found!: EntityTable<Sealed, "id">;
  keys!: EntityTable<KeptKey, "id">;

  constructor(name = "wugan-phone") {
    super(name);
    this.version(1).stores({ lists: "id, owner", found: "id, owner, kept", keys: "id" });
  }

  async put(table: "lists" | "found", id: string, owner: string, value: unknown, now: number): Promise<void> {
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const text = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await this.key(), bytes);
    await this[table].put({ id, owner, kept: now, nonce, text });
  }

  async all<T>(table: "lists" | "found", owner: string): Promise<T[]> {
    const sealed = await this[table].where("owner").equals(owner).toArray();
    sealed.sort((one, other) => one.kept - other.kept);
    return Promise.all(sealed.map((each) => this.opened<T>(each)));
  }

  /** Forget lists that are too old, whoever's they are. */
  async forget(now: number): Promise<void> {
    const old = await this.lists.filter((each) => each.kept < now - FORGOTTEN_AFTER).primaryKeys();
    await this.lists.bulkDelete(old);
  }

  /** Nothing of somebody stays, sent or not; the key goes with the last. A list is its owner's, or a part of theirs. */
  async wipe(subject: string): Promise<void> {
    for (const table of [this.lists, this.found]) {
      await table.filter(({ owner }) => owner === subject || owner.startsWith(`${subject}, `)).delete();
    }
    if ((await this.lists.count()) + (await this.found.count()) === 0) await this.keys.clear();
  }

  private async opened<T>(sealed: Sealed): Promise<T> {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.nonce }, await this.key(), sealed.text);
    return JSON.parse(new TextDecoder().decode(plain)) as T;
  }

  private async key(): Promise<CryptoKey> {
    const kept = await this.keys.get("key");
    if (kept) return kept.key;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    try {
      await this.keys.add({ id: "key", key: made });
      return made;
    } catch {
      const others = await this.keys.get("key"); // another page was quicker: its key is the key
      if (!others) throw new Error("the phone keeps no key");
      return others.key;
    }
  }
}
