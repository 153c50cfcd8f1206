import { h, Component, Fragment } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { plural } from "./format";
import type { Session } from "./session";
import type { LogLine } from "./wire";

const levels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

/** [2026-11-22 20:54:40,805] host/INFO/katydid: text */
const shape = /^\[[^\]]* ([\d:]+)[^\]]*\] [^/]*\/([A-Z]+)\/[^:]*: ([^]*)$/;

export const levelOf = (text: string): string => shape.exec(text)?.[2] ?? "INFO";

/** The end of the log. It follows what comes, until somebody scrolls up. */
export function Logs({ s }: { s: Session }) {
  const [filter, setFilter] = useState(""), [least, setLeast] = useState("DEBUG"), [follow, setFollow] = useState(true);
  const box = useRef<HTMLDivElement>(null);
  const wanted = filter.trim().toLowerCase();
  const lines = s.log.filter(l => levels.indexOf(levelOf(l.text)) >= levels.indexOf(least) && (!wanted || l.text.toLowerCase().includes(wanted)));
  useEffect(() => { if (follow && box.current) box.current.scrollTop = box.current.scrollHeight; });
  const scrolled = () => {
    const b = box.current;
    if (!b) return; // the tab was left before the event came
    const atEnd = b.scrollHeight - b.scrollTop - b.clientHeight < 24;
    if (atEnd !== follow) setFollow(atEnd);
  };
  return <>
    <div class="bar">
      <label>Level <select value={least} onChange={e => setLeast(e.currentTarget.value)}>
        <option value="DEBUG">all</option><option value="INFO">info and above</option><option value="WARNING">warnings and errors</option><option value="ERROR">errors</option></select></label>
      <input type="search" placeholder="Filter lines" aria-label="Filter lines" value={filter} onInput={e => setFilter(e.currentTarget.value)} />
      <span class="push" />
      <span class="note">the last {plural(s.log.length, "entry", "entries")}{lines.length < s.log.length && `, ${lines.length} shown`}</span>
      <label><input type="checkbox" checked={follow} onChange={e => setFollow(e.currentTarget.checked)} /> follow</label>
    </div>
    <div class="log" role="log" aria-live="off" aria-label="Log" tabIndex={0} ref={box} onScroll={scrolled}>
      {lines.map(l => <Entry key={l.n} line={l} />)}
      {lines.length === 0 && <p class="nothing">{s.log.length > 0 ? "No entry is like that." : "Nothing was logged yet."}</p>}
    </div>
  </>;
}

class Entry extends Component<{ line: LogLine }> {
  shouldComponentUpdate() { return false; }
  render({ line }: { line: LogLine }) {
    const found = shape.exec(line.text);
    if (!found) return <p>{line.text}</p>;
    const [, time, level, text] = found;
    return <p class={level.toLowerCase()} title={line.text.slice(0, line.text.indexOf("]") + 1)}><span class="time">{time}</span> <span class="level">{level}</span> {text}</p>;
  }
}
