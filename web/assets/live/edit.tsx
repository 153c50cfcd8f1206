import { h, ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Field, problemOf } from "./fields";
import type { Session } from "./session";
import { byRate, steerable, Steering } from "./steering";

function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    ref.current!.showModal();
    return () => before?.focus?.();
  }, []);
  return <dialog ref={ref} aria-labelledby="dialog-title" onClose={onClose} onClick={e => { if (e.target === ref.current) onClose(); }}>
    <div class="inside"><h2 id="dialog-title">{title}</h2>{children}</div>
  </dialog>;
}

/** Changes the users, or the rate of an open run, of the test that goes on. */
export function Edit({ s, steering }: { s: Session; steering: Steering }) {
  const t = s.tick!, open = byRate(s);
  const [users, setUsers] = useState(String(t.target)), [spawn, setSpawn] = useState(String(steering.spawnRate)), [rate, setRate] = useState(String(t.rate));
  const [tried, setTried] = useState(false), [trouble, setTrouble] = useState(""), [busy, setBusy] = useState(false);
  const problems = open ? { rate: problemOf("rate", rate) } : { users: problemOf("users", users), spawn: problemOf("spawn", spawn) };
  const send = async (e: Event) => {
    e.preventDefault();
    setTried(true);
    if (busy || Object.values(problems).some(p => p)) return;
    if (!steerable(s)) { // it would start a new test
      setTrouble("The test has ended, or is about to.");
      return;
    }
    setBusy(true);
    const why = open ? await steering.swarm([["rate", rate.trim()]], `Rate: ${rate.trim()} starts/s`)
      : await steering.swarm([["user_count", users.trim()], ["spawn_rate", spawn.trim()]], `Users: ${users.trim()}`);
    setBusy(false);
    setTrouble(why);
    if (!why) steering.open("");
  };
  return <Dialog title="Edit the running test" onClose={() => steering.open("")}>
    <form onSubmit={send} noValidate>
      {open
        ? <Field id="edit-rate" label="Rate" note="starts/second" value={rate} onInput={setRate} problem={tried ? problems.rate : ""} mode="decimal" focus />
        : <div class="pair">
          <Field id="edit-users" label="Number of users" value={users} onInput={setUsers} problem={tried ? problems.users : ""} mode="numeric" focus />
          <Field id="edit-spawn" label="Ramp up" note="users started/second" value={spawn} onInput={setSpawn} problem={tried ? problems.spawn : ""} mode="decimal" />
        </div>}
      {trouble && <p class="notice bad" role="alert">{trouble}</p>}
      <p class="buttons"><button type="button" onClick={() => steering.open("")}>Cancel</button><button type="submit" class="primary" disabled={busy}>Update</button></p>
    </form>
  </Dialog>;
}

export function Confirm({ steering }: { steering: Steering }) {
  return <Dialog title="Reset the statistics?" onClose={() => steering.open("")}>
    <p>Everything that was measured so far is forgotten, for all who watch. The test goes on.</p>
    <p class="buttons"><button type="button" onClick={() => steering.open("")}>Cancel</button><button type="button" class="stop" autoFocus onClick={steering.reset}>Reset</button></p>
  </Dialog>;
}
