// Days, months and money as people write them.
export type Language = "zh" | "en";

/** A day "2025-07-01" as 2025年7月1日 or 1 July 2025; an instant as its day in China. */
export function day(iso: string | null | undefined, language: Language): string {
  if (!iso) return "—";
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  if (!year || !month || !date) return iso;
  if (language === "zh") return `${year}年${month}月${date}日`;
  return `${date} ${MONTHS[month - 1] ?? ""} ${year}`;
}

/** An instant with its hour and minute; the API says instants in China's time. */
export function instant(iso: string, language: Language): string {
  return `${day(iso, language)} ${iso.slice(11, 16)}`;
}

/** A month "2025-07" as 2025年7月 or July 2025. */
export function month(iso: string, language: Language): string {
  const [year, number] = iso.split("-").map(Number);
  if (!year || !number) return iso;
  return language === "zh" ? `${year}年${number}月` : `${MONTHS[number - 1] ?? ""} ${year}`;
}

/** Whole fen as yuan: 21500 is 215.00元. */
export function yuan(fen: number | null | undefined, language: Language): string {
  if (fen === null || fen === undefined) return "—";
  const sum = (fen / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return language === "zh" ? `${sum}元` : `¥${sum}`;
}

export function count(number: number): string {
  return number.toLocaleString("en-US");
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
