import { h, Fragment } from "preact";
import { useState } from "preact/hooks";
import { Args, argFields, argProblems, ArgValues, firstValues } from "./args";
import { Field, problemOf, problemOfHost, problemOfTime } from "./fields";
import { Outline, Picker } from "./outline";
import type { Session } from "./session";
import type { Steering } from "./steering";
import type { Plan } from "./wire";

interface Values { users: string; spawn: string; rate: string; host: string; runTime: string; profile: string; open: boolean; classes: string[]; args: ArgValues }

const text = (n: number) => n > 0 ? String(n) : "";

/** What the form begins with: what the command line says, or what the last test of this page was started with. */
function begin(p: Plan, last: [string, string][] | null): Values {
  const kept = new Map(last ?? []);
  return {
    users: kept.get("user_count") ?? text(p.users), spawn: kept.get("spawn_rate") ?? text(p.spawnRate), rate: kept.get("rate") ?? text(p.rate),
    host: kept.get("host") ?? p.host, runTime: kept.get("run_time") ?? p.runTime, profile: kept.get("profile") ?? p.profile,
    open: p.kind === "open" || kept.has("rate"),
    classes: last?.some(([k]) => k === "user_classes") ? last.filter(([k]) => k === "user_classes").map(([, v]) => v) : (p.classes ?? []).filter(c => c.chosen).map(c => c.name),
    args: firstValues(p.args ?? [], last),
  };
}

/** What a plan leaves open. */
const asked = (p: Plan, v: Values) => ({ load: p.kind === "closed" || p.kind === "open", rate: v.open && (p.kind === "closed" || p.kind === "open") });

function problemsOf(p: Plan, v: Values): Record<string, string> {
  const { load, rate } = asked(p, v);
  const all: Record<string, string> = {
    "start-users": load && (!rate || v.users.trim() !== "") ? problemOf("users", v.users) : "", "start-spawn": load && !rate ? problemOf("spawn", v.spawn) : "",
    "start-rate": rate ? problemOf("rate", v.rate) : "", "start-host": p.hostLocked ? "" : problemOfHost(v.host), "start-time": problemOfTime(v.runTime),
    "start-classes": p.picker && v.classes.length === 0 ? "Choose one user class at least." : "",
    ...argProblems(p.args ?? [], v.args),
  };
  return Object.fromEntries(Object.entries(all).filter(([, why]) => why));
}

function fieldsOf(p: Plan, v: Values): [string, string][] {
  const { load, rate } = asked(p, v), list: [string, string][] = [];
  const add = (name: string, value: string) => { if (value.trim() !== "") list.push([name, value.trim()]); };
  if (load) add("user_count", v.users);
  if (rate) add("rate", v.rate);
  else if (load) add("spawn_rate", v.spawn);
  if (!p.hostLocked) add("host", v.host);
  add("run_time", v.runTime.trim() || (p.runTime ? "0" : ""));
  if (v.profile.trim() || p.profile) list.push(["profile", v.profile.trim()]);
  if (p.picker) v.classes.forEach(c => add("user_classes", c));
  if (p.shape) add("shape_class", "Default");
  return [...list, ...argFields(p.args ?? [], v.args)];
}

