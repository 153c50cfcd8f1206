import { h } from "preact";
import { count, digits, percent } from "./format";
import type { Session } from "./session";
import { Column, Table } from "./table";
import type { Check, Threshold } from "./wire";

const Mark = ({ ok }: { ok: boolean }) => <span class={ok ? "ok" : "fail"}>{ok ? "✓" : "✗"}<span class="sr">{ok ? " holds" : " does not hold"}</span></span>;

const thresholds: Column<Threshold>[] = [
  { key: "holds", head: "OK", value: t => Number(t.ok), cell: t => <Mark ok={t.ok} /> },
  { key: "metric", head: "Metric", text: true, value: t => t.metric, cell: t => t.metric },
  { key: "threshold", head: "Threshold", text: true, value: t => t.threshold, cell: t => <code>{t.threshold}</code> },
  { key: "value", head: "It is", value: t => t.value, cell: t => digits(t.value) },
];

const part = (c: Check) => c.passes + c.fails > 0 ? c.passes / (c.passes + c.fails) : 0;

const checks: Column<Check>[] = [
  { key: "holds", head: "OK", value: c => Number(c.fails === 0), cell: c => <Mark ok={c.fails === 0} /> },
  { key: "check", head: "Check", text: true, value: c => c.path, cell: c => c.path.split("::").filter(Boolean).join(" › ") || c.name },
  { key: "part", head: "Passed", value: part, cell: c => percent(part(c)) },
  { key: "passes", head: "# Passes", value: c => c.passes, cell: c => count(c.passes) },
  { key: "fails", head: "# Fails", value: c => c.fails, cell: c => <span class={c.fails > 0 ? "fail" : ""}>{count(c.fails)}</span> },
];

export function Checks({ s }: { s: Session }) {
  const planned = s.plan!.thresholds ?? [];
  return <div class="stack">
    <section><h2>Thresholds</h2>
      {s.thresholds.length > 0 ? <Table label="Thresholds" rows={s.thresholds} columns={thresholds} id={t => t.metric + "\n" + t.threshold} />
        : planned.length > 0 ? <ul class="code card">{planned.map((t, i) => <li key={i}>{t}</li>)}</ul> : <p class="nothing">The test has no thresholds.</p>}</section>
    <section><h2>Checks</h2>
      {s.checks.length > 0 ? <Table label="Checks" rows={s.checks} columns={checks} id={c => c.path + "\n" + c.name} /> : <p class="nothing">The script has no checks, or has made none yet.</p>}</section>
  </div>;
}
