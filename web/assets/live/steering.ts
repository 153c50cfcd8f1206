import { useRef, useState } from "preact/hooks";
import { count, digits } from "./format";
import { ask } from "./server";
import type { Session } from "./session";

type Dialog = "" | "edit" | "reset";

/** What can be done to the test, and what became of it. */
export interface Steering {
  busy: "" | "stop" | "reset";
  trouble: string;                 // why the last wish was not granted
  note: string;                    // what was done; goes by itself
  dialog: Dialog;
  spawnRate: number;               // that users are changed with
  last: [string, string][] | null; // the fields of the last start, secrets left out
  open(dialog: Dialog): void;
  forget(): void;
  stop(): void;
  reset(): void;
  /** Starts or changes the test; the text says why not. */
  swarm(fields: [string, string][], note: string): Promise<string>;
  /** Changes the users, or the rate of an open run, by one step. */
  step(by: 1 | -1): void;
}

/** One step of the keys + and −: a tenth or somewhat less, as 1, 2 or 5 and zeros. Users are whole. */
export function stepOf(n: number, whole: boolean): number {
  const tenth = Math.max(n / 10, whole ? 1 : 0.01), power = Math.pow(10, Math.floor(Math.log10(tenth) + 1e-9));
  return Math.max(...[1, 2, 5].map(m => m * power).filter(s => s <= tenth * 1.000001));
}

/** Whether users or the rate can be changed now. */
export const steerable = (s: Session): boolean => !!s.plan?.steerable && s.link === "live" && (s.tick?.state === "running" || s.tick?.state === "spawning");

/** Whether the rate is what can be changed, not the users. */
export const byRate = (s: Session): boolean => !!s.tick?.open && s.plan?.kind !== "k6";

export function useSteering(s: Session): Steering {
  const [busy, setBusy] = useState<Steering["busy"]>(""), [trouble, setTrouble] = useState(""), [note, setNote] = useState("");
  const [dialog, setDialog] = useState<Dialog>(""), [last, setLast] = useState<Steering["last"]>(null);
  const wanted = useRef({ value: 0, run: 0, until: 0, timer: 0, fading: 0 }), [spawnRate, setSpawnRate] = useState(0);

  const told = (text: string) => {
    setNote(text);
    clearTimeout(wanted.current.fading);
    wanted.current.fading = setTimeout(() => setNote(""), 4000);
  };
  const please = async (what: "stop" | "reset", url: string, done: string) => {
    setBusy(what);
    const why = await ask(url);
    setBusy("");
    setTrouble(why);
    if (!why && done) told(done);
  };
  const rate = spawnRate || s.plan?.spawnRate || 1;
  const swarm: Steering["swarm"] = async (fields, done) => {
    const why = await ask("swarm", new URLSearchParams(fields));
    if (!why) {
      setTrouble("");
      told(done);
      const chosen = Number(fields.find(([k]) => k === "spawn_rate")?.[1]);
      if (chosen > 0) setSpawnRate(chosen);
    }
    return why;
  };
  const keepForm = (fields: [string, string][]) => {
    const secret = new Set(s.plan?.args?.filter(a => a.secret).map(a => a.name));
    setLast(fields.filter(([k]) => !secret.has(k)));
  };

  return {
    busy, trouble, note, dialog, last, spawnRate: rate, open: setDialog,
    forget: () => setTrouble(""),
    stop: () => { if (!busy) void please("stop", "stop", ""); },
    reset: () => {
      setDialog("");
      if (s.tick?.state === "stopped") setTrouble("The test has ended meanwhile: its statistics stay as they are."); // the server would say ok and keep them
      else void please("reset", "stats/reset", "The statistics begin anew.");
    },
    swarm: async (fields, done) => {
      const starts = s.tick?.state === "ready" || s.tick?.state === "stopped";
      const why = await swarm(fields, done);
      if (!why && starts) keepForm(fields);
      return why;
    },
    step: by => {
      if (!steerable(s)) return;
      const w = wanted.current, t = s.tick!, open = byRate(s), now = w.timer || w.run === t.run && t.elapsed < w.until ? w.value : open ? t.rate : t.target;
      w.value = Math.max(open ? 0.01 : 1, Math.round((now + by * stepOf(now, !open)) * 1000) / 1000);
      told(open ? `Rate: ${digits(w.value)} starts/s …` : `Users: ${count(w.value)} …`);
      clearTimeout(w.timer);
      w.timer = setTimeout(async () => { // after the last of several keys
        const value = w.value;
        w.timer = 0;
        if (!steerable(s)) return; // it has ended meanwhile, and this would start another
        const why = await swarm(open ? [["rate", String(value)]] : [["user_count", String(value)], ["spawn_rate", String(rate)]],
          open ? `Rate: ${digits(value)} starts/s` : `Users: ${count(value)}`);
        w.run = t.run;
        w.until = why ? 0 : (s.tick?.elapsed ?? 0) + 1.5; // a tick that is on its way may not know of it, the next one does
        if (why) { setNote(""); setTrouble(why); }
      }, 400) as unknown as number;
    },
  };
}
