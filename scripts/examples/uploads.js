// Sending data: JSON, forms, files, raw text and bytes.
// Try it: go run . run scripts/examples/uploads.js -u 3 -r 3 -t 3s
import { HttpUser, task, constant, open } from "katydid";

// Files are read while the script is loaded, next to the script. "b": as bytes.
const table = open("users.csv");
const bytes = open("items.json", "b");

// The test target does not take uploads and says so with status 405, which is no failure here. A real one needs no verdict.
const refused = r => { if (r.status === 405) r.success(); };

export class Uploader extends HttpUser {
  static waitTime = constant(0.2);

  @task
  json() { this.client.post("/", { json: { name: "ann", items: [11, 12] }, name: "JSON" }, refused); }

  @task
  form() { this.client.post("/", { data: { name: "ann", city: "Oslo" }, name: "form" }, refused); }

  @task
  multipart() {
    this.client.post("/", {
      name: "multipart",
      data: { comment: "a field beside the files" },
      files: {
        table: { filename: "users.csv", content: table, contentType: "text/csv" },
        items: bytes, // for those who need no name and type
      },
    }, refused);
  }

  @task
  raw() {
    const headers = { "content-type": "text/csv" };
    this.client.post("/", table, { name: "raw text", headers }, refused);
    this.client.put("/", bytes, { name: "raw bytes" }, refused);
  }
}
