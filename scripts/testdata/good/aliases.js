// Every second name that the types promise to people who port a locustfile.
import {
  FastHttpUser, LoadTestShape, SequentialTaskSet, constant_pacing, constant_throughput, events, environment, runner, task,
} from "katydid";

export class Ported extends FastHttpUser {
  static fixed_count = 2;
  static wait_time = constant_pacing(1);

  on_start() { this.client.post("/login", { json: { user: "ann" } }); }
  on_stop() {}

  @task
  read() {
    const r = this.client.get("/", { catch_response: true, allow_redirects: false });
    if (r.status_code !== 200) r.failure(r.reason);
    this.client.rename_request("/renamed", () => this.client.get("/"));
  }
}

export class Steps extends SequentialTaskSet {
  static wait_time = constant_throughput(2);
  @task one() { this.schedule_task("one", true); }
}

export class Shape extends LoadTestShape {
  static use_common_options = true;
  tick() {
    if (this.get_run_time() > 3) this.reset_time();
    return [this.get_current_user_count() + 1, 1, [Ported, "Ported"]];
  }
}

events.init_command_line.add_listener(p => p.add_argument("--tenant", { default: "acme" }));
events.init_command_line_parser.add_listener(p => p.add_argument("--size", { type: "int", choices: [1, 2] }));
for (const e of [events.test_start, events.test_stopping, events.test_stop, events.reset_stats, events.quitting]) {
  e.add_listener(({ environment }) => { environment.process_exit_code = environment.stop_timeout; });
}
events.spawning_complete.on(e => e.userCount);
events.user_error.on(e => e.traceback);
events.cpu_warning.on(e => e.cpuUsage);
events.usage_monitor.on(e => e.memoryUsage);

const { total } = environment.stats;
export const figures = [
  total.num_requests, total.num_failures, total.fail_ratio, total.avg_response_time, total.median_response_time,
  total.min_response_time, total.max_response_time, total.total_rps, total.current_rps,
  total.get_response_time_percentile(0.5), runner.user_count, runner.target_user_count,
  environment.parsed_options.tenant, environment.shape_class,
];
