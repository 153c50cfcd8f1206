// What scripts import from https://jslib.k6.io/k6-summary, written for katydid: the summary as k6 printed it before its
// version 1, and JUnit's XML.

// All of it is in one function: what a module has at its top level is made for every user, and only handleSummary needs this.
function library() {
  const passed = "✓";
  const failed = "✗";
  const paints = { bold: "1", red: "31", green: "32", cyan: "36", faint: "2", faintCyan: "2;36" };

  // cut is a number without what lies beyond its second decimal.
  const cut = (v) => String(Math.trunc(v * 100) / 100);

  function duration(ms, unit) {
    if (unit === "s") return (ms / 1000).toFixed(2) + "s";
    if (unit === "ms") return ms.toFixed(2) + "ms";
    if (unit === "us") return (ms * 1000).toFixed(2) + "µs";
    if (ms === 0) return "0s";
    if (ms < 0.001) return Math.trunc(ms * 1e6) + "ns";
    if (ms < 1) return cut(ms * 1000) + "µs";
    if (ms < 1000) return cut(ms) + "ms";
    if (ms < 60000) return cut(ms / 1000) + "s";
    const seconds = Math.trunc(ms / 1000);
    const hours = Math.trunc(seconds / 3600);
    return (hours > 0 ? hours + "h" : "") + Math.trunc((seconds % 3600) / 60) + "m" + (seconds % 60) + "s";
  }

  function byteSize(v) {
    if (v < 10) return v + " B";
    let unit = 0;
    for (let scale = v; scale >= 1000 && unit < 8; scale /= 1000) unit++;
    v = Math.floor((v / 1000 ** unit) * 10 + 0.5) / 10;
    return (v < 10 ? v.toFixed(1) : v.toFixed(0)) + " " + ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"][unit];
  }

  // percent cuts and does not round: only what is whole is 100.00%.
  const percent = (share) => (Math.trunc(share * 10000 + 1e-9) / 100).toFixed(2) + "%";

  function quantity(v, metric, unit) {
    if (metric.contains === "data") return byteSize(v);
    if (metric.contains === "time") return duration(v, unit);
    return String(+v.toFixed(6));
  }

  // humanizeValue is a value of a metric ({ type, contains }) with its unit. timeUnit is "s", "ms", "us", or empty for
  // whatever fits.
  function humanizeValue(value, metric, timeUnit) {
    return metric.type === "rate" ? percent(value) : quantity(value, metric, timeUnit);
  }

  // textSummary is the summary as text. options: indent, before each line; enableColors; summaryTimeUnit and
  // summaryTrendStats, which are else those of the run.
  function textSummary(data, options = {}) {
    const o = { indent: " ", enableColors: true, ...data.options, ...options };
    o.paint = (color, text) => (o.enableColors ? `\x1b[${paints[color]}m${text}\x1b[0m` : text);
    const lines = [];
    if (data.root_group) groupLines(lines, data.root_group, o.indent + "    ", o);
    metricLines(lines, data, o);
    return lines.join("\n");
  }

  function groupLines(lines, group, indent, o) {
    if (group.name) {
      lines.push(indent + "█ " + group.name, "");
      indent += "  ";
    }
    for (const c of group.checks ?? []) {
      if (!c.fails) {
        lines.push(indent + o.paint("green", passed + " " + c.name));
        continue;
      }
      const share = Math.floor((100 * c.passes) / (c.passes + c.fails));
      lines.push(indent + o.paint("red", failed + " " + c.name));
      lines.push(indent + o.paint("red", ` ↳  ${share}% — ${passed} ${c.passes} / ${failed} ${c.fails}`));
    }
    if (group.checks?.length) lines.push("");
    for (const g of group.groups ?? []) groupLines(lines, g, indent, o);
  }

  // columnsOf are the columns of a metric: the first, and what follows it.
  function columnsOf(metric, o) {
    const v = metric.values;
    const unit = o.summaryTimeUnit;
    switch (metric.type) {
      case "counter":
        return [quantity(v.count, metric, unit), quantity(v.rate, metric, unit) + "/s"];
      case "gauge":
        return [quantity(v.value, metric, unit), "min=" + quantity(v.min, metric, unit), "max=" + quantity(v.max, metric, unit)];
      case "rate":
        return [percent(v.rate), passed + " " + v.passes, failed + " " + v.fails];
    }
    return (o.summaryTrendStats ?? Object.keys(v)).filter((stat) => stat in v).map(
      (stat) => stat + "=" + (stat === "count" ? v.count : quantity(v[stat], metric, unit)));
  }

  function metricLines(lines, data, o) {
    // A submetric stands below its metric.
    const names = Object.keys(data.metrics).sort((a, b) => {
      const [x, y] = [a.split("{")[0], b.split("{")[0]];
      return x !== y ? (x < y ? -1 : 1) : a < b ? -1 : 1;
    });
    const rows = names.map((name) => {
      const metric = data.metrics[name];
      const brace = name.indexOf("{");
      return {
        metric,
        label: brace < 0 ? name : "  { " + name.slice(brace + 1, -1) + " }",
        trend: metric.type === "trend",
        columns: columnsOf(metric, o),
      };
    });
    const widest = Math.max(0, ...rows.map((r) => r.label.length)) + 3;
    const widths = { true: [], false: [] };
    for (const r of rows) {
      r.columns.forEach((c, i) => { widths[r.trend][i] = Math.max(widths[r.trend][i] ?? 0, c.length); });
    }
    for (const r of rows) {
      const values = r.columns.map((c, i) => {
        const pad = i < r.columns.length - 1 ? " ".repeat(widths[r.trend][i] - c.length) : "";
        return o.paint(r.trend || i === 0 ? "cyan" : "faintCyan", c) + pad;
      });
      const dots = o.paint("faint", ".".repeat(widest - r.label.length) + ":");
      lines.push(o.indent + "  " + markOf(r.metric, o) + " " + r.label + dots + " " + values.join(" "));
    }
  }

  // markOf says whether all thresholds of a metric were kept.
  function markOf(metric, o) {
    const all = Object.values(metric.thresholds ?? {});
    if (all.length === 0) return " ";
    return all.every((t) => t.ok) ? o.paint("green", passed) : o.paint("red", failed);
  }

  const xml = (s) => String(s).replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);

  // jUnit is a report of the thresholds for build servers: a test case for each. options: name, of the suite; classname.
  function jUnit(data, options = {}) {
    const cases = [];
    let failures = 0;
    for (const [name, metric] of Object.entries(data.metrics)) {
      for (const [expression, { ok }] of Object.entries(metric.thresholds ?? {})) {
        const head = `<testcase name="${xml(name + " - " + expression)}"` + (options.classname ? ` classname="${xml(options.classname)}"` : "");
        cases.push(head + (ok ? " />" : '><failure message="failed" /></testcase>'));
        if (!ok) failures++;
      }
    }
    const counts = `tests="${cases.length}" failures="${failures}"`;
    return `<?xml version="1.0"?>\n<testsuites ${counts}>\n<testsuite name="${xml(options.name ?? "k6 thresholds")}" ${counts}>\n` +
      cases.map((c) => c + "\n").join("") + "</testsuite>\n</testsuites>\n";
  }

  return { humanizeValue, textSummary, jUnit };
}

export const humanizeValue = (value, metric, timeUnit) => library().humanizeValue(value, metric, timeUnit);
export const textSummary = (data, options) => library().textSummary(data, options);
export const jUnit = (data, options) => library().jUnit(data, options);