/** The form that a test is started with. */
export function Start({ s, steering, onBack }: { s: Session; steering: Steering; onBack?: () => void }) {
  const p = s.plan!;
  const [v, setAll] = useState(() => begin(p, steering.last)), [tried, setTried] = useState(false), [trouble, setTrouble] = useState(""), [busy, setBusy] = useState(false);
  const set = (part: Partial<Values>) => setAll(old => ({ ...old, ...part }));
  const all = problemsOf(p, v), problems = tried ? all : {}, { load, rate } = asked(p, v);
  const start = async (e: Event) => {
    e.preventDefault();
    setTried(true);
    const first = Object.keys(all)[0];
    if (first) { document.getElementById(first)?.focus(); return; }
    if (busy) return;
    setBusy(true);
    setTrouble("");
    setTrouble(await steering.swarm(fieldsOf(p, v), ""));
    setBusy(false);
  };
  return <div class="start">
    <form class="card" onSubmit={start} noValidate aria-labelledby="start-title">
      <div class="bar"><h2 id="start-title">Start new load test</h2>{onBack && <><span class="push" /><button type="button" onClick={onBack}>Back to the results</button></>}</div>
      {p.error && <p class="notice bad" role="alert">{p.error}</p>}
      {load && <Load v={v} set={set} rate={rate} choice={p.kind === "closed"} problems={problems} />}
      {p.kind === "shape" && <p class="note">The load shape{p.shape && <> <b>{p.shape}</b></>} of the script decides how many users there are.</p>}
      {p.kind === "k6" && <p class="note">The scenarios of the script decide how many users there are, and when.</p>}
      <HostField p={p} value={v.host} onInput={host => set({ host })} problem={problems["start-host"]} />
      {p.kind !== "k6" && <Field id="start-time" label="Run time" value={v.runTime} onInput={runTime => set({ runTime })} problem={problems["start-time"]}
        placeholder="no limit" hint="e.g. 20, 20s, 3m, 2h, 1h20m, 3h30m10s; empty: until it is stopped" />}
      {p.picker && <Picker classes={p.classes ?? []} chosen={v.classes} onChange={classes => set({ classes })} problem={problems["start-classes"]} />}
      {(p.args ?? []).length > 0 && <fieldset class="args"><legend>Custom parameters</legend>
        <Args args={p.args!} values={v.args} onChange={args => set({ args })} problems={problems} /></fieldset>}
      <details class="advanced" open={v.profile !== ""}><summary>Advanced options</summary>
        <Field id="start-profile" label="Profile" value={v.profile} onInput={profile => set({ profile })} hint="a label of your own for this test" /></details>
      {trouble && <p class="notice bad" role="alert">{trouble}</p>}
      <button type="submit" class="primary go" disabled={busy || !!p.error || s.link === "lost"}>{busy ? "Starting …" : "Start"}</button>
    </form>
    <Outline p={p} />
  </div>;
}

function Load({ v, set, rate, choice, problems }: {
  v: Values; set: (part: Partial<Values>) => void; rate: boolean; choice: boolean; problems: Record<string, string>;
}) {
  const users = <Field id="start-users" label="Number of users" note={rate ? "at most" : "peak concurrency"} value={v.users} onInput={users => set({ users })}
    problem={problems["start-users"]} mode="numeric" focus={!rate} hint={rate ? "empty: as many as the rate needs" : undefined} />;
  return <>
    {choice && <fieldset class="choice"><legend>Load</legend>
      <label><input type="radio" name="model" checked={!v.open} onChange={() => set({ open: false })} /> Users <small>each starts its next task when the last is done</small></label>
      <label><input type="radio" name="model" checked={v.open} onChange={() => set({ open: true })} /> Rate <small>so many iterations start each second, whatever the target does</small></label>
    </fieldset>}
    <div class="pair">
      {rate && <Field id="start-rate" label="Rate" note="starts/second" value={v.rate} onInput={r => set({ rate: r })} problem={problems["start-rate"]} mode="decimal" focus />}
      {users}
      {!rate && <Field id="start-spawn" label="Ramp up" note="users started/second" value={v.spawn} onInput={spawn => set({ spawn })} problem={problems["start-spawn"]} mode="decimal" />}
    </div>
  </>;
}

function HostField({ p, value, onInput, problem }: { p: Plan; value: string; onInput: (v: string) => void; problem?: string }) {
  const hosts = (p.classes ?? []).some(c => c.host);
  const hint = p.hostLocked ? "The command line has locked it (--lock-host)."
    : p.embedded ? "Empty: the target API of this katydid process, for a first try."
      : hosts ? "Setting this overrides the host of the user classes." : p.kind === "k6" ? "Optional: for scripts that use relative addresses." : undefined;
  return <Field id="start-host" label="Host" value={value} onInput={onInput} problem={problem} mode="url" disabled={p.hostLocked} placeholder="https://…" hint={hint} />;
}
