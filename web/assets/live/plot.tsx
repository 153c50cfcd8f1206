import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "../uplot/uPlot.esm.js";
import { below } from "../heat";
import { clock, count, digits } from "./format";

export type Range = [number, number];

export interface Line { label: string; color: string; values: (number | null)[]; fill?: boolean; dash?: boolean; unit?: string; hidden?: boolean }

export interface Chart {
  key: string; title: string; note?: string; ends: number[]; lines: Line[];
  log?: boolean; most?: number;        // most: the scale reaches so far at least
  y?: Range; paint?: (u: uPlot, color: string) => void;
}

interface Props {
  chart: Chart; range: Range; stamp: string;   // stamp: changes when the chart has to be built anew
  height: number; whole: Range; onZoom: (range: Range | null) => void;
}

const css = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A chart. All of them share their range and their crosshair. */
export function Plot(p: Props) {
  const box = useRef<HTMLDivElement>(null), legend = useRef<HTMLElement>(null);
  const plot = useRef<uPlot | null>(null);
  const now = useRef(p);
  now.current = p;
  const { chart } = p;

  useEffect(() => {
    const room = box.current!;
    const u = plot.current = new uPlot(options(room, now, () => tell(legend.current, u, now.current)), data(now.current.chart), room);
    const fit = new ResizeObserver(() => {
      const width = room.clientWidth;
      if (width > 0 && (width !== u.width || u.height !== now.current.height)) u.setSize({ width, height: now.current.height });
    });
    fit.observe(room);
    return () => { fit.disconnect(); u.destroy(); };
  }, [p.stamp, chart.log, chart.lines.length]);

  useEffect(() => {
    const u = plot.current!;
    u.batch(() => {
      u.setData(data(chart), false);
      u.setScale("x", { min: p.range[0], max: p.range[1] });
    });
    if (u.height !== p.height) u.setSize({ width: u.width, height: p.height });
    tell(legend.current, u, p);
  });

  return <section class="chart" tabIndex={0} role="group" aria-label={`${chart.title}: chart. Arrows move, plus and minus zoom, 0 shows all.`}
    onKeyDown={e => onKey(e, now.current)}>
    <header ref={legend}><h3>{chart.title} <small /></h3><div class="legend">
      {chart.lines.map(l => <span key={l.label} class={"key " + l.color.slice(2)}>{!l.hidden && <i />}{l.label} <b /></span>)}
    </div></header>
    <div class="plot" ref={box} />
  </section>;
}

const data = (c: Chart): uPlot.AlignedData => [c.ends, ...c.lines.map(l => l.values)];

/** Writes the values under the crosshair into the legend, the latest if there is none. By hand: the crosshair moves often. */
function tell(legend: HTMLElement | null, u: uPlot, { chart, range }: Props): void {
  if (!legend) return;
  const under = u.cursor.left !== undefined && u.cursor.left !== null && u.cursor.left >= 0 ? u.cursor.idx : null;
  let at = under ?? chart.ends.length - 1;
  while (under == null && at > 0 && chart.ends[at] > range[1] + 1e-6) at--;
  const when = legend.querySelector("small")!, text = under == null ? chart.note ?? "" : clock(chart.ends[at]);
  if (when.textContent !== text) when.textContent = text;
  legend.querySelectorAll(".key").forEach((k, i) => {
    const l = chart.lines[i], v = l?.values[at];
    const text = v == null ? "–" : (Number.isInteger(v) ? count(v) : digits(v)) + (l.unit ?? ""), b = k.querySelector("b")!;
    if (b.textContent !== text) b.textContent = text;
  });
}

function options(room: HTMLElement, now: { current: Props }, moved: () => void): uPlot.Options {
  const { chart, height, range } = now.current;
  const axis = { stroke: css("--soft"), font: "11px system-ui, sans-serif", grid: { stroke: css("--grid"), width: 1 }, ticks: { show: false } };
  const zoom = (r: Range | null) => now.current.onZoom(r);
  return {
    width: Math.max(room.clientWidth, 50), height, legend: { show: false }, padding: [8, 24, 0, 0],
    scales: {
      x: { time: false, min: range[0], max: range[1], range: (_u, a, b) => [a, b] },
      y: chart.log
        ? { distr: 3, range: (_u, a, b) => { const [from, to] = now.current.chart.y ?? [a > 0 ? a / 1.3 : 0.1, b > 0 ? b * 1.3 : 10]; return [below(from), to]; } }
        : { range: (_u, _a, b) => [0, Math.max(b || 1, now.current.chart.most ?? 0) * 1.08] },
    },
    axes: [
      { ...axis, values: (_u, splits) => splits.map(clock), space: 64, size: 24, gap: 4, incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400] },
      { ...axis, size: 50, gap: 4, space: 28, values: (_u, splits) => splits.map(v => v === null || chart.log && !round(v) ? "" : Number(v.toPrecision(3)).toLocaleString("en")) },
    ],
    cursor: {
      sync: { key: "live" }, drag: { x: true, y: false, setScale: false }, y: false,
      bind: { dblclick: () => () => { zoom(null); return null; } },
      points: { size: (_u, i) => now.current.chart.lines[i - 1]?.hidden ? 0 : 7 },
    },
    series: [{}, ...chart.lines.map(l => ({
      label: l.label, stroke: l.hidden ? "transparent" : css(l.color), width: 1.5, fill: l.fill ? css(l.color) + "22" : undefined,
      dash: l.dash ? [5, 4] : undefined, points: { show: (u: uPlot) => u.data[0].length < 2 }, spanGaps: false,
    }))],
    hooks: {
      drawAxes: chart.paint ? [u => now.current.chart.paint!(u, css("--a"))] : [],
      setCursor: [moved],
      setSelect: [u => {
        if (u.select.width > 3) zoom([u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")]);
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      }],
    },
  };
}

/** 1, 2 or 5 in some power of ten. */
const round = (v: number) => [1, 2, 5].includes(Number((v / Math.pow(10, Math.floor(Math.log10(v) + 1e-9))).toFixed(6)));

function onKey(e: KeyboardEvent, { range: [from, to], whole, onZoom }: Props): void {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const span = to - from;
  const by = { ArrowLeft: [-.25, -.25], ArrowRight: [.25, .25], "+": [.25, -.25], "=": [.25, -.25], "-": [-.5, .5], "−": [-.5, .5] }[e.key];
  if (e.key === "0") onZoom(null);
  else if (by && e.key.startsWith("Arrow")) {
    const shift = Math.min(Math.max(by[0] * span, whole[0] - from), whole[1] - to);
    onZoom([from + shift, to + shift]);
  } else if (by) onZoom([from + by[0] * span, to + by[1] * span]);
  else return;
  e.preventDefault();
  e.stopPropagation();
}
