// Test data that all users share. The files are read once, however many users there are. Paths start at this file's folder.
// Try it: go run . run scripts/examples/feeders.js -u 5 -r 5 -t 3s
import { HttpUser, shared, task, constant } from "katydid";

// unique: each row goes to one user only. When all are used up, a user that asks for one more stops (see onEnd).
const accounts = shared.csv("users.csv", { mode: "unique" });

// random: any row.
const items = shared.json("items.json", { mode: "random" });

// loop: the users take turns, and after the last element comes the first. The function is called once for all users.
const pages = shared.array("pages", () => ["/", "/?page=2", "/?page=3"], { mode: "loop" });

// sequential: each user for itself, from the first row to the last and round again.
const cities = shared.csv("users.csv", { mode: "sequential" });

export class Customer extends HttpUser {
  static waitTime = constant(0.3);

  onStart() {
    const { name, password } = accounts.next();
    this.client.get("/", { name: "/login", auth: [name, password] });
  }

  @task item() { this.client.get(`/?item=${items.next().id}`, { name: "/?item=[id]" }); }
  @task page() { this.client.get(pages.next(), { name: "/?page=[n]" }); }
  @task city() { this.client.get("/", { params: { city: cities.next().city }, name: "/?city=[name]" }); }
}
