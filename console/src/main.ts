import { createPinia } from "pinia";
import { createApp } from "vue";
import App from "./App.vue";
import { learnRights } from "./auth/rights";
import { onTakenBack } from "./auth/session";
import { finishSignIn, isComingBack } from "./auth/sign-in";
import { i18n, speak } from "./i18n";
import { router } from "./router";
import "./shared/base.css";

async function start(): Promise<void> {
  speak(i18n.global.locale.value === "en" ? "en" : "zh");
  if (isComingBack()) {
    try {
      const { wanted } = await finishSignIn();
      location.hash = `#${wanted}`;
    } catch {
      history.replaceState(null, "", `${location.pathname}#/sign-in?failed=1`);
    }
  }
  onTakenBack(async (subject) => {
    const { PhoneStore } = await import("./grid-worker/store");
    await new PhoneStore().wipe(subject);
  });
  await learnRights();
  createApp(App).use(createPinia()).use(i18n).use(router).mount("#app");
  if ("serviceWorker" in navigator && import.meta.env.PROD) {
    const { registerSW } = await import("virtual:pwa-register");
    registerSW({ immediate: false });
  }
}

void start();
