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
    /** The line of the table of permissions without which it shows nothing. */
    needs?: string;
  }
}

const OFFICE: readonly Role[] = ["officer"];
const WATCHING: readonly Role[] = ["officer", "auditor", "app"];
const OVERSIGHT: readonly Role[] = ["officer", "auditor"];

const desk = (nav: string, roles: readonly Role[]) => ({ layout: "desk" as const, nav, roles });

const phone = (nav: string, roles: readonly Role[]) => ({ layout: "phone" as const, nav, roles });

export const screens: RouteRecordRaw[] = [
  { path: "/today", component: () => import("./officer/TodayScreen.vue"), meta: desk("today", OFFICE) },
  { path: "/proposals", component: () => import("./officer/ProposalsScreen.vue"), meta: desk("proposals", OFFICE) },
  { path: "/suspicions", component: () => import("./officer/SuspicionsScreen.vue"), meta: desk("suspicions", OFFICE) },
  {
    path: "/endings",
    component: () => import("./officer/EndingsScreen.vue"),
    meta: { ...desk("endings", OFFICE), needs: "GET /v1/endings" },
  },
  {
    path: "/recoveries",
    component: () => import("./officer/RecoveriesScreen.vue"),
    meta: { ...desk("recoveries", OFFICE), needs: "GET /v1/recoveries" },
  },
  {
    path: "/owed-to-heirs",
    component: () => import("./officer/HeirsScreen.vue"),
    meta: { ...desk("heirs", OFFICE), needs: "GET /v1/owed-to-heirs" },
  },
  {
    path: "/instructions",
    component: () => import("./officer/InstructionsScreen.vue"),
    meta: { ...desk("instructions", OFFICE), needs: "GET /v1/instructions" },
  },
  { path: "/objections", component: () => import("./officer/ObjectionsScreen.vue"), meta: desk("objections", OFFICE) },
  { path: "/visits", component: () => import("./officer/VisitsScreen.vue"), meta: desk("visits", OFFICE) },
  { path: "/notices", component: () => import("./officer/NoticesScreen.vue"), meta: desk("notices", OFFICE) },
  { path: "/limits", component: () => import("./officer/LimitsScreen.vue"), meta: { ...desk("limits", OFFICE), needs: "GET /v1/suspension-limits" } },
  { path: "/people", component: () => import("./officer/PeopleScreen.vue"), meta: desk("people", OVERSIGHT) },
  {
    path: "/people/:id",
    component: () => import("./officer/PortraitScreen.vue"),
    meta: { layout: "desk", roles: OVERSIGHT },
  },
  { path: "/files", component: () => import("./officer/FilesScreen.vue"), meta: { ...desk("files", OVERSIGHT), needs: "GET /v1/files" } },
  { path: "/files/:id", component: () => import("./officer/FileScreen.vue"), meta: { layout: "desk", roles: OVERSIGHT } },
  { path: "/overview", component: () => import("./oversight/OverviewScreen.vue"), meta: desk("overview", WATCHING) },
  {
    path: "/reports",
    component: () => import("./oversight/ReportsScreen.vue"),
    meta: { ...desk("reports", OFFICE), needs: "GET /v1/reconciliation" },
  },
  {
    path: "/rules",
    component: () => import("./oversight/RulesScreen.vue"),
    meta: { ...desk("rules", OVERSIGHT), needs: "GET /v1/rules" },
  },
  { path: "/rules/:id", component: () => import("./oversight/RuleScreen.vue"), meta: { layout: "desk", roles: OVERSIGHT } },
  {
    path: "/rule-changes/:id",
    component: () => import("./oversight/RuleChangeScreen.vue"),
    meta: { layout: "desk", roles: OVERSIGHT },
  },
  {
    path: "/accounts",
    component: () => import("./oversight/AccountsScreen.vue"),
    meta: { ...desk("accounts", OVERSIGHT), needs: "GET /v1/accounts" },
  },
  {
    path: "/subscriptions",
    component: () => import("./oversight/SubscriptionsScreen.vue"),
    meta: { ...desk("subscriptions", OVERSIGHT), needs: "GET /v1/subscriptions" },
  },
  { path: "/audit", component: () => import("./oversight/AuditScreen.vue"), meta: desk("audit", ["auditor"]) },
  {
    path: "/audit/:id",
    component: () => import("./oversight/TrailScreen.vue"),
    meta: { layout: "desk", roles: ["auditor"] },
  },
  { path: "/my-list", component: () => import("./grid-worker/MyListScreen.vue"), meta: phone("myList", ["grid-worker"]) },
  { path: "/village", component: () => import("./grid-worker/VillageScreen.vue"), meta: phone("village", ["grid-worker"]) },
  { path: "/queue", component: () => import("./grid-worker/QueueScreen.vue"), meta: phone("queue", ["grid-worker"]) },
  {
    path: "/my-benefits",
    component: () => import("./citizen/MyBenefitsScreen.vue"),
    meta: phone("myBenefits", ["citizen"]),
  },
  { path: "/object", component: () => import("./citizen/ObjectScreen.vue"), meta: phone("object", ["citizen"]) },
  { path: "/stop", component: () => import("./citizen/StopScreen.vue"), meta: phone("stop", ["citizen"]) },
  { path: "/looks", component: () => import("./citizen/LooksScreen.vue"), meta: phone("looks", ["citizen"]) },
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
