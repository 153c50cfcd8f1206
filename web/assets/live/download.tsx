import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Session } from "./session";

/** What can be downloaded. Some are made when they are asked for, others kept on disk while the test goes on. */
const files: { href: string; name: string; about: string; kept?: boolean }[] = [
  { href: "stats/report?download=1", name: "Report", about: "one HTML file with all charts and tables, to be kept and sent" },
  { href: "stats/requests/csv", name: "Request statistics CSV", about: "a line a name, with its percentiles" },
  { href: "stats/failures/csv", name: "Failures CSV", about: "a line a cause" },
  { href: "exceptions/csv", name: "Exceptions CSV", about: "with tracebacks" },
  { href: "summary", name: "Summary JSON", about: "all figures with confidence intervals, thresholds, checks, generator and verdict" },
  { href: "stats/requests_full_history/csv", name: "Full request statistics history CSV", about: "a line a second; with --csv-full-history also of each name", kept: true },
  { href: "hlog", name: "Histogram log", about: "HdrHistograms of every second, for further analysis", kept: true },
];

export function Download({ s }: { s: Session }) {
  const [there, set] = useState<Record<string, boolean>>({});
  useEffect(() => {
    for (const f of files) {
      if (f.kept) void fetch(f.href, { method: "HEAD" }).then(a => set(old => ({ ...old, [f.href]: a.ok })), () => {});
    }
  }, [s.run, s.tick!.state]);
  return <ul class="downloads">{files.map(f => <li key={f.href}>
    {f.kept && there[f.href] !== true
      ? <span class="off"><b>{f.name}</b><small>not there: nothing was measured yet, or it could not be written, which is in the log then</small></span>
      : <a href={f.href} download=""><b>{f.name}</b><small>{f.about}</small></a>}</li>)}</ul>;
}
