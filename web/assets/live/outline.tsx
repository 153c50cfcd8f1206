import { h, Fragment } from "preact";
import type { Plan, PlanClass } from "./wire";

const sizeOf = (c: PlanClass) => c.fixed > 0 ? `fixed: ${c.fixed}` : `weight ${c.weight}`;

/** The user classes, to be chosen from. */
export function Picker({ classes, chosen, onChange, problem }: { classes: PlanClass[]; chosen: string[]; onChange: (v: string[]) => void; problem?: string }) {
  const names = classes.map(c => c.name), all = names.every(n => chosen.includes(n));
  return <fieldset class={"picker" + (problem ? " wrong" : "")} id="start-classes" tabIndex={-1} aria-describedby={problem ? "classes-below" : undefined}>
    <legend>User classes</legend>
    {classes.length > 1 && <label class="all"><input type="checkbox" checked={all} ref={box => { if (box) box.indeterminate = !all && chosen.length > 0; }}
      onChange={() => onChange(all ? [] : names)} /> all</label>}
    <ul>{classes.map(c => <li key={c.name}>
      <label><input type="checkbox" checked={chosen.includes(c.name)}
        onChange={e => onChange(names.filter(n => n === c.name ? e.currentTarget.checked : chosen.includes(n)))} /> <b>{c.name}</b> <small>{sizeOf(c)}{c.host && <> · {c.host}</>}</small></label>
      <Tasks c={c} /></li>)}</ul>
    {problem && <p id="classes-below" class="below">{problem}</p>}
  </fieldset>;
}

function Tasks({ c }: { c: PlanClass }) {
  const tasks = c.tasks ?? [];
  return tasks.length === 0 ? null : <p class="tasks">{tasks.map((t, i) => <span key={i}>{t}</span>)}</p>;
}

/** What there is to be started, beside the form. */
export function Outline({ p }: { p: Plan }) {
  const classes = p.picker ? [] : p.classes ?? [], scenarios = p.scenarios ?? [], thresholds = p.thresholds ?? [];
  return <aside class="card outline" aria-label="The script">
    <h2>{p.script}</h2>
    {p.title && <p class="note">{p.title}</p>}
    {classes.length > 0 && <><h3>User classes</h3><ul class="classes">{classes.map(c => <li key={c.name} class={c.chosen ? "" : "off"}>
      <b>{c.name}</b> <small>{c.chosen ? sizeOf(c) : "not chosen"}{c.host && <> · {c.host}</>}</small><Tasks c={c} /></li>)}</ul></>}
    {p.shape && <><h3>Load shape</h3><p>{p.shape}</p></>}
    {scenarios.length > 0 && <><h3>Scenarios</h3><ul class="code">{scenarios.map((x, i) => <li key={i}>{x}</li>)}</ul></>}
    {thresholds.length > 0 && <><h3>Thresholds</h3><ul class="code">{thresholds.map((x, i) => <li key={i}>{x}</li>)}</ul></>}
    <p class="note version">katydid {p.version}</p>
  </aside>;
}
