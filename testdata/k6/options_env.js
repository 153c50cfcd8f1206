// env: K6_ITERATIONS=3 K6_VUS=1 K6_THROW=true K6_DISCARD_RESPONSE_BODIES=true K6_SUMMARY_TREND_STATS=max K6_NO_SETUP=true
import http from "k6/http";
export const options = { vus: 2, duration: "10m" };
export function setup() { console.log("# no setup"); }
export default function () { let threw = false; try { http.get(__ENV.DEAD); } catch (e) { threw = true; } console.log("# env", threw, http.get(__ENV.HTTP + "/get").body, __ITER); }
