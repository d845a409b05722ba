// Which values of a benefit may be written anew: of the benefit alone, or of what most benefits share.
import type { RulesOfBenefit } from "../api/rules";

type Value = RulesOfBenefit["values"][number];

export interface Wanted {
  key: string;
  value: string;
}

/** Where a draft is written: the benefit's own file, or what most share. */
export const POLICY = "policy";
const SHARED_FILE = "policy.yaml";
/** What every version says of itself: the form asks for it beside the values. */
const OF_THE_VERSION = ["from", "authority", "reviewed"];

/** The values at the top of a version, by their first word, each once. */
export const keysOf = (values: Value[]): string[] =>
  [...new Set(values.map(({ key }) => key.split(".")[0] ?? ""))].filter((key) => !OF_THE_VERSION.includes(key));

/** The values that hold because most benefits share them. */
export const sharedOf = (values: Value[]): Value[] => values.filter(({ file }) => file.endsWith(SHARED_FILE));
