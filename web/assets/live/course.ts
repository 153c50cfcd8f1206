import { Histogram, percentile, rough, sum, unpack } from "../times";
import type { Course as Sent, Point } from "./wire";

/** The percentiles that are drawn. */
export const quantiles = [0.5, 0.95, 0.99] as const;

/** What is in a range of a course. */
export interface Figures { requests: number; failures: number; seconds: number; times: (number | null)[] }

const none: Histogram = { first: 0, counts: [] };

/** The course of a run in bounded memory: what came with the hello, continued by the ticks as History in history.go does it. */
export class Course {
  points: Point[] = [];
  /** When each interval ends, seconds since the start. */
  ends: number[] = [];
  private lines = new WeakMap<Histogram, (number | null)[]>();

  constructor(readonly perOctave = 16, private most = 1000, private each = 1000) {}

  static async of(c: Sent | null): Promise<Course> {
    if (!c) return new Course();
    const n = c.widths.length;
    const [service, response] = await Promise.all([c.service, c.response].map(async packed => packed ? unpack(packed, n) : []));
    const middle = [...c.widths].sort((a, b) => a - b)[n >> 1];
    const course = new Course(c.perOctave, c.most, 1000 * Math.pow(2, Math.max(0, Math.round(Math.log2(middle / 1000)))));
    c.widths.forEach((width, i) => course.push({
      width, requests: c.requests[i], failures: c.failures[i], users: c.users[i], lag: c.lag[i], cpu: c.cpu?.[i] ?? null,
      planned: c.planned?.[i] ?? 0, started: c.started?.[i] ?? 0, service: service[i] ?? none, response: response[i] ?? none,
    }));
    return course;
  }

  /** As long as this one, and in the same intervals, but nothing has happened. */
  blank(): Course {
    const c = new Course(this.perOctave, this.most, this.each);
    this.points.forEach(p => c.push(empty(p.width)));
    return c;
  }

  get end(): number { return this.ends.at(-1) ?? 0; }
  get open(): boolean { return this.points.some(p => p.planned > 0); }

  /** Appends an interval. As soon as there are too many, pairs of them become one, and so do those that follow. */
  add(p: Point): void {
    const last = this.points.at(-1);
    if (last && last.width + p.width <= this.each + 500) {
      this.points[this.points.length - 1] = merge(last, p);
      this.ends[this.ends.length - 1] += p.width / 1000;
      return;
    }
    if (this.points.length >= this.most) this.halve();
    this.push(p);
  }

  private push(p: Point): void {
    this.ends.push(this.end + p.width / 1000);
    this.points.push(p);
  }

  private halve(): void {
    const old = this.points;
    this.points = [];
    this.ends = [];
    this.each *= 2;
    for (let i = 0; i < old.length; i += 2) this.push(i + 1 < old.length ? merge(old[i], old[i + 1]) : old[i]);
  }

  /** Percentile number `which` of each interval, in milliseconds. */
  percentiles(of: "service" | "response", which: number): (number | null)[] {
    return this.points.map(p => {
      const h = p[of];
      let line = this.lines.get(h);
      if (!line) this.lines.set(h, line = quantiles.map(q => rough(h, q, this.perOctave)));
      return line[which];
    });
  }

  /** How much there was a second. */
  rate(of: "requests" | "failures" | "planned" | "started"): (number | null)[] {
    return this.points.map(p => p.width > 0 ? p[of] / p.width * 1000 : null);
  }

  /** Sums up the intervals that lie in a range, if only in part. */
  figures([from, to]: [number, number], of: "service" | "response"): Figures {
    const inside = this.points.filter((p, i) => this.ends[i] > from + 1e-6 && this.ends[i] - p.width / 1000 < to - 1e-6);
    const all = sum(inside.map(p => p[of]));
    const total = (value: (p: Point) => number) => inside.reduce((s, p) => s + value(p), 0);
    return {
      requests: total(p => p.requests), failures: total(p => p.failures), seconds: total(p => p.width) / 1000,
      times: quantiles.map(q => percentile(all, q, this.perOctave)),
    };
  }
}

/** Two intervals as one. The share of the processors is that of the busier one: an average would hide it. */
function merge(a: Point, b: Point): Point {
  const n = a.requests + b.requests;
  const lag = a.lag === null ? b.lag : b.lag === null ? a.lag : n === 0 ? 0 : (a.lag * a.requests + b.lag * b.requests) / n;
  return {
    width: a.width + b.width, requests: n, failures: a.failures + b.failures, users: Math.max(a.users, b.users),
    lag, cpu: a.cpu === null ? b.cpu : b.cpu === null ? a.cpu : Math.max(a.cpu, b.cpu),
    planned: a.planned + b.planned, started: a.started + b.started,
    service: sum([a.service, b.service]), response: sum([a.response, b.response]),
  };
}

/** An interval of that width in which nothing happened. */
export const empty = (width: number): Point => ({
  width, requests: 0, failures: 0, users: 0, lag: null, cpu: null, planned: 0, started: 0, service: none, response: none,
});
