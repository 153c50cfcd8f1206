// The charts of two runs: A has solid lines, B dashed ones. Both begin at 0.
import { board } from "./board";
import { quantiles, rate } from "./charts";
import { Course, read, Run, shown, View, within } from "./course";
import { rows } from "./names";
import { Chart, clock, digits, joined, Range } from "./plot";
import { curve, json, percentile, rough } from "./times";

/** See comparedData in compare.go. */
interface Side { run: Run | null; curve: [number, number][] }

export async function compare(): Promise<void> {
  const data = document.querySelector("#two");
  if (!data) return;
  const sides: Side[] = await Promise.all((await json<(Course & { curve: [number, number][] })[]>(data.textContent!)).map(
    async c => ({ run: c.widths ? await read(c) : null, curve: c.curve })));
  const runs = sides.map(s => s.run), known = runs.filter(r => r !== null);
  const log = document.querySelector<HTMLInputElement>("#log")!;
  const ofService = !(known.length && known.every(r => r.whole.response));
  const view = (i: number): View | null => {
    const run = runs[i], row = pick.chosen();
    return row === null || !run ? run && run.whole : run.name(place(row, i));
  };
  const pick = rows(row => runs.some((r, i) => r && place(row, i) >= 0 && r.name(place(row, i))), () => { b.draw(); });
  const end = Math.max(1, ...known.map(r => r.whole.ends[r.whole.ends.length - 1]));
  document.querySelector<HTMLElement>("#course")!.hidden = false;
  if (!known.length) document.querySelectorAll<HTMLElement>("#course .screen, #whole").forEach(e => { e.hidden = true; }); // nothing to zoom
  const b = board([0, end], Math.max(...known.map(r => Math.max(...r.whole.widths)), 0.001), range => {
    const views = [view(0), view(1)];
    const list = known.length ? overlaid(runs, views, log.checked, ofService) : [];
    const spread = percentiles(sides, views, range, log.checked, ofService, pick.chosen() === null);
    if (spread) list.splice(1, 0, spread);
    return list;
  }, () => tell(b.range(), b.whole(), [view(0), view(1)], ofService, pick.chosen()));
  b.draw();
  log.addEventListener("change", b.draw);
}

/** The place of a row of the table in the summary of a run; -1 for none. */
function place(row: number, run: number): number {
  const r = document.querySelector<HTMLTableRowElement>(`#requests tr[data-row="${row}"]`);
  return Number(r?.dataset[run ? "b" : "a"] ?? -1);
}

function overlaid(runs: (Run | null)[], views: (View | null)[], log: boolean, service: boolean): Chart[] {
  const lines = (label: string, values: (v: View, run: Run) => (number | null)[] | null, color?: string) => views.flatMap((v, i) => {
    const list = v && values(v, runs[i]!);
    return list ? [{ ...line(i, label), ...(color && { color }), x: v.ends, values: list }] : [];
  });
  const percentileOf = (q: number) => (v: View) => { const t = shown(v, service); return t.list.map(h => rough(h, q, t.perOctave)); };
  const charts: Chart[] = [
    { title: "Requests a second", ...joined([
      ...lines("requests", v => rate(v, v.requests)), ...lines("failures", v => v.failures && rate(v, v.failures), "--c")]) },
    ...quantiles.map(([label, q]) => ({
      title: `${label.slice(0, -1)} % of the ${service ? "service" : "response"} times are below, ms`, log, ...joined(lines(label, percentileOf(q))) })),
  ];
  if (views.every((v, i) => !v || v === runs[i]!.whole)) {
    charts.push({ title: "Users", ...joined(lines("users", (_v, r) => r.course.users)) });
    charts.push({ title: "Generator: processors taken, %", ...joined(lines("processors", (_v, r) =>
      r.course.cpu.some(s => s !== null) ? r.course.cpu.map(s => s === null ? null : 100 * s) : null)) });
  }
  return charts.filter(c => c.lines.length > 0 && c.lines.some(l => l.values.some(v => v)));
}

/** How a line of a run looks. */
const line = (run: number, label: string) => ({ label: `${"AB"[run]} ${label}`.trim(), color: run ? "--b" : "--a", dash: run === 1 });

/** Of the range if the courses are known, else what the summaries tell of the whole runs. */
function percentiles(sides: Side[], views: (View | null)[], range: Range, log: boolean, service: boolean, all: boolean): Chart | null {
  const lines = sides.map((s, i) => {
    const v = views[i], w = v && within(v, range, service);
    const points = w ? curve(w.times, w.perOctave) : all && !s.run ? s.curve.map(([q, ms]) => [1 / (1 - q), ms] as [number, number]) : [];
    return { ...line(i, ""), x: points.map(p => p[0]), values: points.map(p => p[1]) };
  });
  const both = joined(lines);
  return both.lines.length ? { title: "Percentiles, ms", percentiles: true, log, ...both } : null;
}

/** The figures of the range; those of whole runs are the exact ones that the page came with. */
function tell(range: Range, whole: boolean, views: (View | null)[], service: boolean, chosen: number | null): void {
  document.querySelector("#range")!.textContent = whole ? "whole runs" : `${clock(range[0])} to ${clock(range[1])} of each`;
  for (const d of document.querySelectorAll<HTMLElement>("#strip dd[data-k]")) {
    const exact = d.querySelector<HTMLElement>(".exact")!, ranged = d.querySelector<HTMLElement>(".ranged")!;
    exact.hidden = !(ranged.hidden = whole && chosen === null);
    ranged.textContent = views.map(v => v ? value(within(v, range, service), d.dataset.k!) : "–").join(" → ");
  }
}

function value(w: ReturnType<typeof within>, key: string): string {
  if (key === "rate") return w.rate === null ? "n/a" : digits(w.rate);
  if (key === "failed") return w.failures === null ? "n/a" : (100 * w.failures / Math.max(w.requests, 1)).toFixed(1) + "\u00a0%"; // it is not broken at the end of a line
  const v = percentile(w.times, Number(key.slice(1)) / 100, w.perOctave);
  return v === null ? "n/a" : digits(v);
}
