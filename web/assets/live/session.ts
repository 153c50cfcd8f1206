import { Course, empty } from "./course";
import { Stream } from "./stream";
import type * as wire from "./wire";

/** The name that the charts show, instead of all requests together. */
export interface Focus { method: string; name: string; course: Course | null; trouble: string }

const logLines = 500;
const rowKey = (method: string, name: string) => method + "\n" + name;

/** What the server has told. Everything that is shown comes from here; whoever shows it is told when it changes. */
export class Session {
  link: "connecting" | "live" | "lost" = "connecting";
  plan: wire.Plan | null = null;
  tick: wire.Tick | null = null;
  rows = new Map<string, wire.Row>();
  failures: wire.Failure[] = [];
  exceptions: wire.Exception[] = [];
  checks: wire.Check[] = [];
  thresholds: wire.Threshold[] = [];
  shards: wire.Shard[] = []; // none if one process makes the test
  log: wire.LogLine[] = [];
  course = new Course();
  focus: Focus | null = null;
  /** Counts the hellos: what was zoomed into is gone with the run that it was in. */
  run = 0;
  /** The program was restarted, and is another version than the page. */
  stale = false;

  private listeners = new Set<() => void>();
  private waiting: Promise<void> = Promise.resolve();
  private since: { end: number; point: wire.Point }[] | null = null; // what came while the course of the focus was on its way

  constructor() {
    const stream = new Stream("events", {
      hello: text => this.after(() => this.hello(JSON.parse(text))),
      tick: text => this.after(() => this.next(JSON.parse(text))),
      lost: () => { this.link = "lost"; this.changed(); },
      busy: () => this.tick !== null && this.tick.state !== "ready" && this.tick.state !== "stopped",
    });
    stream.open();
  }

  /** Seconds over which rates are told when the load is over; 0 while it goes on, when they are those of the last ten. */
  get over(): number {
    return this.tick?.state === "running" || this.tick?.state === "spawning" ? 0 : this.course.end; // not elapsed: a reset begins anew
  }

  subscribe(f: () => void): () => void {
    this.listeners.add(f);
    return () => this.listeners.delete(f);
  }

  /** Shows one name in the charts; null for all. */
  look(at: { method: string; name: string } | null): void {
    if (at?.method === this.focus?.method && at?.name === this.focus?.name) return;
    this.focus = at && { ...at, course: null, trouble: "" };
    this.since = null;
    if (at && this.tick) void this.fetchFocus();
    this.changed();
  }

  private changed(): void { this.listeners.forEach(f => f()); }

  /** Keeps events in their order although a hello takes a while to unpack. */
  private after(f: () => void | Promise<void>): void {
    this.waiting = this.waiting.then(f).catch(e => console.error(e));
  }

  private async hello(h: wire.Hello): Promise<void> {
    const course = await Course.of(h.course);
    this.stale = this.plan !== null && this.plan.version !== h.plan.version;
    this.plan = h.plan;
    if (this.tick?.run !== h.tick.run || course.end < this.course.end - 1) this.run++;
    this.course = course;
    this.rows = new Map();
    this.failures = this.exceptions = this.checks = this.thresholds = this.shards = this.log = [];
    this.link = "live";
    this.next({ ...h.tick, point: null, points: [] });
    if (this.focus) void this.fetchFocus();
  }

  private next(t: wire.Tick): void {
    this.tick = t;
    for (const row of t.rows ?? []) this.rows.set(rowKey(row.method, row.name), row);
    this.failures = t.failures ?? this.failures;
    this.exceptions = t.exceptions ?? this.exceptions;
    this.checks = t.checks ?? this.checks;
    this.thresholds = t.thresholds ?? this.thresholds;
    this.shards = t.shards ?? this.shards;
    const last = this.log.at(-1)?.n ?? 0, lines = (t.log ?? []).filter(l => l.n > last);
    if (lines.length > 0) this.log = [...this.log, ...lines].slice(-logLines);
    for (const p of t.points ?? []) this.course.add(p);
    if (t.point) {
      this.course.add(t.point);
      this.nextOfFocus(t, t.point.width);
    }
    this.changed();
  }

  private nextOfFocus(t: wire.Tick, width: number): void {
    if (!this.focus) return;
    const { method, name, course } = this.focus;
    const point = t.rows?.find(r => r.method === method && r.name === name)?.point ?? empty(width);
    this.since?.push({ end: this.course.end, point });
    course?.add(point);
  }

  /** Gets the course of the name so far, and appends those seconds that the answer does not have yet. */
  private async fetchFocus(): Promise<void> {
    const focus = this.focus!, since: typeof this.since = this.since = [];
    const still = () => this.focus === focus && this.since === since;
    focus.course = null;
    focus.trouble = "";
    if (!this.rows.has(rowKey(focus.method, focus.name))) { // not requested yet, as after a reset
      focus.course = this.course.blank();
      this.since = null;
      this.changed();
      return;
    }
    try {
      const answer = await fetch("history?" + new URLSearchParams({ method: focus.method, name: focus.name }));
      if (!answer.ok) throw new Error((await answer.text()).trim() || `The server answered ${answer.status}.`);
      const course = await Course.of(await answer.json());
      if (!still()) return;
      const reached = course.end;
      for (const s of since) if (s.end - s.point.width / 2000 > reached) course.add(s.point);
      focus.course = course;
    } catch (e) {
      if (!still()) return;
      focus.trouble = e instanceof TypeError ? "The server does not answer." : (e as Error).message.slice(0, 300);
    }
    this.since = null;
    this.changed();
  }
}
