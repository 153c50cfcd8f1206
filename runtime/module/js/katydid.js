// The module "katydid". esbuild drops what a script does not import, so a user pays for what it uses.
export { User, HttpUser, FastHttpUser } from "katydid/user";
export { StopUser, StopTest, RescheduleTask, RescheduleTaskImmediately, InterruptTaskSet } from "katydid/control";
export { TaskSet, SequentialTaskSet, MarkovTaskSet } from "katydid/taskset";
export { LoadShape, LoadTestShape } from "katydid/shape";
export { task, tag, transition, transitions } from "katydid/host";
export { between, constant, constantPacing, constantThroughput } from "katydid/host";
export { constantPacing as constant_pacing, constantThroughput as constant_throughput } from "katydid/host";
export { events, env, shared, environment, runner, log, sleep, open } from "katydid/host";
