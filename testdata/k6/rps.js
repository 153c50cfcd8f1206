import http from "k6/http"; export const options = { iterations: 1, rps: 20 };
export default function () { const began = Date.now(); for (let i = 0; i < 6; i++) http.get(__ENV.HTTP + "/own/raw"); console.log("# slowed", Date.now() - began >= 200); }
