import { charts } from "./charts";
import { compare } from "./compare";
import { filterable, sortable } from "./tables";

document.querySelectorAll<HTMLTableElement>("table.sortable").forEach(sortable);
filterable();
void charts();
void compare();

// On paper nothing can be unfolded.
addEventListener("beforeprint", () => document.querySelectorAll<HTMLDetailsElement>("details:not([open])").forEach(d => {
  d.open = true;
  addEventListener("afterprint", () => { d.open = false; }, { once: true });
}));
