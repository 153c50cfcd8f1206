import { h, Fragment, ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { timesOf } from "./charts";
import { clock, count, digits, ms, percent } from "./format";
import type { Session } from "./session";
import { byRate, steerable, Steering, stepOf } from "./steering";
import type { View } from "./view";

/** The figures that say how it goes. */
export function Strip({ s, v, steering }: { s: Session; v: View; steering: Steering }) {
  const t = s.tick!, g = t.generator, times = t.total[timesOf(s, v)];
  const going = t.state === "running" || t.state === "spawning", ended = t.state === "stopped";
  const failed = t.total.count > 0 ? t.total.failures / t.total.count : 0;
  const { over } = s;
  const lag = worst(g.startLag99, g.wakeLag99);
  return <dl class="strip">
    <Cell k="state" name="Status" more={<>{ended && t.exitCode !== 0 && <>exit code {t.exitCode} · </>}{clock(t.elapsed)}{t.runTime > 0 && <> of {clock(t.runTime)}</>}</>}>
      <span class={"state " + t.state}>{t.state}</span>
      {t.runTime > 0 && <progress max={t.runTime} value={Math.min(t.elapsed, t.runTime)} aria-label="Time that has passed" />}
    </Cell>
    <Cell k="users" name="Users" more={ended ? "" : t.open ? `at most ${count(t.target)}` : `target ${count(t.target)}`}
      tools={steerable(s) && !byRate(s) && <Steps steering={steering} now={t.target} unit="users" whole />}>{count(t.users)}</Cell>
    {t.open && <Cell k="planned" name="Rate" more={g.omitted + g.dropped > 0 ? <span class="fail">{count(g.omitted + g.dropped)} not made</span> : `${count(g.started)} started`}
      tools={byRate(s) && steerable(s) && <Steps steering={steering} now={t.rate} unit="starts a second" />}>{digits(t.rate)}</Cell>}
    <Cell k="rps" name="RPS" more={`${count(t.total.count)} total`}>{over > 0 ? <>{digits(t.total.count / over)}<i> avg</i></> : digits(t.total.rps)}</Cell>
    <Cell k="failures" name="Failures" bad={t.total.failures > 0} more={t.total.failures > 0 ? `${count(t.total.failures)} ${going ? `· ${digits(t.total.fps)}/s` : "total"}` : "none"}>{percent(failed)}</Cell>
    {([["p50", "Median"], ["p95", "95%ile"], ["p99", "99%ile"]] as const).map(([k, name]) =>
      <Cell key={k} k={k} name={name} more={k === "p50" ? t.open ? timesOf(s, v) + " time" : "response time" : k === "p95" ? `avg ${ms(times?.mean)}` : `max ${ms(times?.max)}`}>
        {times ? ms(times[k]) : "–"}{times?.[k] != null && <i> ms</i>}</Cell>)}
    <Cell k="lag" name="Generator lag" title="99th percentile of the time that the generator itself added" more={g.cpu >= 0 ? `CPU ${Math.round(g.cpu * 100)} %` : ""}>{lag === null ? "–" : ms(lag)}{lag !== null && <i> ms</i>}</Cell>
    <Verdict verdict={t.verdict} reasons={t.reasons ?? []} />
  </dl>;
}

const worst = (a: number | null, b: number | null): number | null => a === null ? b : b === null ? a : Math.max(a, b);

function Cell({ k, name, title, more, bad, tools, children }: {
  k: string; name: string; title?: string; more?: ComponentChildren; bad?: boolean; tools?: ComponentChildren; children: ComponentChildren;
}) {
  return <div class={"cell" + (bad ? " bad" : "")} title={title}>
    <dt>{name}{tools}</dt>
    <dd data-k={k}>{children}</dd>
    <dd class="more">{more || "\u00a0"}</dd>
  </div>;
}

function Steps({ steering, now, unit, whole = false }: { steering: Steering; now: number; unit: string; whole?: boolean }) {
  const step = String(Number(stepOf(now, whole).toPrecision(3)));
  return <span class="steps">
    <button type="button" onClick={() => steering.step(-1)} aria-label={`${step} ${unit} fewer`} title={`${step} ${unit} fewer (key −)`}>−</button>
    <button type="button" onClick={() => steering.step(1)} aria-label={`${step} ${unit} more`} title={`${step} ${unit} more (key +)`}>+</button>
  </span>;
}

/** How far the figures can be trusted. The reasons come up when it is pointed at, has the focus or was clicked. */
function Verdict({ verdict, reasons }: { verdict: string; reasons: string[] }) {
  const [open, set] = useState(false), box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const away = (e: Event) => { if (!(e instanceof KeyboardEvent ? e.key !== "Escape" : box.current?.contains(e.target as Node))) set(false); };
    addEventListener("pointerdown", away);
    addEventListener("keydown", away);
    return () => { removeEventListener("pointerdown", away); removeEventListener("keydown", away); };
  }, [open]);
  const list = reasons.length > 0 ? reasons : [verdict === "VALID" ? "The generator kept up: the figures are the target's." : "Not known yet."];
  return <div class={"cell verdict" + (open ? " open" : "")} ref={box}>
    <dt>Verdict</dt>
    <dd data-k="verdict"><button type="button" class={"pill " + (verdict || "none").toLowerCase()} aria-expanded={open} aria-describedby="reasons"
      onClick={() => set(!open)}>{verdict || "none"}</button>
      <div id="reasons" class="pop" role="tooltip"><ul>{list.map(r => <li key={r}>{r}</li>)}</ul></div></dd>
    <dd class="more">{reasons.length > 0 ? `${reasons.length} ${reasons.length === 1 ? "reason" : "reasons"}` : verdict === "VALID" ? "kept up" : ""}</dd>
  </div>;
}
