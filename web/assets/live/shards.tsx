import { h } from "preact";
import { count, ms, percent } from "./format";
import type { Session } from "./session";
import { Column, Table } from "./table";
import type { Shard } from "./wire";

/** Whether somebody should look at it. */
export const unwell = (s: Shard): boolean => s.state === "dead" || s.state === "absent" || s.verdict === "INVALID";

const begun = (s: Shard) => s.requests > 0 || s.state === "running" || s.state === "ended";

/** A figure that a process has only once it has begun. */
const figure = (key: string, head: string, of: (s: Shard) => number, text: (v: number) => string, title?: string): Column<Shard> =>
  ({ key, head, title, value: s => begun(s) ? of(s) : null, cell: s => begun(s) ? text(of(s)) : "" });

const columns: Column<Shard>[] = [
  { key: "shard", head: "Shard", value: s => s.index, cell: s => s.index },
  { key: "host", head: "Host", text: true, value: s => s.host, cell: s => s.host },
  { key: "standing", head: "State", text: true, value: s => s.state, cell: s => <span class={s.state === "dead" || s.state === "absent" ? "fail" : ""}>{s.state}{s.missing > 0 && ` (${percent(s.missing)} missing)`}</span> },
  figure("users", "Users", s => s.users, count),
  figure("requests", "# Requests", s => s.requests, count),
  { ...figure("fails", "# Fails", s => s.failures, count), cell: s => begun(s) ? <span class={s.failures > 0 ? "fail" : ""}>{count(s.failures)}</span> : "" },
  figure("lag", "99%ile lag (ms)", s => s.lagP99, ms, "Time that the generator itself added"),
  figure("cpu", "CPU", s => s.cpu, c => `${Math.round(c * 100)} %`, "Share of its processors"),
  figure("skew", "Late (ms)", s => s.skew, ms, "How long after the common start it began"),
  { key: "verdict", head: "Verdict", text: true, value: s => s.verdict, cell: s => s.verdict && <span class={"pill " + s.verdict.toLowerCase()} title={s.why}>{s.verdict}</span> },
];

/** The processes that make the test together. */
export function Shards({ s }: { s: Session }) {
  return <Table label="Shards" first={{ key: "shard", up: true }} rows={s.shards} columns={columns} id={x => String(x.index)} />;
}
