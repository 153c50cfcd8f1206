// The module "katydid". esbuild drops what a script does not import, so a user pays for what it uses.
export { User, HttpUser, FastHttpUser, task, tag } from "katydid/user";
export { StopUser, StopTest, RescheduleTask, RescheduleTaskImmediately, InterruptTaskSet } from "katydid/control";
export { TaskSet, SequentialTaskSet, MarkovTaskSet, transition, transitions } from "katydid/taskset";
export { between, constant, constantPacing, constantThroughput, constantPacing as constant_pacing, constantThroughput as constant_throughput } from "katydid/wait";
export { LoadShape, LoadTestShape } from "katydid/shape";
export { events, env, shared, environment, runner, log, sleep, open } from "katydid/host";
