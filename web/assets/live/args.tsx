import { h, Fragment } from "preact";
import { Field } from "./fields";
import type { PlanArg } from "./wire";

/** The values of the script's own options, by name. */
export type ArgValues = Record<string, string[]>;

const idOf = (a: PlanArg) => "arg-" + a.name;
const listed = (a: PlanArg) => a.multiple && (a.choices ?? []).length > 0;

export function firstValues(args: PlanArg[], last: [string, string][] | null): ArgValues {
  return Object.fromEntries(args.map(a => {
    const kept = last && !a.secret ? last.filter(([k]) => k === a.name).map(([, v]) => v) : null;
    const value = kept && (kept.length > 0 || listed(a)) ? kept : a.value ?? [];
    return [a.name, a.multiple && !listed(a) ? [value.join(", ")] : value];
  }));
}

/** What is wrong, by the id of the field. */
export function argProblems(args: PlanArg[], values: ArgValues): Record<string, string> {
  const all: Record<string, string> = {};
  for (const a of args) {
    const v = (values[a.name] ?? []).filter(x => x.trim() !== "");
    const single = a.multiple && !listed(a) ? (v[0] ?? "").split(",").map(x => x.trim()) : v;
    if (a.required && !a.secret && v.length === 0) all[idOf(a)] = "The script needs this.";
    else if (a.kind === "int" && v.length > 0 && single.some(x => !/^[+-]?\d+$/.test(x.trim()))) all[idOf(a)] = "A whole number, please.";
    else if (a.kind === "float" && v.length > 0 && single.some(x => x.trim() === "" || !isFinite(Number(x)))) all[idOf(a)] = "A number, please.";
  }
  return all;
}

/** The fields as they are sent. A secret that is not typed in stays what the command line says. */
export function argFields(args: PlanArg[], values: ArgValues): [string, string][] {
  return args.flatMap((a): [string, string][] => {
    const v = values[a.name] ?? [], text = v[0] ?? "";
    if (a.kind === "bool") return [[a.name, text === "true" ? "true" : "false"]];
    if (listed(a)) return v.length > 0 ? v.map(x => [a.name, x]) : (a.value ?? []).length > 0 ? [[a.name, ""]] : [];
    const was = a.multiple ? (a.value ?? []).join(", ") : a.value?.[0] ?? "";
    return text === "" && (a.secret || was === "") ? [] : [[a.name, text]];
  });
}

export function Args({ args, values, onChange, problems }: { args: PlanArg[]; values: ArgValues; onChange: (v: ArgValues) => void; problems: Record<string, string> }) {
  return <>{args.map(a => <Arg key={a.name} a={a} value={values[a.name] ?? []} problem={problems[idOf(a)]} onChange={v => onChange({ ...values, [a.name]: v })} />)}</>;
}

function Arg({ a, value, problem, onChange }: { a: PlanArg; value: string[]; problem?: string; onChange: (v: string[]) => void }) {
  const id = idOf(a), choices = a.choices ?? [], below = problem || a.help;
  const hint = below && <p id={id + "-below"} class="below">{below}</p>, about = below ? id + "-below" : undefined;
  if (a.kind === "bool") {
    return <div class="field check"><label><input id={id} type="checkbox" checked={value[0] === "true"} aria-describedby={about}
      onChange={e => onChange([String(e.currentTarget.checked)])} /> {a.name}</label>{hint}</div>;
  }
  if (listed(a)) {
    return <fieldset class={"field" + (problem ? " wrong" : "")} id={id} tabIndex={-1} aria-describedby={about}><legend>{a.name}</legend>
      <div class="choices">{choices.map(c => <label key={c}><input type="checkbox" checked={value.includes(c)}
        onChange={e => onChange(choices.filter(x => x === c ? e.currentTarget.checked : value.includes(x)))} /> {c}</label>)}</div>{hint}</fieldset>;
  }
  if (choices.length > 0) {
    const known = choices.includes(value[0] ?? "");
    return <div class={"field" + (problem ? " wrong" : "")}><label for={id}>{a.name}{a.required && <span class="must"> *</span>}</label>
      <select id={id} value={value[0] ?? ""} aria-describedby={about} onChange={e => onChange([e.currentTarget.value])}>
        {!known && <option value={value[0] ?? ""}>{value[0] ?? ""}</option>}
        {choices.map(c => <option key={c} value={c}>{c}</option>)}</select>{hint}</div>;
  }
  return <Field id={id} label={a.name} value={value[0] ?? ""} onInput={v => onChange([v])} problem={problem} required={a.required && !a.secret}
    type={a.secret ? "password" : "text"} mode={a.multiple ? undefined : a.kind === "int" ? "numeric" : a.kind === "float" ? "decimal" : undefined}
    placeholder={a.secret ? "unchanged" : undefined}
    hint={[a.help, a.multiple && "several with commas between them"].filter(Boolean).join("; ") || undefined} />;
}
