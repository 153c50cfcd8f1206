// A locustfile carried over line by line: the names in snake_case work, too.
// Try it: go run . run scripts/examples/ported_locustfile.js -u 5 -r 5 -t 3s
import { FastHttpUser, SequentialTaskSet, constant_pacing, events, sleep, task } from "katydid";

// @events.init_command_line_parser.add_listener
events.init_command_line_parser.add_listener(parser => {
  parser.add_argument("--section", { default: "news", help: "part of the site to read" });
});

// @events.test_start.add_listener
events.test_start.add_listener(({ environment }) => {
  console.log("reading", environment.parsed_options.section);
});

class Reading extends SequentialTaskSet {
  @task
  overview() { this.client.get("/", { name: "/overview" }); }

  @task(2)
  article() {
    this.client.rename_request("/article/[id]", () => { // with self.client.rename_request(...):
      for (let id = 1; id <= 2; id++) this.client.get(`/?article=${id}`);
    });
    sleep(0.1); // time.sleep(0.1)
  }

  @task
  leave() { this.interrupt(); }
}

export class Reader extends FastHttpUser {
  static wait_time = constant_pacing(0.5); // class attributes become static
  static tasks = [Reading];

  on_start() { this.client.get("/", { name: "/login" }); } // self becomes this

  @task
  front_page() {
    // with self.client.get("/", catch_response=True) as response:
    const response = this.client.get("/", { catch_response: true });
    if (response.status_code !== 200) response.failure(`got ${response.status_code} ${response.reason}`);
  }
}
