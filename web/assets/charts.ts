import uPlot from "./uplot/uPlot.esm.js";
import { heat, reach } from "./heat";
import { Histogram, percentile, rough, sum, unpack } from "./times";

/** See course in report.go. */
interface Course {
  widths: number[]; requests: number[]; failures: number[]; users: number[]; lag: (number | null)[];
  perOctave: number; service: string; response: string;
}

type Line = { label: string; color: string; values: (number | null)[]; fill?: boolean };
type Chart = { title: string; lines: Line[]; log?: boolean; y?: [number, number]; paint?: (u: uPlot) => void };

const quantiles = [["50%", 0.5, "--a"], ["95%", 0.95, "--b"], ["99%", 0.99, "--c"]] as const;

/** Draws all charts and keeps them in step: one range, one crosshair. */
export async function charts(): Promise<void> {
  const data = document.querySelector("#data");
  if (!data) return;
  const c: Course = JSON.parse(data.textContent!);
  const n = c.widths.length;
  const service = c.service ? await unpack(c.service, n) : [];
  const response = c.response ? await unpack(c.response, n) : [];
  const ends: number[] = [];
  c.widths.reduce((end, w, i) => ends[i] = end + w / 1000, 0);

  const $ = <T extends HTMLElement>(id: string) => document.querySelector<T>("#" + id);
  const log = $<HTMLInputElement>("log")!, ofService = $<HTMLInputElement>("service"), whole = $<HTMLButtonElement>("whole")!;
  const full: [number, number] = [0, ends[n - 1]];
  let range = full;
  let plots: uPlot[] = [];
  $("course")!.hidden = false;

  const times = (): Histogram[] => response.length > 0 && !ofService?.checked ? response : service;

  function specs(): Chart[] {
    const rate = (values: number[]) => values.map((v, i) => c.widths[i] > 0 ? v / c.widths[i] * 1000 : null);
    const kind = response.length > 0 && !ofService?.checked ? "Response" : "Service";
    const list: Chart[] = [
      { title: "Requests a second", lines: [
        { label: "requests", color: "--a", values: rate(c.requests), fill: true },
        { label: "failures", color: "--c", values: rate(c.failures), fill: true }] },
      { title: kind + " times, ms", log: log.checked, lines: quantiles.map(([label, q, color]) => (
        { label, color, values: times().map(h => rough(h, q, c.perOctave)) })) },
    ];
    const shown = times();
    if (shown.length > 0) {
      list.push({ title: `Spread of the ${kind.toLowerCase()} times, ms`, log: true, y: reach(shown, c.perOctave),
        paint: u => heat(u, shown, ends, c.widths, c.perOctave, getComputedStyle(document.documentElement).getPropertyValue("--a").trim()),
        lines: [{ label: "slowest", color: "--none", values: shown.map(h => rough(h, 1, c.perOctave)) }] });
    }
    if (c.users.some(u => u > 0)) list.push({ title: "Users", lines: [{ label: "users", color: "--a", values: c.users, fill: true }] });
    if (c.lag.some(l => l !== null)) {
      list.push({ title: "Lag of the generator, ms on average", lines: [
        { label: "lag", color: "--b", values: c.lag.map(l => l === null ? null : l / 1000), fill: true }] });
    }
    return list;
  }

  function zoom(from: number, to: number): void {
    const least = Math.max(...c.widths) / 1000;
    to = Math.min(Math.max(to, from + least), full[1]);
    from = Math.max(Math.min(from, to - least), 0);
    range = [from, to];
    plots.forEach(p => p.setScale("x", { min: from, max: to }));
    tell();
  }

  // The figures of the range; those of the whole run are the exact ones that the page came with.
  const strip = new Map([...document.querySelectorAll<HTMLElement>("#strip dd")].map(d => [d.dataset.k!, { d, exact: [...d.childNodes].map(x => x.cloneNode(true)) }]));
  function tell(): void {
    const all = range[0] <= full[0] && range[1] >= full[1];
    whole.disabled = all;
    const inside = ends.map((end, i) => i).filter(i => ends[i] > range[0] && ends[i] - c.widths[i] / 1000 < range[1]);
    const seconds = inside.reduce((s, i) => s + c.widths[i] / 1000, 0);
    const total = (values: number[]) => inside.reduce((s, i) => s + values[i], 0);
    const h = sum(inside.map(i => times()[i] ?? { first: 0, counts: [] }));
    $("range")!.textContent = all ? "whole run" : `${clock(range[0])} to ${clock(range[1])}`;
    const show = (key: string, text: string, unit = "") => {
      const { d, exact } = strip.get(key)!;
      if (all && !ofService?.checked) { d.replaceChildren(...exact.map(x => x.cloneNode(true))); return; }
      const i = document.createElement("i");
      i.textContent = unit;
      d.replaceChildren(text, i);
    };
    show("requests", total(c.requests).toLocaleString("en"));
    show("rate", seconds > 0 ? digits(total(c.requests) / seconds) : "n/a");
    show("failures", total(c.failures).toLocaleString("en"));
    for (const [label, q] of quantiles) {
      const v = percentile(h, q, c.perOctave);
      show("p" + label.slice(0, -1), v === null ? "n/a" : digits(v), " ms");
    }
  }

  function draw(): void {
    const room = $("charts")!;
    plots.forEach(p => p.destroy());
    room.replaceChildren();
    plots = specs().map(spec => plot(room, spec, ends, () => range, zoom, full));
    tell();
  }

  draw();
  log.addEventListener("change", draw);
  ofService?.addEventListener("change", draw);
  whole.addEventListener("click", () => zoom(...full));
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", draw);
  new ResizeObserver(() => plots.forEach(p => {
    const width = p.root.parentElement!.clientWidth - 14;
    if (width > 0 && width !== p.width) p.setSize({ width, height: height() });
  })).observe($("charts")!);
}

