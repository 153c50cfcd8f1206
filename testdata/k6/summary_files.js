export const options = { summaryTimeUnit: "ms", iterations: 1, tags: { a: "b" } };
export default function () {}
export function handleSummary(data) { console.log("# unit", JSON.stringify(data.options.summaryTimeUnit), JSON.stringify(data.options.summaryTrendStats), data.metrics.iteration_duration.contains, typeof data.metrics.iteration_duration.values.avg, data.metrics.data_sent.type, Object.keys(data.root_group).sort().join()); return { stdout: "# text " + Object.keys(data.metrics).sort().join() + "\n" }; }
