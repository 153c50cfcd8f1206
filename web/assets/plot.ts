// One chart.
import { below } from "./heat";
import uPlot from "./uplot/uPlot.esm.js";

type Values = (number | null | undefined)[];

/** Dashed lines are of the second run, or of a plan. On the right is the scale of shares, in percent. */
export interface Line { label: string; color: string; values: Values; fill?: boolean; dash?: boolean; right?: boolean }
export interface Chart {
  title: string; x: number[]; lines: Line[]; log?: boolean; y?: [number, number]; paint?: (u: uPlot) => void;
  percentiles?: boolean; // x is 1/(1-fraction), else seconds
}
export type Range = [number, number];

export const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const height = (): number => innerWidth < 600 ? 170 : 220;

/** Puts lines that have an x of their own each on one x. */
export function joined(lines: (Omit<Line, "values"> & { x: number[]; values: (number | null)[] })[]): { x: number[]; lines: Line[] } {
  const filled = lines.filter(l => l.x.length > 0);
  if (filled.length === 0) return { x: [], lines: [] };
  const [x, ...values] = uPlot.join(filled.map(l => [l.x, l.values] as uPlot.AlignedData)) as unknown as [number[], ...Values[]];
  return { x, lines: filled.map((l, i) => ({ ...l, values: values[i] })) };
}

/** Draws a chart into a box. Who drags over it, or comes to it by keyboard, calls zoom. */
export function plot(box: HTMLElement, c: Chart, [min, max]: Range, zoom: (from: number, to: number) => void, whole: () => void): uPlot {
  const axis = { stroke: css("--soft"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line"), width: 1 } };
  const right = c.lines.some(l => l.right);
  const u = new uPlot({
    width: box.clientWidth - 14, height: height(),
    scales: {
      x: { time: false, distr: c.percentiles ? 3 : 1, ...(c.percentiles ? { range: (_u, _a, b) => [1, Math.max(b, 10)] } : { min, max, range: (_u, a, b) => [a, b] }) },
      y: c.log ? { distr: 3, ...(c.y && { range: () => [below(c.y![0]), c.y![1]] }) } : { range: (_u, _a, b) => [0, (b || 1) * 1.05] },
      right: { range: (_u, _a, b) => [0, b > 50 ? 105 : b > 10 ? 52.5 : 10.5] },
    },
    axes: [
      c.percentiles
        ? { ...axis, size: 34, splits: nines, filter: every, values: (_u, splits) => splits.map(fraction) }
        : { ...axis, values: (_u, splits) => splits.map(clock), space: 60, size: 34, incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400] },
      { ...axis, ...(c.paint && { grid: { show: false } }), ...(c.log && { splits: decades, filter: every }), size: 58, values: (_u, splits) => splits.map(v => v === null ? "" : Number(v.toPrecision(3)).toLocaleString("en")) },
      ...(right ? [{ ...axis, scale: "right", side: 1 as const, size: 48, grid: { show: false }, values: (_u: uPlot, splits: number[]) => splits.map(v => v + " %") }] : []),
    ],
    cursor: {
      ...(!c.percentiles && { sync: { key: "report" } }), drag: { x: !c.percentiles, y: false, setScale: false },
      bind: { dblclick: () => () => { whole(); return null; } }, y: false, points: { size: 6 },
      dataIdx: (u, s, i) => s === 0 ? i : known(u.data[s], i, c.percentiles ? Infinity : 4),
    },
    series: [
      { label: c.percentiles ? "below" : "at", value: (_u, v) => v === null ? "–" : c.percentiles ? fraction(v) : clock(v) },
      ...c.lines.map(l => ({
        label: l.label, stroke: css(l.color), width: 1.5, fill: l.fill ? css(l.color) + "22" : undefined, spanGaps: false,
        ...(l.dash && { dash: [6, 4] }), ...(l.right && { scale: "right" }), points: { fill: css("--card"), ...((c.percentiles || c.paint) && { show: false }) },
        value: (_u: uPlot, v: number | null) => v === null || v === undefined ? "–" : digits(v) + (l.right ? " %" : ""),
      })),
    ],
    hooks: { drawAxes: c.paint ? [c.paint] : [], setSelect: [u => {
      if (u.select.width > 3) zoom(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x"));
      u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    }] },
  }, [c.x, ...c.lines.map(l => l.values)] as uPlot.AlignedData, box);
  return u;
}

/** The index nearest to i, and no further away than that, where a line has a value of its own: joined lines have not at all x. */
function known(values: ArrayLike<unknown>, i: number, furthest: number): number {
  for (let off = 0; off <= furthest && off < values.length; off++) {
    for (const at of [i - off, i + off]) if (values[at] !== undefined) return at;
  }
  return i;
}

/** Labels all splits: by itself uPlot would label few of those on a logarithmic scale. */
const every = (_u: uPlot, splits: number[]): number[] => splits;

function nines(u: uPlot, _axis: number, _min: number, max: number): number[] {
  const decade = u.bbox.width / devicePixelRatio / Math.log10(max);
  const splits = decade > 170 ? [1, 2] : [1]; // 50 % only where there is room
  for (let v = 10; v <= max * 1.0001; v *= 10) splits.push(v);
  return splits;
}

/** Powers of ten, and between them 2 and 5 where there are few. */
function decades(_u: uPlot, _axis: number, min: number, max: number): number[] {
  const few = Math.log10(max / min) < 3, splits: number[] = [];
  for (let e = Math.floor(Math.log10(min)); e <= Math.log10(max); e++) {
    for (const m of few ? [1, 2, 5] : [1]) {
      const v = Number((m * Math.pow(10, e)).toPrecision(3));
      if (v >= min && v <= max) splits.push(v);
    }
  }
  return splits;
}

/** 1/(1-fraction) as a percentage: 99.9 %. */
function fraction(x: number): string {
  const beyond = 100 / x; // percent
  return (100 - beyond).toFixed(Math.min(Math.max(Math.ceil(-Math.log10(beyond) - 1e-9), 0), 6)) + " %";
}

/** Seconds since the start, as 1:02:03. */
export function clock(seconds: number): string {
  const s = Math.round(seconds), pad = (v: number) => String(v).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${pad(s % 60)}` : `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
}

/** As decimal in format.go. */
export function digits(v: number): string {
  const a = Math.abs(v);
  if (a === 0) return "0";
  return a >= 100 ? Math.round(v).toLocaleString("en") : v.toFixed(a >= 10 ? 1 : a >= 1 ? 2 : 3);
}
