// The console is served from any folder beside the API (…/console/), so every address in it is relative.
import vue from "@vitejs/plugin-vue";
import components from "unplugin-vue-components/vite";
import { ElementPlusResolver, VantResolver } from "unplugin-vue-components/resolvers";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { VitePWA } from "vite-plugin-pwa";

/** Vant brings its icons as a font in a data address, which the policy refuses; no icon of it is used. */
const withoutIconFont: Plugin = {
  name: "without-icon-font",
  enforce: "pre",
  transform(code, id) {
    return id.includes("vant/es/icon/") && id.includes(".css") ? code.replace(/@font-face\s*{[^}]*}/g, "") : null;
  },
};

export default defineConfig({
  base: "./",
  define: {
    __VUE_OPTIONS_API__: "true",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_I18N_FULL_INSTALL__: "false",
    __VUE_I18N_LEGACY_API__: "false",
    __INTLIFY_PROD_DEVTOOLS__: "false",
    __INTLIFY_DROP_MESSAGE_COMPILER__: "false",
  },
  plugins: [
    withoutIconFont,
    vue(),
    components({ dirs: [], dts: false, resolvers: [ElementPlusResolver(), VantResolver()] }),
    VitePWA({
      registerType: "prompt",
      injectRegister: false,
      filename: "sw.js",
      manifestFilename: "manifest.webmanifest",
      includeAssets: [],
      manifest: {
        name: "无感认证",
        short_name: "无感认证",
        lang: "zh-CN",
        start_url: "./index.html",
        scope: "./",
        display: "standalone",
        theme_color: "#1f5fa8",
        background_color: "#ffffff",
        icons: [{ src: "assets/icon-1.svg", sizes: "any", type: "image/svg+xml" }],
      },
      workbox: {
        inlineWorkboxRuntime: true,
        globPatterns: ["index.html", "assets/*.{js,css,svg}"],
        navigateFallback: "index.html",
        maximumFileSizeToCacheInBytes: 3_000_000,
      },
    }),
  ],
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 1200 },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"] },
});
