import { charts } from "./charts";
import { filterable, sortable } from "./tables";

document.querySelectorAll<HTMLTableElement>("table.sortable").forEach(sortable);
filterable();
void charts();
