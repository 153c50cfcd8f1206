// What a cell is sorted by: data-v, a number in its text, or the text.
function valueOf(row: HTMLTableRowElement, column: number): number | string {
  const cell = row.cells[column];
  const text = cell.dataset.v ?? cell.textContent!.replace(/,/g, "");
  if (text === "n/a" || text === "–") return -1;
  return text.trim() !== "" && !isNaN(Number(text)) ? Number(text) : text;
}

/** Lets the heads of a table sort it. */
export function sortable(table: HTMLTableElement): void {
  const heads = [...table.tHead!.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    if (!head.textContent) return;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const first = table.tBodies[0].rows[0];
      const text = head.classList.contains("text") || column === 0 && !!first && isNaN(Number(valueOf(first, 0)));
      const before = head.getAttribute("aria-sort");
      const up = before ? before === "descending" : text; // numbers: the largest first
      heads.forEach(h => h.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      sorted(table);
    });
  });
}

/** Sorts a table as its heads say, after its cells have changed. */
export function sorted(table: HTMLTableElement): void {
  const column = [...table.tHead!.rows[0].cells].findIndex(h => h.hasAttribute("aria-sort"));
  if (column < 0) return;
  const up = table.tHead!.rows[0].cells[column].getAttribute("aria-sort") === "ascending";
  const rows = [...table.tBodies[0].rows].map(row => ({ row, v: valueOf(row, column) }));
  rows.sort((a, b) => (a.v < b.v ? -1 : a.v > b.v ? 1 : 0) * (up ? 1 : -1));
  table.tBodies[0].append(...rows.map(r => r.row));
}

/** Lets the field show only those requests whose method and name contain its text. */
export function filterable(): void {
  const field = document.querySelector<HTMLInputElement>("#filter");
  const table = document.querySelector<HTMLTableElement>("#requests");
  field?.addEventListener("input", () => {
    const wanted = field.value.toLowerCase();
    for (const row of table!.tBodies[0].rows) {
      const text = `${row.cells[0].textContent} ${row.cells[1].textContent}`.toLowerCase();
      row.hidden = !text.includes(wanted);
    }
  });
}
