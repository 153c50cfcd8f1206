import { h, Fragment } from "preact";
import { heat, reach } from "../heat";
import { count, clock, digits, ms, percent } from "./format";
import { Chart, Line, Plot, Range } from "./plot";
import type { Session } from "./session";
import type { View } from "./view";

const names = [["p50", "--a"], ["p95", "--b"], ["p99", "--c"]] as const;

/** The range that is shown: what was zoomed into, or the latest so many seconds, or all. */
export function rangeOf(s: Session, v: View): Range {
  if (v.range) return v.range;
  const end = Math.max(s.course.end, 5);
  return v.window > 0 && end > v.window ? [end - v.window, end] : [0, end];
}

/** What all charts have: they are made only where they are shown. While the course of a name is on its way, that of all is shown pale. */
function specs(s: Session, v: View): Record<string, () => Chart | null> {
  const all = s.course, one = s.focus ? s.focus.course ?? (s.focus.trouble ? null : all) : all, of = timesOf(s, v);
  const kind = of === "response" ? "Response times" : s.tick?.open ? "Service times" : "Response times";
  const line = (label: string, color: string, values: (number | null)[], more: Partial<Line> = {}): Line => ({ label, color, values, ...more });
  return {
    rate: () => one && {
      key: "rate", title: "Requests per second", ends: one.ends,
      lines: [line("RPS", "--a", one.rate("requests"), { fill: true }), line("failures/s", "--c", one.rate("failures"), { fill: true })],
    },
    times: () => one && {
      key: "times", title: kind, note: "ms", log: v.log, ends: one.ends,
      lines: names.map(([label, color], i) => line(label, color, one.percentiles(of, i))),
    },
    starts: () => all.open ? {
      key: "starts", title: "Starts per second", note: "of the open run", ends: all.ends,
      lines: [line("planned", "--b", all.rate("planned"), { dash: true }), line("started", "--a", all.rate("started"))],
    } : null,
    heat: () => {
      if (!one) return null;
      const spread = one.points.map(p => p[of]), widths = one.points.map(p => p.width);
      return {
        key: "heat", title: kind.replace("times", "time") + " spread", note: "ms", ends: one.ends, log: true, y: reach(spread, one.perOctave),
        paint: (u, color) => heat(u, spread, one.ends, widths, one.perOctave, color),
        lines: [line("p99", "--none", one.percentiles(of, 2), { hidden: true, unit: " ms" })],
      };
    },
    users: () => ({
      key: "users", title: "Number of users", ends: all.ends, lines: [line("users", "--a", all.points.map(p => p.users), { fill: true })],
    }),
    cpu: () => ({
      key: "cpu", title: "Generator: processors", note: "% of those it has", ends: all.ends, most: 100,
      lines: [line("CPU", "--b", all.points.map(p => p.cpu === null ? null : p.cpu * 100), { fill: true, unit: " %" })],
    }),
    lag: () => ({
      key: "lag", title: "Generator: lag", note: "ms on average", ends: all.ends,
      lines: [line("lag", "--b", all.points.map(p => p.lag === null ? null : p.lag / 1000), { fill: true, unit: " ms" })],
    }),
  };
}

export const timesOf = (s: Session, v: View): "service" | "response" => s.tick?.open && !v.service ? "response" : "service";

/** Some of the charts, with what steers them. */
export function Charts({ s, v, which, height }: { s: Session; v: View; which: string[]; height: number }) {
  const range = rangeOf(s, v), make = specs(s, v);
  const list = which.map(key => make[key]()).filter(c => c !== null);
  const zoom = (r: Range | null) => v.zoom(r && bounded(r, s.course.end));
  return <>
    <Bar s={s} v={v} range={range} />
    {s.focus?.trouble && <p class="note trouble" role="status">{s.focus.trouble}</p>}
    <div class={"charts" + (s.focus && !s.focus.course ? " loading" : "")}>{list.map(c =>
      <Plot key={c.key} chart={c} range={range} whole={[0, s.course.end]} height={height} stamp={v.theme} onZoom={zoom} />)}</div>
  </>;
}

/** Where a range begins or ends. A tick may come a little before its second is over: what is 5.998 is not called 5. */
const about = (seconds: number): string => clock(seconds + 0.1);

/** At least two seconds, and nothing that lies outside the run. */
function bounded([from, to]: Range, end: number): Range {
  to = Math.min(Math.max(to, from + 2), Math.max(end, 2));
  return [Math.max(0, Math.min(from, to - 2)), to];
}

function Bar({ s, v, range }: { s: Session; v: View; range: Range }) {
  const course = s.focus ? s.focus.course : s.course;
  return <div class="bar">
    {s.focus
      ? <button type="button" class="chip" onClick={() => v.look(null)} aria-label={`Show all requests again, not only ${s.focus.method} ${s.focus.name}`}>
        <span>{s.focus.method} <b>{s.focus.name}</b></span> <span aria-hidden="true">✕</span></button>
      : <span class="note">All requests</span>}
    {v.range
      ? <><span class="range" role="status"><b>{about(range[0])} – {about(range[1])}</b> {course && <RangeFigures figures={course.figures(range, timesOf(s, v))} />}</span>
        <button type="button" onClick={() => v.zoom(null)}>{s.tick?.state === "stopped" ? "Whole run" : "▶ Live"}</button></>
      : <>
        {s.tick?.state !== "stopped" && <button type="button" onClick={() => v.zoom(range)} title="Keep the charts as they are; the test goes on">❚❚ Pause</button>}
        <label>Range <select value={String(v.window)} onChange={e => v.set({ window: Number(e.currentTarget.value) })}>
          <option value="0">whole run</option><option value="60">last minute</option><option value="300">last 5 minutes</option><option value="1800">last 30 minutes</option>
        </select></label>
      </>}
    <span class="push" />
    {s.tick?.open && <label>Times <select value={v.service ? "service" : "response"} onChange={e => v.set({ service: e.currentTarget.value === "service" })}
      title="Response times begin when a request was due, service times when it was sent">
      <option value="response">response</option><option value="service">service</option></select></label>}
    <label><input type="checkbox" checked={v.log} onChange={e => v.set({ log: e.currentTarget.checked })} /> log scale</label>
  </div>;
}

function RangeFigures({ figures: f }: { figures: { requests: number; failures: number; seconds: number; times: (number | null)[] } }) {
  return <span title="The percentiles of a range are within 2.2 %">
    {count(f.requests)} requests · {f.seconds > 0 ? digits(f.requests / f.seconds) : 0}/s · {percent(f.requests > 0 ? f.failures / f.requests : 0)} failed
    {names.map(([label], i) => <> · {label} <b>{ms(f.times[i])}</b></>)} ms
  </span>;
}
