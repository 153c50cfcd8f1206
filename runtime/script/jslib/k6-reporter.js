// What scripts import from benc-uk/k6-reporter, written for katydid: the summary as one HTML page that needs no other file.
import { humanizeValue } from "jslib/k6-summary";

// htmlReport is the page. options: title. All of it is in one function: what a module has at its top level is made for
// every user, and only handleSummary needs this.
export function htmlReport(data, options = {}) {
  const html = (s) => String(s).replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
  const row = (cells, kind = "td") => `<tr>${cells.map((c) => `<${kind}>${c}</${kind}>`).join("")}</tr>\n`;
  const table = (head, rows) => (rows.length ? `<table>\n${row(head.map(html), "th")}${rows.join("")}</table>\n` : "<p>None.</p>\n");
  const verdict = (ok) => `<span class="${ok ? "ok" : "bad"}">${ok ? "passed" : "failed"}</span>`;

  const style = `body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 1em;color:#222;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25em .75em;border-bottom:1px solid #ddd}
td{font-variant-numeric:tabular-nums}.ok{color:#176f2c}.bad{color:#b3261e;font-weight:bold}
dl{display:flex;flex-wrap:wrap;gap:1em}dl div{border:1px solid #ddd;border-radius:.5em;padding:.5em 1em}dd{margin:0;font-size:1.5em}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}th,td,dl div{border-color:#444}.ok{color:#7bd88f}.bad{color:#ff8a80}}`;

  const title = html(options.title ?? "k6 report " + new Date().toISOString().slice(0, 16).replace("T", " "));
  const unit = data.options?.summaryTimeUnit;
  const names = Object.keys(data.metrics).sort();
  const of = (type) => names.filter((n) => data.metrics[n].type === type);
  const value = (name, key) => {
    const m = data.metrics[name];
    const v = m.values[key];
    if (v === undefined) return "";
    if (m.type === "rate" && key !== "rate" || key === "count" && m.type === "trend") return html(v);
    return html(humanizeValue(v, m, unit));
  };

  const thresholds = names.flatMap((n) => Object.entries(data.metrics[n].thresholds ?? {}).map(([expression, t]) => [n, expression, t.ok]));
  const checks = [];
  collect(data.root_group ?? {}, checks);
  const failed = checks.reduce((n, c) => n + c.fails, 0);

  const stats = data.options?.summaryTrendStats ?? [...new Set(of("trend").flatMap((n) => Object.keys(data.metrics[n].values)))];
  const tiles = [
    ["Requests", data.metrics.http_reqs ? value("http_reqs", "count") : "0"],
    ["Failed requests", data.metrics.http_req_failed ? value("http_req_failed", "rate") : "0.00%"],
    ["Broken thresholds", String(thresholds.filter(([, , ok]) => !ok).length)],
    ["Failed checks", String(failed)],
    ["Duration", html(humanizeValue(data.state?.testRunDurationMs ?? 0, { contains: "time" }))],
  ];
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>${style}</style></head><body>
<h1>${title}</h1>
<dl>${tiles.map(([k, v]) => `<div><dt>${k}</dt><dd>${v}</dd></div>`).join("")}</dl>
<h2>Thresholds</h2>
${table(["Metric", "Threshold", ""], thresholds.map(([n, e, ok]) => row([html(n), html(e), verdict(ok)])))}
<h2>Checks</h2>
${table(["Group", "Check", "Passes", "Failures", ""], checks.map((c) => row([html(c.group), html(c.name), c.passes, c.fails, verdict(c.fails === 0)].map(String))))}
<h2>Times and other trends</h2>
${table(["Metric", ...stats], of("trend").map((n) => row([html(n), ...stats.map((s) => value(n, s))])))}
<h2>Rates</h2>
${table(["Metric", "Rate", "Passes", "Failures"], of("rate").map((n) => row([html(n), value(n, "rate"), value(n, "passes"), value(n, "fails")])))}
<h2>Counters</h2>
${table(["Metric", "Count", "Per second"], of("counter").map((n) => row([html(n), value(n, "count"), value(n, "rate")])))}
<h2>Gauges</h2>
${table(["Metric", "Value", "Lowest", "Highest"], of("gauge").map((n) => row([html(n), value(n, "value"), value(n, "min"), value(n, "max")])))}
</body></html>
`;

  // collect lists the checks of a group and of those in it.
  function collect(group, into, path = "") {
    for (const c of group.checks ?? []) into.push({ group: path, name: c.name, passes: Number(c.passes), fails: Number(c.fails) });
    for (const g of group.groups ?? []) collect(g, into, path ? path + " / " + g.name : g.name);
  }
}
