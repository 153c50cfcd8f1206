// How figures are written. The same as in the report: see format.go.

/** A number with about three digits, more if it is large. */
export function digits(v: number): string {
  const a = Math.abs(v);
  if (a === 0) return "0";
  return a >= 100 ? count(Math.round(v)) : v.toFixed(a >= 10 ? 1 : a >= 1 ? 2 : 3);
}

/** A whole number with commas between thousands. */
export const count = (n: number): string => n.toLocaleString("en");

/** Milliseconds, n/a where there are too few samples to tell. */
export const ms = (v: number | null | undefined): string => v == null ? "n/a" : digits(v);

/** A share from 0 to 1; small ones do not become 0. */
export function percent(share: number): string {
  const p = share * 100;
  return p === 0 ? "0 %" : p < 0.01 ? "<0.01 %" : `${p.toFixed(p < 1 ? 2 : p < 99.95 ? 1 : 0)} %`;
}

/** Seconds since the start, as 1:02:03. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds + 1e-6)), pad = (v: number) => String(v).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${pad(s % 60)}` : `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
}

/** A moment in local time; the date is told if it is not today's. */
export function moment(iso: string): string {
  const d = new Date(iso), pad = (v: number) => String(v).padStart(2, "0");
  if (isNaN(d.getTime())) return "";
  const time = `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
  return d.toDateString() === new Date().toDateString() ? time : `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())} ${time}`;
}

/** "1 user", "2 users". */
export const plural = (n: number, one: string, many = one + "s"): string => `${count(n)} ${n === 1 ? one : many}`;
