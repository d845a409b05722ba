// Every screen has an address, and says for whom it is.
import { createRouter, createWebHashHistory, type RouteRecordRaw } from "vue-router";
import { session, type Role } from "./auth/session";

declare module "vue-router" {
  interface RouteMeta {
    layout?: "desk" | "phone";
    /** Whose screen it is; nobody's: open to all. */
    roles?: readonly Role[];
    /** Its entry in the menu, if it has one: a key below `nav`. */
    nav?: string;
  }
}

const OFFICE: readonly Role[] = ["officer"];

const desk = (nav: string, roles: readonly Role[]) => ({ layout: "desk" as const, nav, roles });

export const screens: RouteRecordRaw[] = [
  { path: "/today", component: () => import("./officer/TodayScreen.vue"), meta: desk("today", OFFICE) },
  { path: "/proposals", component: () => import("./officer/ProposalsScreen.vue"), meta: desk("proposals", OFFICE) },
];

const HOME: Record<Role, string> = {
  officer: "/today",
  auditor: "/overview",
  "grid-worker": "/my-list",
  citizen: "/my-benefits",
  app: "/overview",
};

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: "/", redirect: () => (session.value ? HOME[session.value.role] : "/sign-in") },
    { path: "/sign-in", component: () => import("./auth/SignInScreen.vue") },
    ...screens,
    { path: "/:rest(.*)*", component: () => import("./shared/NotFoundScreen.vue") },
  ],
});

router.beforeEach((to) => {
  const { roles } = to.meta;
  if (!roles) return true;
  if (session.value === null) return { path: "/sign-in", query: { wanted: to.fullPath } };
  return roles.includes(session.value.role) ? true : HOME[session.value.role];
});