const height = () => innerWidth < 600 ? 170 : 220;

function plot(room: HTMLElement, spec: Chart, ends: number[], range: () => [number, number],
  zoom: (from: number, to: number) => void, full: [number, number]): uPlot {
  const box = document.createElement("div");
  box.className = "chart";
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", spec.title);
  const title = document.createElement("h3");
  title.textContent = spec.title;
  box.append(title);
  room.append(box);
  box.addEventListener("keydown", e => {
    const [from, to] = range(), span = to - from;
    const to_ = { ArrowLeft: [-.25, -.25], ArrowRight: [.25, .25], "+": [.25, -.25], "=": [.25, -.25], "-": [-.5, .5], "−": [-.5, .5] }[e.key];
    if (e.key === "0") zoom(...full);
    else if (to_ && e.key.startsWith("Arrow")) {
      const by = Math.min(Math.max(to_[0] * span, -from), full[1] - to);
      zoom(from + by, to + by);
    } else if (to_) zoom(from + to_[0] * span, to + to_[1] * span);
    else return;
    e.preventDefault();
  });
  const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: css("--soft"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line"), width: 1 } };
  const [min, max] = range();
  return new uPlot({
    width: box.clientWidth - 14, height: height(),
    scales: { x: { time: false, min, max, range: (_u, a, b) => [a, b] }, y: spec.log ? { distr: 3, ...(spec.y && { range: () => spec.y! }) } : { range: (_u, _a, b) => [0, (b || 1) * 1.05] } },
    axes: [
      { ...axis, values: (_u, splits) => splits.map(clock), space: 60, size: 34, incrs: [.1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400] },
      { ...axis, ...(spec.paint && { grid: { show: false } }), size: 58, values: (_u, splits) => splits.map(v => v === null ? "" : Number(v.toPrecision(3)).toLocaleString("en")) },
    ],
    cursor: { sync: { key: "report" }, drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => () => { zoom(...full); return null; } }, y: false, points: { size: 6 } },
    series: [
      { label: "at", value: (_u, v) => v === null ? "–" : clock(v) },
      ...spec.lines.map(l => ({
        label: l.label, stroke: css(l.color), width: 1.5, fill: l.fill ? css(l.color) + "22" : undefined, spanGaps: false,
        value: (_u: uPlot, v: number | null) => v === null ? "–" : digits(v),
      })),
    ],
    hooks: { drawAxes: spec.paint ? [spec.paint] : [], setSelect: [u => {
      if (u.select.width > 3) zoom(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x"));
      u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    }] },
  }, [ends, ...spec.lines.map(l => l.values)], box);
}

/** Seconds since the start, as 1:02:03. */
function clock(seconds: number): string {
  const s = Math.round(seconds), pad = (v: number) => String(v).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${pad(s % 60)}` : `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
}

/** As decimal in format.go. */
function digits(v: number): string {
  const a = Math.abs(v);
  if (a === 0) return "0";
  return a >= 100 ? Math.round(v).toLocaleString("en") : v.toFixed(a >= 10 ? 1 : a >= 1 ? 2 : 3);
}
