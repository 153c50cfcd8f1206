import { h, ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { count } from "./format";

interface FieldProps {
  id: string; label: string; note?: string; value: string; onInput: (v: string) => void; problem?: string; hint?: ComponentChildren;
  mode?: "numeric" | "decimal" | "url"; type?: "text" | "password"; focus?: boolean; disabled?: boolean; placeholder?: string; required?: boolean;
}

/** A field with its label, a hint, and in its place what is wrong with what was typed. */
export function Field(p: FieldProps) {
  const ref = useRef<HTMLInputElement>(null);
  useEffect(() => { if (p.focus) { ref.current!.focus(); ref.current!.select(); } }, []);
  const below = p.problem || p.hint;
  return <div class={"field" + (p.problem ? " wrong" : "")}>
    <label for={p.id}>{p.label}{p.note && <small> {p.note}</small>}{p.required && <span class="must"> *</span>}</label>
    <input id={p.id} ref={ref} type={(p.type ?? "text") as "text"} inputMode={p.mode} value={p.value} disabled={p.disabled} placeholder={p.placeholder}
      autoComplete={p.type === "password" ? "new-password" : "off"} spellcheck={false}
      aria-invalid={!!p.problem} aria-describedby={below ? p.id + "-below" : undefined} onInput={e => p.onInput(e.currentTarget.value)} />
    {below && <p id={p.id + "-below"} class="below">{below}</p>}
  </div>;
}

const decimal = /^\d*\.?\d+(e[+-]?\d+)?$|^\d+\.$/i;

/** The form of a number, the least and the most that it may be, and what it is. The most are the server's. */
const rules = {
  users: [/^\d+$/, 1, 10_000_000, "A whole number from 1 up, please."],
  spawn: [decimal, 1e-9, 1e8, "A number above 0, please: so many users start each second."],
  rate: [decimal, 1e-9, 1e8, "A number above 0, please: so many iterations start each second."],
} as const;

/** What is wrong with a number, "" for nothing. */
export function problemOf(kind: keyof typeof rules, text: string): string {
  const [form, least, most, otherwise] = rules[kind], n = Number(text.trim());
  if (!form.test(text.trim()) || n < least) return otherwise;
  return n > most ? `${count(most)} at most, please.` : "";
}

/** A length of time as on the command line; what the server does not take, it says. */
export function problemOfTime(text: string): string {
  const t = text.trim(), n = "\\d*\\.?\\d+";
  return t === "" || new RegExp(`^${n}$|^(${n}d)?(${n}h)?(${n}m)?(${n}s)?(${n}ms)?$`).test(t) ? "" : "Write it like 20, 20s, 3m, 2h, 1h20m or 3h30m10s.";
}

export function problemOfHost(text: string): string {
  const t = text.trim();
  if (t === "") return "";
  try {
    const u = new URL(t);
    if ((u.protocol === "http:" || u.protocol === "https:") && u.hostname) return "";
  } catch { /* no URL */ }
  return "Write it as http://… or https://…, please.";
}
