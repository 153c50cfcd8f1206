const v = await Promise.resolve(5); const w = await new Promise(r => setTimeout(() => r("late"), 10));
export const options = { iterations: (await Promise.resolve(2)) };
export default async function () { const x = await v; console.log("# top level await", x, w); }
