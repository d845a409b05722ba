// Both languages: 中文 first. A screen says `t("today.title")`, or `said(text)` of a text of the API.
import { computed } from "vue";
import { createI18n, useI18n } from "vue-i18n";
import type { Said } from "../api/answers";
import type { Problem } from "../api/problems";
import en from "./en";
import * as format from "./format";
import zh from "./zh";

const KEY = "wugan.language";
const saved: format.Language = localStorage.getItem(KEY) === "en" ? "en" : "zh";

export const i18n = createI18n({ legacy: false, locale: saved, fallbackLocale: "zh", messages: { zh, en } });

export function speak(language: format.Language): void {
  localStorage.setItem(KEY, language);
  i18n.global.locale.value = language;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = i18n.global.t("name");
}

/** What a screen needs to speak: texts, and days, months and sums in the language of the reader. */
export function useWords() {
  const { t, te } = useI18n();
  const language = computed<format.Language>(() => (i18n.global.locale.value === "en" ? "en" : "zh"));
  return {
    t,
    language,
    /** A text of the API that comes in both languages. */
    said: (text: Said | null | undefined): string => (text ? text[language.value] : ""),
    /** A word of the API ("not_found") in words of the reader; itself where there are none. */
    word: (family: string, code: string | null | undefined): string =>
      code ? (te(`words.${family}.${code}`) ? t(`words.${family}.${code}`) : code) : "—",
    problem: (problem: Problem): string => (language.value === "zh" ? problem.detail : problem.title),
    day: (iso: string | null | undefined) => format.day(iso, language.value),
    instant: (iso: string) => format.instant(iso, language.value),
    month: (iso: string) => format.month(iso, language.value),
    yuan: (fen: number | null | undefined) => format.yuan(fen, language.value),
    count: format.count,
  };
}
