// What the server sends: see web/live/wire.go and test.go, and Course in web/report.go.

import type { Histogram } from "../times";

export type State = "ready" | "spawning" | "running" | "stopping" | "stopped";

export interface Plan {
  version: string; script: string; title: string; kind: "closed" | "open" | "shape" | "k6"; error: string;
  steerable: boolean; hostLocked: boolean; embedded: boolean; host: string;
  users: number; spawnRate: number; rate: number; runTime: string; profile: string;
  picker: boolean; shape: string; classes: PlanClass[] | null; scenarios: string[] | null; thresholds: string[] | null;
  args: PlanArg[] | null; ratios: { perClass: Ratio[] | null; total: Ratio[] | null };
}

export interface PlanClass { name: string; host: string; weight: number; fixed: number; chosen: boolean; tasks: string[] | null }

export interface PlanArg {
  name: string; kind: "string" | "int" | "float" | "bool"; value: string[] | null; choices: string[] | null;
  multiple: boolean; required: boolean; secret: boolean; help: string;
}

export interface Ratio { name: string; share: number; tasks?: Ratio[] | null }

export interface Course {
  widths: number[]; requests: number[]; failures: number[]; users: number[]; lag: (number | null)[]; cpu: (number | null)[];
  planned: number[] | null; started: number[] | null; perOctave: number; service: string; response: string; most: number;
}

export interface Point {
  width: number; requests: number; failures: number; users: number; lag: number | null; cpu: number | null;
  planned: number; started: number; service: Histogram; response: Histogram;
}

export interface RowTimes {
  min: number; mean: number; p50: number | null; p90: number | null; p95: number | null; p99: number | null; p999: number | null; max: number;
}

export interface Row {
  method: string; name: string; count: number; failures: number; rps: number; fps: number; bytes: number;
  service: RowTimes | null; response: RowTimes | null; point: Point | null;
}

export interface Failure { method: string; name: string; error: string; count: number; first_seen: string; last_seen: string }
export interface Exception { message: string; traceback: string; count: number; first_seen: string }
export interface Check { name: string; path: string; passes: number; fails: number }
export interface Threshold { metric: string; threshold: string; ok: boolean; value: number }
export interface LogLine { n: number; text: string }

export interface Generator {
  cpu: number; gcPauseMax: number; startLag99: number | null; wakeLag99: number | null; stamped: number;
  planned: number; started: number; omitted: number; dropped: number; steal: number | null;
}

/** One of the processes that make a test together. */
export interface Shard {
  index: number; host: string; state: "waiting" | "running" | "ended" | "dead" | "absent"; users: number; requests: number; failures: number;
  lagP99: number; cpu: number; skew: number; missing: number; verdict: string; why: string;
}

export interface Tick {
  run: number; state: State; host: string; elapsed: number; runTime: number; users: number; target: number; open: boolean; rate: number;
  verdict: string; reasons: string[] | null; exitCode: number;
  total: Row; rows: Row[] | null; point: Point | null; points?: Point[];
  failures: Failure[] | null; exceptions: Exception[] | null; checks: Check[] | null; thresholds: Threshold[] | null; shards: Shard[] | null;
  generator: Generator; log: LogLine[] | null;
}

export interface Hello { plan: Plan; course: Course | null; tick: Tick }
