// The figures by which areas and months are compared, in the order of their columns.
import type { Summary } from "../api/answers";

const sum = (by: Record<string, number> | null | undefined) => Object.values(by ?? {}).reduce((one, other) => one + other, 0);

const READ = {
  people: (of) => of.recipients ?? 0,
  certifiedSilently: (of) => of.certified?.silent ?? 0,
  due: (of) => of.due ?? 0,
  inCase: (of) => sum(of.cases),
  suspended: (of) => sum(of.suspended),
} satisfies Record<string, (of: Summary) => number>;

/** Their names, below `overview` among the words. */
export const FIGURES = Object.keys(READ) as (keyof typeof READ)[];

/** What they are of an area on a day; where nothing was counted, 0. */
export const figuresOf = (summary: Summary | null | undefined): [name: string, figure: number][] =>
  FIGURES.map((name) => [name, summary ? READ[name](summary) : 0]);
