import { h, Fragment } from "preact";
import type { Session } from "./session";
import { steerable, Steering } from "./steering";
import { chooseTheme } from "./theme";
import type { View } from "./view";

/** Who, where and what can be done. */
export function Header({ s, v, steering, form, onNew }: { s: Session; v: View; steering: Steering; form: boolean; onNew: () => void }) {
  const { plan, tick } = s, other = v.theme === "dark" ? "light" : "dark";
  const host = tick!.state === "ready" ? "" : tick!.host;
  return <header class="top">
    <span class="brand"><Mark />katydid</span>
    <span class="what">
      <h1 title={plan!.script}>{plan!.title || plan!.script}</h1>
      {host && <span class="host" title={"Host: " + host}>{host}</span>}
    </span>
    <span class="push" />
    {!form && <Actions s={s} steering={steering} onNew={onNew} />}
    <button type="button" class="icon" title={`Show it ${other}`} aria-label={`Show it ${other}`}
      onClick={() => { chooseTheme(other); v.set({ theme: other }); }}><Moon dark={v.theme === "dark"} /></button>
  </header>;
}

function Actions({ s, steering, onNew }: { s: Session; steering: Steering; onNew: () => void }) {
  const state = s.tick!.state, lost = s.link === "lost";
  const alone = s.shards.length === 0; // others are started by their engine, and what they have measured is theirs
  const going = state === "running" || state === "spawning", stopping = state === "stopping" || steering.busy === "stop";
  return <span class="actions">
    {steerable(s) && <button type="button" onClick={() => steering.open("edit")} disabled={lost || stopping}>Edit</button>}
    {alone && state !== "stopped" && <button type="button" onClick={() => steering.open("reset")} disabled={lost || steering.busy !== ""}>Reset</button>}
    {(going || state === "stopping") && <button type="button" class="stop" onClick={steering.stop} disabled={lost || stopping}>{stopping ? "Stopping …" : "Stop"}</button>}
    {alone && state === "stopped" && <button type="button" class="primary" onClick={onNew} disabled={lost}>New test</button>}
  </span>;
}

function Mark() {
  return <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true"><rect width="32" height="32" rx="8" class="tile" />
    <path d="M5 19h5l3-9 5 14 4-9 2 4h3" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" /></svg>;
}

function Moon({ dark }: { dark: boolean }) {
  return <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round">
    {dark ? <><circle cx="12" cy="12" r="4.2" /><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4" /></>
      : <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" stroke-linejoin="round" />}
  </svg>;
}
