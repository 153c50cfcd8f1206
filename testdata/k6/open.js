const text = open("./data/text.txt"), bin = open("data/bytes.bin", "b"), json = JSON.parse(open("./data/data.json"));
let missing = ""; try { open("./nope.txt"); missing = "fine"; } catch (e) { missing = "throws"; }
export default function () {
  console.log("# text", text.length, text.split("\n").length, text.includes("ä"), missing); console.log("# binary", bin instanceof ArrayBuffer, bin.byteLength, new Uint8Array(bin)[2], json.a[1].b);
}
