import { h, Fragment } from "preact";
import { useState } from "preact/hooks";
import { count, moment } from "./format";
import type { Session } from "./session";
import { Column, Table } from "./table";
import type { Failure } from "./wire";

const columns: Column<Failure>[] = [
  { key: "count", head: "# Failures", value: f => f.count, cell: f => count(f.count) },
  { key: "type", head: "Method", text: true, value: f => f.method, cell: f => f.method },
  { key: "name", head: "Name", text: true, value: f => f.name, cell: f => f.name },
  { key: "message", head: "Message", text: true, value: f => f.error, cell: f => f.error },
  { key: "first", head: "First seen", value: f => Date.parse(f.first_seen), cell: f => moment(f.first_seen) },
  { key: "last", head: "Last seen", value: f => Date.parse(f.last_seen), cell: f => moment(f.last_seen) },
];

export function Failures({ s }: { s: Session }) {
  const [filter, set] = useState(""), wanted = filter.trim().toLowerCase();
  const shown = s.failures.filter(f => !wanted || `${f.method} ${f.name} ${f.error}`.toLowerCase().includes(wanted));
  if (s.failures.length === 0) return <p class="nothing">No failures so far.</p>;
  return <>
    <div class="bar"><span class="note">Requests that went wrong, by cause{s.failures.length >= 500 && "; the 500 that occurred most"}.</span><span class="push" />
      <input type="search" placeholder="Filter failures" aria-label="Filter failures" value={filter} onInput={e => set(e.currentTarget.value)} /></div>
    <Table label="Failures" first={{ key: "count", up: false }} rows={shown} columns={columns} id={f => [f.method, f.name, f.error].join("\n")} />
  </>;
}

export function Exceptions({ s }: { s: Session }) {
  if (s.exceptions.length === 0) return <p class="nothing">No exceptions so far: no task of the script has thrown an error.</p>;
  return <ul class="exceptions">{s.exceptions.map((e, i) => <li key={e.message + "\n" + e.traceback}>
    <details open={i < 3}><summary><b class="fail">{count(e.count)} ×</b> <span class="message">{e.message}</span> <span class="note">first seen {moment(e.first_seen)}</span></summary>
      <pre tabIndex={0}>{e.traceback}</pre></details></li>)}</ul>;
}
