// A class of users for others to import.
import { HttpUser, constant, task } from "katydid";
import { pageName, pages } from "./pages.js";

export class Visitor extends HttpUser {
  static waitTime = constant(0.2);

  @task
  home() {
    for (const page of pages) this.client.get("/", { name: pageName(page) });
  }
}
