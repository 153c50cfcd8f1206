import { h, Component } from "preact";
import { useState } from "preact/hooks";
import { count, digits, ms, plural } from "./format";
import type { Session } from "./session";
import { Column, Head, sorted, useOrder } from "./table";
import { keep } from "./theme";
import type { View } from "./view";
import { timesOf } from "./charts";
import type { Row, RowTimes } from "./wire";

type Times = "service" | "response";

const time = (of: Times, key: keyof RowTimes, head: string): Column<Row> => ({
  key, head, value: r => r[of]?.[key] ?? null, cell: r => r[of] ? ms(r[of][key]) : "–",
});

const plain = (key: string, head: string, value: (r: Row) => number, cell: (r: Row) => string, title?: string): Column<Row> => ({ key, head, title, value, cell });

/** Locust's columns in its words, and some more to be chosen. */
function columnsOf(of: Times, over: number): Column<Row>[] {
  const size = (r: Row) => r.count > 0 ? r.bytes / r.count : 0;
  const rate = (key: string, head: string, what: string, value: (r: Row) => number) =>
    plain(key, head, value, r => digits(value(r)), `${what} a second ${over > 0 ? "in the whole test" : "in the last ten seconds"}`);
  return [
    { key: "type", head: "Type", text: true, value: r => r.method, cell: r => r.method },
    { key: "name", head: "Name", text: true, value: r => r.name, cell: r => r.name },
    plain("count", "# Requests", r => r.count, r => count(r.count)),
    { key: "fails", head: "# Fails", value: r => r.failures, cell: r => <span class={r.failures > 0 ? "fail" : ""}>{count(r.failures)}</span> },
    time(of, "p50", "Median"), time(of, "p90", "90%ile"), time(of, "p95", "95%ile"), time(of, "p99", "99%ile"), time(of, "p999", "99.9%ile"),
    time(of, "mean", "Average"), time(of, "min", "Min"), time(of, "max", "Max"),
    plain("size", "Avg size", size, r => count(Math.round(size(r))), "Average size of an answer, bytes"),
    rate("rps", "RPS", "Requests", r => over > 0 ? r.count / over : r.rps),
    rate("fps", "Failures/s", "Failures", r => over > 0 ? r.failures / over : r.fps),
  ];
}

const always = new Set(["type", "name"]), atFirst = ["p90", "p999"];

/** Rows that are shown before somebody asks for all: more cost the browser more than they tell. */
const enough = 200;

const hiddenBefore = (): Set<string> => new Set(keep("hidden")?.split(",") ?? atFirst);

/** The statistics: a line a name, the sum of all below them. */
export function Requests({ s, v }: { s: Session; v: View }) {
  const [filter, setFilter] = useState(""), [hidden, setHidden] = useState(hiddenBefore), [whole, setWhole] = useState(false);
  const [order, onOrder] = useOrder();
  const of = timesOf(s, v), all = columnsOf(of, s.over), columns = all.filter(c => always.has(c.key) || !hidden.has(c.key));
  const rows = [...s.rows.values()], wanted = filter.trim().toLowerCase();
  const shown = wanted ? rows.filter(r => `${r.method} ${r.name}`.toLowerCase().includes(wanted)) : rows;
  const list = sorted(shown, all, order), more = whole ? 0 : Math.max(0, list.length - enough);
  const toggle = (key: string) => setHidden(old => {
    const next = new Set(old);
    if (!next.delete(key)) next.add(key);
    keep("hidden", [...next].join(","));
    return next;
  });
  return <section class="statistics">
    <div class="bar"><h2>Statistics</h2>
      <span class="note">{of === "response" ? "Response times, from the planned start on," : s.tick?.open ? "Service times" : "Times"} in ms</span>
      <span class="push" />
      {wanted && <span class="note" role="status">{shown.length} of {rows.length}</span>}
      <input type="search" placeholder="Filter names" aria-label="Filter names" value={filter} onInput={e => setFilter(e.currentTarget.value)} />
      {!s.focus && <button type="button" class="charts-toggle" aria-pressed={v.overview} onClick={() => v.set({ overview: !v.overview })}>{v.overview ? "Hide charts" : "Show charts"}</button>}
      <details class="menu"><summary>Columns</summary><div>{all.filter(c => !always.has(c.key)).map(c =>
        <label key={c.key}><input type="checkbox" checked={!hidden.has(c.key)} onChange={() => toggle(c.key)} /> {c.head}</label>)}</div></details>
    </div>
    <div class="wide tall" tabIndex={0} role="region" aria-label="Statistics of the requests"><table>
      <Head columns={columns} order={order} onOrder={onOrder} />
      <tbody>
        {(more > 0 ? list.slice(0, enough) : list).map(r => <Line key={r.method + "\n" + r.name} row={r} columns={columns} stamp={of + s.over + columns.map(c => c.key)}
          chosen={s.focus?.method === r.method && s.focus.name === r.name} v={v} />)}
        {more > 0 && <tr><td class="text none" colSpan={columns.length}>{plural(more, "more name")} <button type="button" onClick={() => setWhole(true)}>Show all</button></td></tr>}
        {rows.length === 0 && <tr><td class="text none" colSpan={columns.length}>No requests yet.</td></tr>}
        {rows.length > 0 && shown.length === 0 && <tr><td class="text none" colSpan={columns.length}>No name contains “{filter}”.</td></tr>}
      </tbody>
      {s.tick && <tfoot><tr>{columns.map(c => <td key={c.key} class={c.text ? "text " + c.key : c.key}>
        {c.key === "type" ? "" : c.key === "name" ? "Aggregated" : c.cell(s.tick!.total)}</td>)}</tr></tfoot>}
    </table></div>
  </section>;
}

interface LineProps { row: Row; columns: Column<Row>[]; stamp: string; chosen: boolean; v: View }

/** Drawn again only if its figures have changed: there may be a thousand. */
class Line extends Component<LineProps> {
  shouldComponentUpdate(next: LineProps) {
    return next.row !== this.props.row || next.stamp !== this.props.stamp || next.chosen !== this.props.chosen;
  }
  render({ row, columns, chosen, v }: LineProps) {
    const look = () => v.look(chosen ? null : row);
    return <tr class={chosen ? "chosen" : ""} onClick={() => { if (!getSelection()?.toString()) look(); }}>
      {columns.map(c => <td key={c.key} class={c.text ? "text " + c.key : c.key}>{c.key !== "name" ? c.cell(row)
        : <button type="button" aria-pressed={chosen} title={row.name} onClick={e => { e.stopPropagation(); look(); }}>{row.name}</button>}</td>)}
    </tr>;
  }
}
