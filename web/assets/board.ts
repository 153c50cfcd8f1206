// All charts of a page: they have one range and one crosshair.
import type uPlot from "./uplot/uPlot.esm.js";
import { Chart, height, plot, Range } from "./plot";

export interface Board {
  range(): Range;
  /** All of the run is in the range. */
  whole(): boolean;
  /** Draws all charts anew. */
  draw(): void;
}

/**
 * Draws charts into #charts. charts gives those for a range; those of percentiles are drawn anew when it changes. changed is
 * called after each change of the range. least is the shortest range, in seconds.
 */
export function board(full: Range, least: number, charts: (range: Range) => Chart[], changed: () => void): Board {
  const room = document.querySelector<HTMLElement>("#charts")!, button = document.querySelector<HTMLButtonElement>("#whole")!;
  let range = full, plots: { u: uPlot; c: Chart }[] = [];
  const whole = () => range[0] <= full[0] && range[1] >= full[1];

  function zoom(from: number, to: number): void {
    to = Math.min(Math.max(to, from + least), full[1]);
    from = Math.max(Math.min(from, to - least), full[0]);
    range = [from, to];
    const anew = charts(range).filter(c => c.percentiles);
    for (const { u, c } of plots) {
      if (!c.percentiles) u.setScale("x", { min: from, max: to });
    }
    plots.forEach((p, i) => {
      if (p.c.percentiles && anew.length) plots[i] = place(p.u.root.parentElement!, anew.shift()!);
    });
    tell();
  }

  function tell(): void {
    button.disabled = whole();
    changed();
  }

  function place(box: HTMLElement, c: Chart): { u: uPlot; c: Chart } {
    const title = document.createElement("h3");
    title.textContent = c.title;
    box.setAttribute("aria-label", c.title);
    box.replaceChildren(title);
    return { u: plot(box, c, range, zoom, () => zoom(...full)), c };
  }

  function keys(e: KeyboardEvent): void {
    const [from, to] = range, span = to - from;
    const by = { ArrowLeft: [-.25, -.25], ArrowRight: [.25, .25], "+": [.25, -.25], "=": [.25, -.25], "-": [-.5, .5], "−": [-.5, .5] }[e.key];
    if (e.ctrlKey || e.metaKey || e.altKey) return; // those are the browser's
    if (e.key === "0") zoom(...full);
    else if (by && e.key.startsWith("Arrow")) {
      const shift = Math.min(Math.max(by[0] * span, full[0] - from), full[1] - to);
      zoom(from + shift, to + shift);
    } else if (by) zoom(from + by[0] * span, to + by[1] * span);
    else return;
    e.preventDefault();
  }

  function draw(): void {
    plots.forEach(p => p.u.destroy());
    room.replaceChildren();
    const boxes = charts(range).map(c => { // all at once: how wide one is depends on how many there are
      const box = document.createElement("div");
      box.className = "chart";
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.addEventListener("keydown", keys);
      room.append(box);
      return { box, c };
    });
    plots = boxes.map(({ box, c }) => place(box, c));
    tell();
  }

  button.addEventListener("click", () => zoom(...full));
  for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", draw);
  new ResizeObserver(() => plots.forEach(({ u }) => {
    const width = u.root.parentElement!.clientWidth - 14;
    if (width > 0 && width !== u.width) u.setSize({ width, height: height() });
  })).observe(room);
  return { range: () => range, whole, draw };
}
