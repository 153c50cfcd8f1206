export enum Kind { A = "a" } export function typed(n: number): string { return "typed" + n; }
