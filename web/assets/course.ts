// The course of a run, of all requests together or of one name.
import { Histogram, numbers, sum, unpack } from "./times";

/** See reportData in data.go and Course in report.go. */
export interface Course {
  widths: number[]; requests: number[]; failures: number[]; users: number[]; lag: (number | null)[]; cpu: (number | null)[];
  planned: number[] | null; started: number[] | null;
  perOctave: number; service: string; response: string; servicePerOctave?: number;
  names?: { rows: number[]; each: number; requests: string; failures: string; perOctave: number; times: string };
}

/** A histogram for each interval. */
export interface Times { list: Histogram[]; perOctave: number }

/** What is known of all requests or of one name: a value for each interval. */
export interface View {
  ends: number[]; widths: number[]; // seconds
  requests: number[]; failures: number[] | null; // null: not known
  service: Times | null; // null for a name in an open run
  response: Times | null; // null in closed runs
}

export interface Run {
  course: Course; whole: View;
  /** One name, by its place in the summary; null if its course is not known. */
  name(row: number): View | null;
}

export async function read(c: Course): Promise<Run> {
  const n = c.widths.length, widths = c.widths.map(w => w / 1000);
  const times = async (text: string, perOctave: number, n: number): Promise<Times> => ({ list: await unpack(text, n), perOctave });
  const whole: View = {
    ends: ends(widths), widths, requests: c.requests, failures: c.failures,
    service: await times(c.service, c.servicePerOctave ?? c.perOctave, n),
    response: c.response ? await times(c.response, c.perOctave, n) : null,
  };
  const names = c.names;
  if (!names) return { course: c, whole, name: () => null };

  const m = Math.ceil(n / names.each), cells = m * names.rows.length;
  const requests = await numbers(names.requests, cells);
  const failures = names.failures ? await numbers(names.failures, cells) : null;
  const of = await times(names.times, names.perOctave, cells);
  const wide = Array.from({ length: m }, (_, i) => widths.slice(i * names.each, (i + 1) * names.each).reduce((a, b) => a + b, 0));
  return { course: c, whole, name: row => {
    const at = names.rows.indexOf(row);
    if (at < 0) return null;
    const own = <T>(list: T[]) => list.slice(at * m, (at + 1) * m);
    const ownTimes = { list: own(of.list), perOctave: of.perOctave };
    return {
      ends: ends(wide), widths: wide, requests: own(requests), failures: failures && own(failures),
      service: whole.response ? null : ownTimes, response: whole.response ? ownTimes : null,
    };
  } };
}

function ends(widths: number[]): number[] {
  let end = 0;
  return widths.map(w => end += w);
}

/** The times that are shown: from the planned start on where there is a plan, unless service times are wanted and known. */
export const shown = (v: View, service: boolean): Times => service ? v.service ?? v.response! : v.response ?? v.service!;

/** Sums over those intervals that are in a range of seconds, also in part. */
export function within(v: View, [from, to]: [number, number], service: boolean) {
  const inside = v.ends.map((_, i) => i).filter(i => v.ends[i] > from + 1e-6 && v.ends[i] - v.widths[i] < to - 1e-6);
  const add = (values: number[]) => inside.reduce((s, i) => s + values[i], 0);
  const { list, perOctave } = shown(v, service), seconds = add(v.widths), requests = add(v.requests);
  return {
    from: inside.length ? v.ends[inside[0]] - v.widths[inside[0]] : from, to: inside.length ? v.ends[inside[inside.length - 1]] : to,
    requests, failures: v.failures && add(v.failures), rate: seconds > 0 ? requests / seconds : null,
    times: sum(inside.map(i => list[i])), perOctave,
  };
}
