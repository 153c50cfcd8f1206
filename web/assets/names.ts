// The table of requests: a row can be chosen for the charts, and shows the figures of the range.
import { View, within } from "./course";
import { clock, digits, Range } from "./plot";
import { sorted } from "./tables";
import { mean, percentile, rough } from "./times";

const table = () => document.querySelector<HTMLTableElement>("#requests")!;

export interface Choice { chosen(): number | null }

/** Lets a row be chosen, by a click on it or by the button that its name becomes. usable says which rows can be. */
export function rows(usable: (row: number) => boolean, changed: () => void): Choice {
  const list = [...table().tBodies[0].rows].filter(r => r.dataset.row !== undefined && usable(Number(r.dataset.row)));
  const all = document.querySelector<HTMLButtonElement>("#all"), name = document.querySelector<HTMLElement>("#name");
  let chosen: number | null = null;
  if (!all || !name || list.length < 2) return { chosen: () => null };

  const label = (r: HTMLTableRowElement) => `${r.cells[0].textContent} ${r.cells[1].textContent}`.trim();
  const choose = (row: number | null) => {
    chosen = row;
    for (const r of list) {
      const on = Number(r.dataset.row) === row;
      r.classList.toggle("chosen", on);
      r.cells[1].querySelector("button")!.setAttribute("aria-pressed", String(on));
      if (on) name.textContent = label(r);
    }
    all.hidden = name.hidden = row === null;
    changed();
  };
  for (const r of list) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = "show only this name in the charts";
    button.setAttribute("aria-pressed", "false");
    button.append(...r.cells[1].childNodes);
    r.cells[1].append(button);
    r.classList.add("usable");
    r.addEventListener("click", () => {
      if (getSelection()?.toString() && getSelection()!.containsNode(r, true)) return; // somebody copies a text
      choose(chosen === Number(r.dataset.row) ? null : Number(r.dataset.row));
      if (chosen !== null) {
        document.querySelector("#course")!.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      }
    });
  }
  all.addEventListener("click", () => choose(null));
  return { chosen: () => chosen };
}

/** Shows the figures of a range in the table, where they are known; for the whole run those that the page came with. */
export function figures(range: Range, whole: boolean, views: (row: number) => View | null): void {
  const note = document.querySelector<HTMLElement>("#times")!;
  note.dataset.exact ??= note.textContent!;
  note.textContent = note.dataset.exact;
  for (const row of table().tBodies[0].rows) {
    const v = whole ? null : views(Number(row.dataset.row)), w = v && within(v, range, false);
    if (w) {
      note.textContent = `${v.response ? "Response" : "Service"} times in milliseconds from ${clock(w.from)} to ${clock(w.to)}: whole intervals of ${Math.round(Math.max(...v.widths))} s, `
        + `percentiles within ${w.perOctave < 16 ? 6 : 3} %. n/a: too few requests to tell. –: known of the whole run only.`;
    }
    show(row, whole ? null : w ? cells(w) : Array<string>(11).fill("–"));
  }
  table().tFoot!.hidden = !whole; // the figures of all are those above the charts
  sorted(table());
}

function cells(w: ReturnType<typeof within>): string[] {
  const ms = (v: number | null) => v === null ? "n/a" : digits(v);
  return [
    w.requests.toLocaleString("en"), w.failures === null ? "–" : w.failures.toLocaleString("en"), w.rate === null ? "n/a" : digits(w.rate),
    ms(mean(w.times, w.perOctave)), ...[0.5, 0.9, 0.95, 0.99, 0.999].map(q => ms(percentile(w.times, q, w.perOctave))),
    ms(rough(w.times, 1, w.perOctave)), "–",
  ];
}

/** Puts texts into the cells after the name; null for those that were there first. */
function show(row: HTMLTableRowElement, texts: string[] | null): void {
  [...row.cells].slice(2).forEach((cell, i) => {
    cell.dataset.exact ??= cell.textContent!;
    cell.dataset.exactV ??= cell.dataset.v ?? "";
    cell.textContent = texts ? texts[i] : cell.dataset.exact;
    if (texts || !cell.dataset.exactV) delete cell.dataset.v;
    else cell.dataset.v = cell.dataset.exactV;
    if (i === 1) cell.classList.toggle("fail", !/^(0|–)$/.test(cell.textContent!));
  });
}
