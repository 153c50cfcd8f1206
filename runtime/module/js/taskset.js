import { InterruptTaskSet } from "katydid/control";

export class TaskSet {
  static $kind = "set";
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
