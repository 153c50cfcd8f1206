import { h, ComponentChildren } from "preact";
import { useState } from "preact/hooks";

export interface Column<T> {
  key: string; head: string; title?: string;
  text?: boolean;                       // aligned left, and sorted from a to z first
  value: (row: T) => string | number | null;
  cell: (row: T) => ComponentChildren;
}

export interface Order { key: string; up: boolean }

/** Sorting as in Locust: the largest first (of texts the first), then the other way round, then as it came. */
export function useOrder(first: Order | null = null): [Order | null, (c: { key: string; text?: boolean }) => void] {
  const [order, set] = useState(first);
  return [order, c => set(o => o?.key !== c.key ? { key: c.key, up: !!c.text } : o.up === !!c.text ? { key: c.key, up: !c.text } : null)];
}

/** What is not known comes last either way. */
export function sorted<T>(rows: T[], columns: Column<T>[], order: Order | null): T[] {
  const column = columns.find(c => c.key === order?.key);
  if (!order || !column) return rows;
  const sign = order.up ? 1 : -1;
  return rows.map(row => ({ row, v: column.value(row) })).sort((a, b) =>
    a.v === null || b.v === null ? Number(a.v === null) - Number(b.v === null)
      : typeof a.v === "string" ? a.v.localeCompare(b.v as string, "en", { numeric: true }) * sign : (a.v - (b.v as number)) * sign).map(x => x.row);
}

export function Head<T>({ columns, order, onOrder }: { columns: Column<T>[]; order: Order | null; onOrder: (c: Column<T>) => void }) {
  return <thead><tr>{columns.map(c => <th key={c.key} scope="col" class={c.text ? "text " + c.key : c.key} title={c.title}
    aria-sort={order?.key === c.key ? order.up ? "ascending" : "descending" : "none"}>
    <button type="button" onClick={() => onOrder(c)}>{c.head}</button></th>)}</tr></thead>;
}

/** A table that can be sorted, for lists that are not long. */
export function Table<T>({ rows, columns, id, label, first }: {
  rows: T[]; columns: Column<T>[]; id: (row: T) => string; label: string; first?: Order;
}) {
  const [order, onOrder] = useOrder(first);
  return <div class="wide" tabIndex={0} role="region" aria-label={label}><table>
    <Head columns={columns} order={order} onOrder={onOrder} />
    <tbody>{sorted(rows, columns, order).map(row => <tr key={id(row)}>
      {columns.map(c => <td key={c.key} class={c.text ? "text " + c.key : c.key}>{c.cell(row)}</td>)}</tr>)}</tbody>
  </table></div>;
}
