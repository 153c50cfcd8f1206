import http from "k6/http";
export const options = { iterations: 6, vus: 1, thresholds: { iterations: ["count==6"] } };
export default async function () {
  setTimeout(() => console.log("# later", __ITER), 300);
  switch (__ITER) {
    case 0: setTimeout(() => { throw new Error("in a timer"); }, 10); break;
    case 1: Promise.reject(new Error("lost")); await new Promise(r => setTimeout(r, 50)); break;
    case 2: http.asyncRequest("GET", __ENV.HTTP + "/get").then(r => { console.log("# got", r.status); throw new Error("in then"); }); await new Promise(r => setTimeout(r, 400)); break;
    case 3: { const p = Promise.reject(new Error("handled later")); p.catch(() => console.log("# handled")); break; }
    case 4: setTimeout(async () => { throw new Error("in an async timer"); }, 10); await new Promise(r => setTimeout(r, 50)); break;
    case 5: queue(0); break;
  }
  console.log("# end", __ITER);
}
function queue(n) { if (n < 3) setTimeout(() => { console.log("# step", n); queue(n + 1); }, 5); }
