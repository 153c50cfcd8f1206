// What is shown is in the address, so that it can be bookmarked and sent to somebody: ?tab=failures, ?method=GET&name=/item.

export const tabs = ["stats", "shards", "charts", "failures", "exceptions", "ratios", "checks", "logs", "reports"] as const;
export type Tab = typeof tabs[number];

export interface Route { tab: Tab; focus: { method: string; name: string } | null }

export function readRoute(): Route {
  const q = new URLSearchParams(location.search);
  const wanted = q.get("tab") ?? (location.hash.slice(1) || "stats");
  const alias: Record<string, Tab> = { logViewer: "logs", download: "reports", statistics: "stats" }; // Locust's words
  const tab = tabs.find(t => t === wanted) ?? alias[wanted] ?? "stats";
  const name = q.get("name");
  return { tab, focus: name === null ? null : { method: q.get("method") ?? "", name } };
}

export function writeRoute(r: Route): void {
  const q = new URLSearchParams();
  if (r.tab !== "stats") q.set("tab", r.tab);
  if (r.focus) {
    q.set("method", r.focus.method);
    q.set("name", r.focus.name);
  }
  const address = location.pathname + (q.size > 0 ? "?" + q : "");
  if (address !== location.pathname + location.search + location.hash) history.pushState(null, "", address);
}
