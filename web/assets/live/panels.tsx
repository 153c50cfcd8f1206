import { h, Fragment, ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Charts } from "./charts";
import { Checks } from "./checks";
import { Download } from "./download";
import { Exceptions, Failures } from "./failures";
import { levelOf, Logs } from "./logs";
import { Ratios } from "./ratios";
import { Requests } from "./requests";
import { Tab, tabs } from "./route";
import type { Session } from "./session";
import { Shards, unwell } from "./shards";
import type { View } from "./view";

const titles: Record<Tab, string> = {
  stats: "Statistics", shards: "Shards", charts: "Charts", failures: "Failures", exceptions: "Exceptions", ratios: "Ratios", checks: "Checks & thresholds", logs: "Logs", reports: "Download data",
};

/** How much there is behind a tab that somebody should know of. */
function news(s: Session): Partial<Record<Tab, { n: number; shown: number }>> {
  const sum = (list: { count: number }[]) => list.reduce((n, x) => n + x.count, 0);
  const loud = s.log.filter(l => ["WARNING", "ERROR", "CRITICAL"].includes(levelOf(l.text)));
  const bad = s.shards.filter(unwell).length;
  const broken = s.thresholds.filter(t => !t.ok).length;
  return {
    shards: { n: bad, shown: bad },
    failures: { n: sum(s.failures), shown: s.failures.length }, exceptions: { n: sum(s.exceptions), shown: s.exceptions.length },
    checks: { n: broken + s.checks.reduce((n, c) => n + c.fails, 0), shown: broken + s.checks.filter(c => c.fails > 0).length },
    logs: { n: loud.at(-1)?.n ?? 0, shown: loud.length },
  };
}

/** The tabs, with a mark where there is something that was not looked at yet. */
export function Panels({ s, v, tab: wanted, onTab }: { s: Session; v: View; tab: Tab; onTab: (t: Tab) => void }) {
  const there = tabs.filter(t => t !== "shards" || s.shards.length > 0), tab = there.includes(wanted) ? wanted : "stats";
  const seen = useRef<{ run: number; of: Partial<Record<Tab, number>> }>({ run: s.run, of: {} });
  const list = useRef<HTMLDivElement>(null);
  if (seen.current.run !== s.run) seen.current = { run: s.run, of: {} };
  const all = news(s);
  if (all[tab]) seen.current.of[tab] = all[tab].n;
  const move = (e: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    const to = by ? (there.indexOf(tab) + by + there.length) % there.length : e.key === "Home" ? 0 : e.key === "End" ? there.length - 1 : -1;
    if (to < 0) return;
    e.preventDefault();
    onTab(there[to]);
    list.current!.querySelectorAll<HTMLElement>("[role=tab]")[to].focus();
  };
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" }), [tab]);
  return <>
    <div class="tabs" role="tablist" aria-label="What is shown" ref={list} onKeyDown={move}>{there.map(t => {
      const n = all[t], fresh = !!n && n.n > (seen.current.of[t] ?? 0);
      return <button key={t} type="button" role="tab" id={"tab-" + t} aria-selected={t === tab} aria-controls="panel" tabIndex={t === tab ? 0 : -1} onClick={() => onTab(t)}>
        {titles[t]}{n && n.shown > 0 && <span class={"badge" + (fresh ? " fresh" : "")} title={fresh ? "news" : undefined}>{n.shown}{fresh && <span class="sr"> news</span>}</span>}
      </button>;
    })}</div>
    <div class={"panel-" + tab} role="tabpanel" id="panel" aria-labelledby={"tab-" + tab}>{content(s, v, tab)}</div>
  </>;
}

function content(s: Session, v: View, tab: Tab): ComponentChildren {
  switch (tab) {
    case "stats": return <><Overview s={s} v={v} /><Requests s={s} v={v} /></>;
    case "shards": return <Shards s={s} />;
    case "charts": return <Charts s={s} v={v} which={["rate", "times", "heat", "starts", "users", "cpu", "lag"]} height={230} />;
    case "failures": return <Failures s={s} />;
    case "exceptions": return <Exceptions s={s} />;
    case "ratios": return <Ratios s={s} />;
    case "checks": return <Checks s={s} />;
    case "logs": return <Logs s={s} />;
    case "reports": return <Download s={s} />;
  }
}

/** The most important charts, where there is room for them above the table. */
function Overview({ s, v }: { s: Session; v: View }) {
  const wide = useMedia("(min-width: 760px)"), wider = useMedia("(min-width: 1240px)");
  return (wide && v.overview) || s.focus ? <div class="overview"><Charts s={s} v={v} which={wide && !wider ? ["rate", "times"] : ["rate", "times", "heat"]} height={170} /></div> : null;
}

function useMedia(query: string): boolean {
  const [is, set] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const m = matchMedia(query), on = () => set(m.matches);
    m.addEventListener("change", on);
    return () => m.removeEventListener("change", on);
  }, [query]);
  return is;
}
