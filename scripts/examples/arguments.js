// Command-line arguments of your own. They show up in --help.
// Try it: go run . run scripts/examples/arguments.js -u 5 -r 5 -t 3s --page "/?from=me" --think-time 0.5
import { HttpUser, environment, events, task } from "katydid";

events.initCommandLine.on(p => {
  p.addArgument("--page", { default: "/", env: "PAGE", help: "page to visit" });
  p.addArgument("--think-time", { type: "float", default: 0.2, help: "seconds between two visits" });
  p.addArgument("--language", { choices: ["en", "de", "fr"], default: "en", help: "language of the visitor" });
  p.addArgument("--api-key", { default: "none", secret: true, help: "never shown in any output" });
});

export class Visitor extends HttpUser {
  waitTime() { return environment.parsedOptions.thinkTime; } // --think-time becomes thinkTime

  @task
  page() {
    const { page, language, apiKey } = environment.parsedOptions;
    this.client.get(page, { headers: { "accept-language": language, "x-api-key": apiKey } });
  }
}
