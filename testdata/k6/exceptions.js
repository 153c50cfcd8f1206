import { fail, check } from "k6"; import http from "k6/http";
export const options = { iterations: 6, vus: 1 };
export default async function () { check(1, { begun: true }); switch (__ITER) { case 0: throw new Error("thrown"); case 1: fail("failed"); case 2: throw "text"; case 3: Promise.reject(new Error("lost")); break; case 4: await Promise.reject(new Error("awaited")); case 5: undefined.x; } console.log("# after", __ITER); }
export function teardown() { console.log("# teardown"); }
