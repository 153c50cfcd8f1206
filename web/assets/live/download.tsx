import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Session } from "./session";

/** What can be downloaded; the last two only if the test writes them. */
const files: { href: string; name: string; about: string; otherwise?: string }[] = [
  { href: "stats/report?download=1", name: "Report", about: "one HTML file with all charts and tables, to be kept and sent" },
  { href: "stats/requests/csv", name: "Request statistics CSV", about: "a line a name, with its percentiles" },
  { href: "stats/failures/csv", name: "Failures CSV", about: "a line a cause" },
  { href: "exceptions/csv", name: "Exceptions CSV", about: "with tracebacks" },
  { href: "summary", name: "Summary JSON", about: "all figures with confidence intervals, thresholds, checks, generator and verdict" },
  { href: "stats/requests_full_history/csv", name: "Full request statistics history CSV", about: "a line a second", otherwise: "needs --csv PREFIX --csv-full-history" },
  { href: "hlog", name: "Histogram log", about: "HdrHistograms of every second, for further analysis", otherwise: "needs --hlog FILE" },
];

export function Download({ s }: { s: Session }) {
  const [there, set] = useState<Record<string, boolean>>({});
  useEffect(() => {
    for (const f of files) {
      if (f.otherwise) void fetch(f.href, { method: "HEAD" }).then(a => set(old => ({ ...old, [f.href]: a.ok })), () => {});
    }
  }, [s.run, s.tick!.state]);
  return <ul class="downloads">{files.map(f => <li key={f.href}>
    {f.otherwise && there[f.href] !== true
      ? <span class="off"><b>{f.name}</b><small>{f.otherwise}</small></span>
      : <a href={f.href} download=""><b>{f.name}</b><small>{f.about}</small></a>}</li>)}</ul>;
}
