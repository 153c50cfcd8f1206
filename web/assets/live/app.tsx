import { h, Fragment } from "preact";
import { useEffect, useLayoutEffect, useReducer, useState } from "preact/hooks";
import { Edit, Confirm } from "./edit";
import { Header } from "./header";
import { useKeys } from "./keys";
import { Panels } from "./panels";
import { readRoute, Route, writeRoute } from "./route";
import type { Session } from "./session";
import { Start } from "./start";
import { Steering, useSteering } from "./steering";
import { Strip } from "./strip";
import { followTheme, keep, theme } from "./theme";
import type { Looks, View } from "./view";

/** The whole page. It is drawn when the session has changed, which is once a second. */
export function App({ s }: { s: Session }) {
  const [, redraw] = useReducer((n: number, _: void) => n + 1, 0);
  useEffect(() => eachFrame(s, () => redraw()), [s]);
  const [route, go] = useRoute(s);
  const v = useView(s, route, go);
  const steering = useSteering(s);
  const [renew, setRenew] = useState(false);
  useLayoutEffect(() => setRenew(false), [s.tick?.run]);
  useKeys(s, steering);
  useTitle(s);

  if (!s.plan || !s.tick) return <Waiting lost={s.link === "lost"} />;
  const form = s.shards.length === 0 && (s.tick.state === "ready" || renew && s.tick.state === "stopped");
  return <>
    <Header s={s} v={v} steering={steering} onNew={() => setRenew(true)} form={form} />
    <Notices s={s} steering={steering} />
    <main>
      {form
        ? <Start key={s.plan.script} s={s} steering={steering} onBack={s.tick.state === "stopped" ? () => setRenew(false) : undefined} />
        : <><Strip s={s} v={v} steering={steering} /><Panels s={s} v={v} tab={route.tab} onTab={tab => go({ ...route, tab })} /></>}
    </main>
    {steering.dialog === "edit" && <Edit s={s} steering={steering} />}
    {steering.dialog === "reset" && <Confirm steering={steering} />}
  </>;
}

function Waiting({ lost }: { lost: boolean }) {
  return <main class="waiting"><p role="status">{lost ? "Connection lost, trying again …" : "Connecting …"}</p></main>;
}

function Notices({ s, steering }: { s: Session; steering: Steering }) {
  return <div class="notices">
    <div role="status">
      {s.link === "lost" && <p class="notice warn">Connection lost, trying again … What is shown is the last that was heard.</p>}
      {s.stale && <p class="notice">katydid was restarted and is another version now. <button type="button" onClick={() => location.reload()}>Load its page</button></p>}
      {steering.note && <p class="notice toast">{steering.note}</p>}
    </div>
    {steering.trouble && <p class="notice bad" role="alert">{steering.trouble} <button type="button" onClick={steering.forget} aria-label="Close this message">✕</button></p>}
  </div>;
}

/** Calls draw when the session has changed, once a frame at most, and while nobody sees the page only when it is seen again. */
function eachFrame(s: Session, draw: () => void): () => void {
  let asked = 0;
  const stop = s.subscribe(() => { asked ||= requestAnimationFrame(() => { asked = 0; draw(); }); });
  return () => { stop(); cancelAnimationFrame(asked); };
}

/** What is shown, in step with the address. */
function useRoute(s: Session): [Route, (r: Route) => void] {
  const [route, set] = useState(readRoute);
  useEffect(() => {
    s.look(route.focus);
    const back = () => { const r = readRoute(); set(r); s.look(r.focus); };
    addEventListener("popstate", back);
    addEventListener("hashchange", back);
    return () => { removeEventListener("popstate", back); removeEventListener("hashchange", back); };
  }, [s]);
  return [route, r => { writeRoute(r); set(r); s.look(r.focus); }];
}

function useView(s: Session, route: Route, go: (r: Route) => void): View {
  const [looks, setLooks] = useState<Looks>(() => ({ range: null, window: 0, log: keep("log") === "1", service: false, overview: keep("overview") !== "0", theme: theme() }));
  const set = (part: Partial<Looks>) => {
    if (part.log !== undefined) keep("log", part.log ? "1" : null);
    if (part.overview !== undefined) keep("overview", part.overview ? null : "0");
    setLooks(old => ({ ...old, ...part }));
  };
  useEffect(() => followTheme(theme => set({ theme })), []);
  useLayoutEffect(() => set({ range: null }), [s.run]); // what was zoomed into is gone: at once, as the next key may zoom again
  return {
    ...looks, set, zoom: range => set({ range }),
    look: at => go({ ...route, focus: at && { method: at.method, name: at.name } }),
  };
}

/** The state in the title, for those who have the page in a tab behind others. */
function useTitle(s: Session): void {
  useEffect(() => s.subscribe(() => {
    if (!s.tick || !s.plan) return;
    const going = s.tick.state === "ready" || s.tick.state === "stopped" ? s.tick.state : `${Math.round(s.tick.total.rps).toLocaleString("en")} req/s`;
    const title = `${s.link === "lost" ? "connection lost" : going} · ${s.plan.title || s.plan.script} · katydid`;
    if (document.title !== title) document.title = title;
  }), [s]);
}
