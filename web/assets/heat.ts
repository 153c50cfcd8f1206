import type uPlot from "./uplot/uPlot.esm.js";
import { Histogram } from "./times";

/** The times in milliseconds that a heat map reaches from and to. */
export function reach(all: Histogram[], perOctave: number): [number, number] {
  const filled = all.filter(h => h.counts.length > 0);
  const ms = (bucket: number) => Math.pow(2, bucket / perOctave) / 1000;
  if (filled.length === 0) return [1, 10];
  return [ms(Math.min(...filled.map(h => h.first))), ms(Math.max(...filled.map(h => h.first + h.counts.length)))];
}

/** Where a logarithmic scale is to begin that has v on it: at a number of one digit. From some others, such as 0.0972, uPlot never comes to the end of it. */
export function below(v: number): number {
  const power = Math.pow(10, Math.floor(Math.log10(v)));
  return Number((Math.max(Math.floor(v / power), 1) * power).toPrecision(1));
}

/** Draws how the times of each interval are spread: the darker, the more of its requests. Four buckets are one field. */
export function heat(u: uPlot, all: Histogram[], ends: number[], widths: number[], perOctave: number, color: string): void {
  const fields = perOctave / 4, { ctx } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  ctx.clip();
  ctx.fillStyle = color;
  all.forEach((h, i) => {
    // Whole pixels: between fields that meet inside of one there would be a line.
    const left = Math.round(u.valToPos(ends[i] - widths[i] / 1000, "x", true)), right = Math.round(u.valToPos(ends[i], "x", true));
    if (right < u.bbox.left || left > u.bbox.left + u.bbox.width) return;
    const n = h.counts.reduce((a, b) => a + b, 0);
    const sums = new Map<number, number>();
    h.counts.forEach((c, b) => {
      const field = Math.floor((h.first + b) / fields);
      sums.set(field, (sums.get(field) ?? 0) + c);
    });
    for (const [field, count] of sums) {
      if (count === 0) continue;
      const top = Math.round(u.valToPos(Math.pow(2, (field + 1) * fields / perOctave) / 1000, "y", true));
      const bottom = Math.round(u.valToPos(Math.pow(2, field * fields / perOctave) / 1000, "y", true));
      ctx.globalAlpha = 0.08 + 0.92 * Math.sqrt(count / n);
      ctx.fillRect(left, top, Math.max(right - left, 1), bottom - top);
    }
  });
  ctx.restore();
}
