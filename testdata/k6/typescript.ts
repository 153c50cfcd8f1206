import http, { RefinedResponse } from "k6/http"; import { Options } from "k6/options"; import { check } from "k6"; import { typed } from "./data/typed.ts";
export const options: Options = { vus: 1, iterations: 1 };
interface Row<T> { id: T }
export default function (): void { const rows: Row<number>[] = [{ id: 1 }]; const r = http.get(`${__ENV.HTTP}/get`) as RefinedResponse<"text">; check(r, { "ts ok": (r) => r.status === 200 }); console.log("# ts", rows[0]!.id satisfies number, typed(2)); }
