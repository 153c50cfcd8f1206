// Each line that ends in "error TS..." must be refused with that code, and no other line: there is no browser here.
import { LoadShape } from "katydid";

document.title; // error TS2584
fetch("/"); // error TS2304
window.open("/"); // error TS2304
new XMLHttpRequest(); // error TS2304
process.exit(1); // error TS2591
setTimeout("code", 10); // error TS2345
console.clear(); // error TS2339
crypto.subtle.hash; // error TS2339
crypto.subtle.digest("SHA-256", "text"); // error TS2345
crypto.subtle.importKey("jwk", new Uint8Array(1), "AES-GCM", true, ["eat"]); // error TS2769
open("a.txt", "w"); // error TS2345
require("fs"); // error TS2591

export class Stages extends LoadShape { // error TS2417
  static stages = [{ duration: 60, spawnRate: 10 }];
}
export class Wave extends LoadShape {
  tick() { return "10"; } // error TS2416
}
