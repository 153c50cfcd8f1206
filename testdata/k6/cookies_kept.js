import http from "k6/http"; export const options = { iterations: 2, noCookiesReset: true };
export default function () { console.log("# before", JSON.stringify(http.get(__ENV.HTTP + "/cookies").json("cookies"))); http.get(__ENV.HTTP + "/cookies/set?a=1"); }
