import { InterruptTaskSet } from "katydid/control";
import { describe, mark } from "katydid/model";

export class TaskSet {
  static $kind = "set";
  static $describe = describe;
  constructor(parent) {
    this.parent = parent;
    this.user = parent?.user ?? parent;
  }
  get client() { return this.user.client; }
  get environment() { return $k.environment; }
  wait() { return $k.wait(this); }
  interrupt(reschedule = true) {
    throw new InterruptTaskSet(typeof reschedule === "object" ? reschedule?.reschedule ?? true : reschedule);
  }
  scheduleTask(task, first = false) { $k.schedule(this, task, first); }
  schedule_task(task, first = false) { $k.schedule(this, task, first); }
}

export class SequentialTaskSet extends TaskSet {
  static $kind = "sequential";
}

export class MarkovTaskSet extends TaskSet {
  static $kind = "markov";
}

function next(f, entries) {
  f.$next = Object.assign(f.$next ?? {}, entries);
}

export function transition(name, weight = 1) {
  return (t, c, d) => mark(t, c, d, (f) => next(f, { [name]: weight }));
}

export function transitions(to) {
  const entries = Array.isArray(to)
    ? Object.fromEntries(to.map((t) => (Array.isArray(t) ? t : [t, 1])))
    : to;
  return (t, c, d) => mark(t, c, d, (f) => next(f, entries));
}
