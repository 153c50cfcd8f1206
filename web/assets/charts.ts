// The charts of one run.
import { board, Board } from "./board";
import { Course, read, Run, shown, Times, View, within } from "./course";
import { heat, reach } from "./heat";
import { figures, rows } from "./names";
import { Chart, clock, css, digits, joined, Line, Range } from "./plot";
import { curve, json, percentile, rough } from "./times";

export const quantiles = [["50%", 0.5, "--a"], ["95%", 0.95, "--b"], ["99%", 0.99, "--c"]] as const;
export const rate = (v: View, values: number[]): (number | null)[] => values.map((n, i) => v.widths[i] > 0 ? n / v.widths[i] : null);
const find = <T extends HTMLElement>(id: string) => document.querySelector<T>("#" + id);

export async function charts(): Promise<void> {
  const data = document.querySelector("#data");
  if (!data) return;
  const run = await read(await json<Course>(data.textContent!));
  const { whole } = run, log = find<HTMLInputElement>("log")!, service = find<HTMLInputElement>("service");
  const views = viewsOf(run);
  const pick = rows(row => views(row) !== null, () => {
    if (service) service.disabled = view().service === null; // which of a name are not in the page
    b.draw();
  });
  const full: Range = [0, whole.ends[whole.ends.length - 1]];
  const ofService = () => !!service?.checked && view().service !== null;
  const view = () => (pick.chosen() === null ? null : views(pick.chosen()!)) ?? whole;
  find("course")!.hidden = false;
  const b: Board = board(full, Math.max(...whole.widths),
    range => specs(run, view(), range, log.checked, ofService()), () => tell(b, view(), views, pick.chosen(), ofService()));
  b.draw();
  for (const box of [log, service]) box?.addEventListener("change", b.draw);
}

/** A table with one row is that of all requests. */
function viewsOf(run: Run): (row: number) => View | null {
  const only = document.querySelector<HTMLTableElement>("#requests")!.tBodies[0].rows.length === 1;
  return row => only ? run.whole : run.name(row);
}

function specs(run: Run, v: View, range: Range, log: boolean, service: boolean): Chart[] {
  const { course: c } = run, all = v === run.whole, x = v.ends;
  const kind = v.response && !service ? "Response" : "Service", times = shown(v, service);
  const list: Chart[] = [
    { title: "Requests a second", x, lines: [
      { label: "requests", color: "--a", values: rate(v, v.requests), fill: true },
      ...(v.failures ? [{ label: "failures", color: "--c", values: rate(v, v.failures), fill: true }] : []),
      ...(all ? starts(c, v) : [])] },
  ];
  if (times.list.some(h => h.counts.length > 0)) list.push(
    { title: kind + " times, ms", x, log, lines: quantiles.map(([label, q, color]) => (
      { label, color, values: times.list.map(h => rough(h, q, times.perOctave)) })) },
    spread(v, times, kind),
    percentiles(v, range, log, service),
  );
  if (all && c.users.some(u => u > 0)) list.push({ title: "Users", x, lines: [{ label: "users", color: "--a", values: c.users, fill: true }] });
  if (all) list.push(...generator(c, v));
  return list;
}

/** In an open run, what was planned and what came of it. */
function starts(c: Course, v: View): Line[] {
  if (!c.planned || !c.started) return [];
  return [{ label: "starts", color: "--d", values: rate(v, c.started) },
    { label: "planned", color: "--ink", values: rate(v, c.planned), dash: true }];
}

function spread(v: View, times: Times, kind: string): Chart {
  return { title: `Spread of the ${kind.toLowerCase()} times, ms`, x: v.ends, log: true, y: reach(times.list, times.perOctave),
    paint: u => heat(u, times.list, v.ends, v.widths.map(w => 1000 * w), times.perOctave, css("--a")),
    lines: [{ label: "slowest", color: "--none", values: times.list.map(h => rough(h, 1, times.perOctave)) }] };
}

function percentiles(v: View, range: Range, log: boolean, service: boolean): Chart {
  const line = (label: string, color: string, dash: boolean, ofService: boolean) => {
    const w = within(v, range, ofService), points = curve(w.times, w.perOctave);
    return { label, color, dash, x: points.map(p => p[0]), values: points.map(p => p[1]) };
  };
  const lines = [];
  if (v.response && !service) lines.push(line("response", "--a", false, false));
  if (v.service) lines.push(line("service", lines.length ? "--d" : "--a", lines.length > 0, true));
  return { title: "Percentiles, ms", percentiles: true, log, ...joined(lines) };
}

/** How the generator fared: what it took of its processors, and the lag that it added. */
function generator(c: Course, v: View): Chart[] {
  const lines: Line[] = [];
  if (c.lag.some(l => l !== null)) {
    lines.push({ label: "lag", color: "--b", values: c.lag.map(l => l === null ? null : l / 1000), fill: true });
  }
  if (c.cpu.some(s => s !== null)) {
    lines.push({ label: "processors", color: "--d", values: c.cpu.map(s => s === null ? null : 100 * s), right: true });
  }
  return lines.length ? [{ title: "Generator: lag, ms on average, and processors taken", x: v.ends, lines }] : [];
}

/** The figures of the range and of the name; those of the whole run are the exact ones that the page came with. */
function tell(b: Board, v: View, views: (row: number) => View | null, chosen: number | null, service: boolean): void {
  const exact = b.whole() && !service, range = b.range(), w = within(v, range, service);
  const row = chosen === null ? null : document.querySelector<HTMLTableRowElement>(`#requests tr[data-row="${chosen}"]`);
  find("range")!.textContent = b.whole() ? "whole run" : `${clock(w.from)} to ${clock(w.to)}`;
  figures(range, b.whole(), views);
  for (const d of document.querySelectorAll<HTMLElement>("#strip dd[data-k]")) {
    d.dataset.exact ??= d.textContent!;
    const [text, unit] = exact ? (row ? cellOf(row, d.dataset.k!) : d.dataset.exact).split(/(?= ms$| \()/) : told(w, d.dataset.k!);
    const i = document.createElement("i");
    i.textContent = unit ?? "";
    d.replaceChildren(text, i);
    if (d.dataset.k === "failures") d.parentElement!.classList.toggle("bad", !/^(0|n\/a)$/.test(text));
  }
}

const cells = ["", "", "requests", "failures", "rate", "", "p50", "", "p95", "p99"];

function cellOf(row: HTMLTableRowElement, key: string): string {
  return row.cells[cells.indexOf(key)].textContent! + (key.startsWith("p") ? " ms" : "");
}

function told(w: ReturnType<typeof within>, key: string): [string, string?] {
  switch (key) {
    case "requests": return [w.requests.toLocaleString("en")];
    case "failures": return w.failures === null ? ["n/a"] : [w.failures.toLocaleString("en"), ` (${(100 * w.failures / Math.max(w.requests, 1)).toFixed(1)} %)`];
    case "rate": return [w.rate === null ? "n/a" : digits(w.rate)];
  }
  const v = percentile(w.times, Number(key.slice(1)) / 100, w.perOctave);
  return v === null ? ["n/a", " ms"] : [digits(v), " ms"];
}
