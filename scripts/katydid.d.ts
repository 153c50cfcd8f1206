// Types of katydid's script API, for editors and for tsc. Nothing in this file is executed.
//
// It works in two ways: a jsconfig.json or tsconfig.json maps "katydid" to it ("paths"), or a copy of it lies anywhere
// in the project. Plain JavaScript is checked too, with "checkJs" or with // @ts-check in a script's first line.
//
// Units, everywhere: what you *set* is in seconds (waitTime, timeout, sleep, duration); what is *measured* is in
// milliseconds (elapsed, responseTime, timings). Names in snake_case are second names for people who port a locustfile.

declare module "katydid" {
  // ---------------------------------------------------------------------------------------------------------- users

  /** Gives the time to wait before the next task, in seconds. It gets the user (or the task set) that waits. */
  export type WaitTime = (owner: any) => number;

  /** A task that is a plain function. It gets the user or the task set that runs it, as argument and as `this`. */
  export type TaskFunction = (this: any, owner: any) => unknown;

  /** A class that extends User. */
  export type UserClass = abstract new (...args: any[]) => User;

  /** A class that extends TaskSet. */
  export type TaskSetClass = abstract new (...args: any[]) => TaskSet<any, any>;

  /** One task: a method's name, a function, or a TaskSet class. */
  export type TaskItem = string | TaskFunction | TaskSetClass;

  /**
   * `static tasks`: method names with their weights, or a list of tasks, each alone or as `[task, weight]`.
   * @example static tasks = { index: 3, item: 1 };
   * @example static tasks = ["index", [Checkout, 5]];
   */
  export type Tasks = { readonly [method: string]: number } | ReadonlyArray<TaskItem | ReadonlyArray<TaskItem | number>>;

  /** `static tags`: tags of each method, or an array of tags that all tasks of the class get. */
  export type Tags = { readonly [method: string]: readonly string[] } | readonly string[];

  /** What `report` takes. */
  export interface Report {
    /** First column of the statistics, e.g. "WS". */
    type: string;
    /** Second column of the statistics, e.g. "/socket". */
    name: string;
    /** Milliseconds; null counts the request without a time. */
    responseTime: number | null;
    /** Bytes. Default 0. */
    responseLength?: number;
    /** Makes it a failure: the text of the failure, or an Error. Default: a success. */
    error?: string | Error | null;
    /** Handed to the listeners of `events.request`. */
    context?: { [key: string]: unknown };
  }

  /**
   * One kind of virtual user. Every exported class that extends User and is not abstract is run; its row in the
   * output has the name under which it is exported. A user waits `waitTime` after each task, then picks the next.
   * Users share nothing: each has its own copy of the script's variables (see `shared`).
   */
  export class User {
    constructor(environment?: Environment);

    /** Share of this class among all users, against the other classes. Default 1. */
    static weight: number;
    /** Exactly so many users of this class, spawned before those that have only a weight. */
    static fixedCount: number;
    /** Same as fixedCount. */
    static fixed_count: number;
    /** `true`: a base class for others, never run itself. Not inherited. Default false. */
    static abstract: boolean;
    /** Where the requests go, e.g. "https://example.com". The --host option wins. */
    static host: string;
    /** Pause between two tasks, in seconds. Default: none. @example static waitTime = between(1, 5); */
    static waitTime: WaitTime;
    /** Same as waitTime. */
    static wait_time: WaitTime;
    /**
     * What the user does, for scripts without decorators; the tasks of the base class are added. A class that extends
     * one with other tasks has to name the type if it is to be checked: `@type {import("katydid").Tasks}`.
     * @example static tasks = { index: 3, item: 1 };
     */
    static tasks: Tasks;
    /** Tags of the tasks, for scripts without decorators. @example static tags = { index: ["browse"] }; */
    static tags: Tags;

    /** 1, 2, 3...: unique in the run. */
    readonly id: number;
    /** The run that this user is part of. */
    readonly environment: Environment;
    /** The host in use: --host, else `static host`. */
    readonly host: string;

    /** Called once before the first task. */
    onStart?(): unknown;
    /** Called once when the user stops. */
    onStop?(): unknown;
    /** Same as onStart. */
    on_start?(): unknown;
    /** Same as onStop. */
    on_stop?(): unknown;
    /** The pause after each task, in seconds: a method in place of `static waitTime`. */
    waitTime?(): number;
    /** Same as waitTime. */
    wait_time?(): number;
    /** Handed to the listeners of `events.request` with each of this user's requests. */
    context?(): { [key: string]: unknown };
    /** Waits as long as waitTime says. Cut short when the user has to stop; `sleep` is not. */
    wait(): void;
    /** Ends this user; the same as `throw new StopUser()`. */
    stop(): never;
    /**
     * Records a request that katydid did not send itself, so that any protocol gets its row.
     * @example this.report({ type: "WS", name: "/socket", responseTime: 12.5, responseLength: 80 });
     */
    report(request: Report): void;
    /**
     * Runs fn, records the time it took, and gives back what it returned. What it throws makes a failure and is
     * thrown on. An async fn is measured until its promise settles, and gives back a promise of the same: await it.
     * @example const reply = this.measure("WS", "echo", () => socket.echo("hi"));
     */
    measure<T>(type: string, name: string, fn: () => T): T;
  }

  /** A user that talks HTTP through `this.client`. */
  export class HttpUser extends User {
    /** How this class sends its requests. @example static http = { timeout: 10, headers: { "x-test": "1" } }; */
    static http: HttpSettings;
    /** Sends requests and measures them. One connection per host, kept alive, and cookies, as one browser has. */
    readonly client: Client;
    /** Same as `this.client.rest`. */
    rest(method: Method, url: string, options?: RequestOptions, verdict?: Verdict): Response;
    rest(method: Method, url: string, verdict: Verdict): Response;
  }
  export { HttpUser as FastHttpUser };

  /** `static http` of a user class. */
  export interface HttpSettings {
    /** Seconds for a whole request, redirects included. Default 60. */
    timeout?: number;
    /** Do not verify the target's TLS certificate. Default false. */
    insecure?: boolean;
    /** Redirects followed for one request. Default 30. */
    maxRedirects?: number;
    /** Headers sent with every request. */
    headers?: { readonly [name: string]: string };
    /** User and password for basic authentication. */
    auth?: readonly string[];
    /** File (PEM) with certificate authorities to trust besides the system's. Paths are relative to the script. */
    ca?: string;
    /** File (PEM) with the client's certificate. */
    cert?: string;
    /** File (PEM) with the client's private key. */
    key?: string;
    /** "http://proxy:3128", or false for none. Default: as the environment says (HTTP_PROXY, HTTPS_PROXY, NO_PROXY). */
    proxy?: string | boolean;
    /** Keep connections open between requests. Default true. */
    keepAlive?: boolean;
    /** Bytes of a body that are kept; a longer one is measured whole, but reading it throws. Default 32 MiB. */
    maxBody?: number;
    /** The User-Agent header. */
    userAgent?: string;
    /** Fold URLs that differ only in ids into one row: true, or patterns of the parts to fold. Default false. */
    groupUrls?: boolean | readonly RegExp[];
  }

  // ------------------------------------------------------------------------------------------------------ task sets

  /**
   * Tasks that belong together. A user enters it as one of its tasks and stays until `interrupt()`.
   * `U` is the class of the user: `class Browse extends TaskSet<Shopper>` in TypeScript,
   * `@extends {TaskSet<Shopper>}` above the class in JavaScript. `P` is the class of the parent.
   */
  export class TaskSet<U extends User = HttpUser, P = any> {
    constructor(parent?: P);
    /** Pause between two tasks, in seconds. Default: the user's. */
    static waitTime: WaitTime;
    /** Same as waitTime. */
    static wait_time: WaitTime;
    /** The tasks, for scripts without decorators. @example static tasks = { list: 3, leave: 1 }; */
    static tasks: Tasks;
    /** Tags: an array for all tasks, or by method. @example static tags = ["shop"]; */
    static tags: Tags;

    /** The user that runs this task set. */
    readonly user: U;
    /** The task set around this one, or the user. */
    readonly parent: P;
    /** The user's client. */
    readonly client: Client;
    /** The run that the user is part of. */
    readonly environment: Environment;

    /** Called when the user enters the task set. */
    onStart?(): unknown;
    /** Called when the user leaves the task set, and when it stops inside. */
    onStop?(): unknown;
    /** Same as onStart. */
    on_start?(): unknown;
    /** Same as onStop. */
    on_stop?(): unknown;
    /** The pause after each task, in seconds: a method in place of `static waitTime`. */
    waitTime?(): number;
    /** Same as waitTime. */
    wait_time?(): number;
    /** Waits as long as waitTime says. Cut short when the user has to stop; `sleep` is not. */
    wait(): void;
    /**
     * Leaves the task set. The parent picks its next task at once; with `false` it waits first.
     * @example this.interrupt({ reschedule: false });
     */
    interrupt(reschedule?: boolean | { reschedule?: boolean }): never;
    /**
     * Puts a task in the queue, at its head if `first`: it is run before any that is chosen by weight. A name has to be
     * that of a task; a function may be any. @example this.scheduleTask(this.pay);
     */
    scheduleTask(task: TaskItem, first?: boolean): void;
    /** Same as scheduleTask. */
    schedule_task(task: TaskItem, first?: boolean): void;
  }

  /** Runs its tasks in the order in which they are written, again and again. `@task(3)` runs one three times in a row. */
  export class SequentialTaskSet<U extends User = HttpUser, P = any> extends TaskSet<U, P> {}

  /** `static transitions` of a MarkovTaskSet: for each method where it may go next, with weights or evenly. */
  export type Transitions = { readonly [method: string]: { readonly [next: string]: number } | readonly string[] };

  /**
   * A walk through tasks: each says which may come next. Starts at the first that is written.
   * @example static transitions = { home: { list: 3, cart: 1 }, list: ["home"], cart: ["home"] };
   */
  export class MarkovTaskSet<U extends User = HttpUser, P = any> extends TaskSet<U, P> {
    static transitions: Transitions;
  }

  // ----------------------------------------------------------------------------------------------------- decorators

  /**
   * Fits a method, as a standard and as a legacy TypeScript decorator. The standard one fits a static field with a
   * TaskSet class, too; the legacy one cannot: list such classes in `static tasks`.
   */
  export interface TaskDecorator {
    (method: TaskFunction, context: ClassMethodDecoratorContext<any, any> & { static: false }): void;
    (field: undefined, context: ClassFieldDecoratorContext<any, TaskSetClass> & { static: true }): void;
    (prototype: object, method: string, descriptor: { value?: TaskFunction }): void;
  }

  /** Fits what TaskDecorator fits, and a TaskSet class. */
  export interface TagDecorator extends TaskDecorator {
    (taskSet: TaskSetClass, context?: ClassDecoratorContext<any>): void;
  }

  /**
   * Makes a method, or a static field with a TaskSet class, one of the tasks, with a weight (a whole number, default 1).
   * @example @task index() { this.client.get("/"); }
   * @example @task(3) static Browse = class extends TaskSet { ... };
   */
  export const task: TaskDecorator & { (weight: number): TaskDecorator };

  /**
   * Gives a task, or all tasks of a TaskSet class, tags for the options --tags and --exclude-tags.
   * @example @tag("browse", "slow") @task index() {}
   */
  export function tag(...tags: [string, ...string[]]): TagDecorator;

  /** Fits a method of a class that has all the methods named `Next`. */
  export interface TransitionDecorator<Next extends string> {
    <This extends { [name in Next]: TaskFunction }>(
      method: TaskFunction, context: ClassMethodDecoratorContext<This, any> & { static: false }): void;
    (prototype: { [name in Next]: TaskFunction }, method: string, descriptor: { value?: TaskFunction }): void;
  }

  /** In a MarkovTaskSet: the method may be followed by `next`. Weight: default 1. @example @transition("pay", 2) cart() {} */
  export function transition<Next extends string>(next: Next, weight?: number): TransitionDecorator<Next>;

  /** In a MarkovTaskSet: what may follow the method, with weights or evenly. @example @transitions({ pay: 2, home: 1 }) */
  export function transitions<const Next extends string>(next: readonly Next[]): TransitionDecorator<Next>;
  export function transitions<Next extends string>(next: { readonly [name in Next]: number }): TransitionDecorator<Next>;

  // ---------------------------------------------------------------------------------------------------------- waits

  /** A wait between min and max seconds, all equally likely. @example static waitTime = between(1, 5); */
  export function between(min: number, max: number): WaitTime;
  /** Always the same wait, in seconds. @example static waitTime = constant(2); */
  export function constant(seconds: number): WaitTime;
  /** Waits so that a task starts every so many seconds; not at all after a task that took longer. @example constantPacing(10) */
  export function constantPacing(seconds: number): WaitTime;
  /** Waits so that each user runs so many tasks a second, at most. @example constantThroughput(0.1) */
  export function constantThroughput(tasksPerSecond: number): WaitTime;
  export { constantPacing as constant_pacing, constantThroughput as constant_throughput };

  /** Pauses this user, in seconds. Finished even when the run stops gracefully. `await sleep(1)` does the same. */
  export function sleep(seconds: number): void;

  // --------------------------------------------------------------------------------------------- control exceptions

  /** Ends the user that throws it: onStop is called, no other user takes its place. */
  export class StopUser extends Error {}
  /** Ends the whole test. */
  export class StopTest extends Error {}
  /** Ends the task; the user waits, then picks the next. */
  export class RescheduleTask extends Error {}
  /** Ends the task; the user picks the next at once. */
  export class RescheduleTaskImmediately extends Error {}
  /** Leaves the task set, as `this.interrupt(reschedule)` does. */
  export class InterruptTaskSet extends Error {
    /** reschedule: the parent picks its next task at once (default true), or waits first. */
    constructor(reschedule?: boolean);
  }

  // ---------------------------------------------------------------------------------------------------- HTTP client

  /** An HTTP method. */
  export type Method = "GET" | "HEAD" | "OPTIONS" | "DELETE" | "POST" | "PUT" | "PATCH" | (string & {});

  /** Bytes or text that are sent as they are. */
  export type RawBody = string | ArrayBuffer | ArrayBufferView;

  /** Names and values of a query or a form; an array repeats its name, null and undefined leave it out. */
  export interface Fields { readonly [name: string]: Field | readonly Field[] }
  export type Field = string | number | boolean | null | undefined;

  /** One part of a multipart upload. */
  export interface FilePart {
    filename?: string;
    content: RawBody;
    contentType?: string;
  }

  /** Options of one request. */
  export interface RequestOptions {
    /** Row of the statistics. Default: path and query of the URL. @example { name: "/item/[id]" } */
    name?: string;
    /** Added to the URL's query. */
    params?: Fields | URLSearchParams | ReadonlyArray<readonly [name: string, value: Field]>;
    /** Headers of this request, on top of the user's. */
    headers?: { readonly [name: string]: string };
    /** Sent as JSON with its content type. */
    json?: unknown;
    /** The body: text or bytes as they are, or an object as a form. */
    data?: RawBody | URLSearchParams | Fields;
    /** Sent as multipart/form-data, with the fields in `data` if that is an object. @example { files: { photo: open("a.png", "b") } } */
    files?: { readonly [field: string]: RawBody | FilePart };
    /** User and password for basic authentication. */
    auth?: readonly [user: string, password: string];
    /** Seconds for the whole request, more than 0. Default: that of `static http`. */
    timeout?: number;
    /** Follow redirects: false for never, or how many. Default: as `static http` says. */
    redirects?: boolean | number;
    /** Same as redirects. */
    allowRedirects?: boolean | number;
    /** Same as redirects. */
    allow_redirects?: boolean | number;
    /** Cookies of this request, on top of the user's. */
    cookies?: { readonly [name: string]: string };
    /** Give the verdict later, with success(), failure() and done(). Reported at the end of the task at the latest. */
    catchResponse?: boolean;
    /** Same as catchResponse. */
    catch_response?: boolean;
    /** Handed to the listeners of `events.request`. */
    context?: { [key: string]: unknown };
  }

  /**
   * Judges a response: it may call success() or failure(), the last call counts. Without a call the status decides.
   * The request is recorded when it returns, or when its promise settles. What it throws makes a failure.
   */
  export type Verdict = (response: Response) => unknown;

  /** The requests that a client can send; R is a response, or the promise of one. */
  export interface Requests<R> {
    /** @example this.client.get("/item/7", { name: "/item/[id]" }, r => { if (r.elapsed > 500) r.failure("slow"); }); */
    get(url: string, options?: RequestOptions, verdict?: Verdict): R;
    get(url: string, verdict: Verdict): R;
    /** Redirects are not followed unless asked for. */
    head(url: string, options?: RequestOptions, verdict?: Verdict): R;
    head(url: string, verdict: Verdict): R;
    options(url: string, options?: RequestOptions, verdict?: Verdict): R;
    options(url: string, verdict: Verdict): R;
    delete(url: string, options?: RequestOptions, verdict?: Verdict): R;
    delete(url: string, verdict: Verdict): R;
    /** @example this.client.post("/login", { json: { user: "ann" } }); */
    post(url: string, options?: RequestOptions, verdict?: Verdict): R;
    /** @example this.client.post("/log", "one line", { headers: { "content-type": "text/plain" } }); */
    post(url: string, body: RawBody, options?: RequestOptions, verdict?: Verdict): R;
    post(url: string, verdict: Verdict): R;
    put(url: string, options?: RequestOptions, verdict?: Verdict): R;
    put(url: string, body: RawBody, options?: RequestOptions, verdict?: Verdict): R;
    put(url: string, verdict: Verdict): R;
    patch(url: string, options?: RequestOptions, verdict?: Verdict): R;
    patch(url: string, body: RawBody, options?: RequestOptions, verdict?: Verdict): R;
    patch(url: string, verdict: Verdict): R;
    /** @example this.client.request("PURGE", "/cache"); */
    request(method: Method, url: string, options?: RequestOptions, verdict?: Verdict): R;
    request(method: Method, url: string, verdict: Verdict): R;
  }

  /** One request of a batch: a URL to GET, `[method, url, options]`, or an object. */
  export type BatchRequest =
    | string
    | readonly [method: Method, url: string, options?: RequestOptions]
    | ({ method?: Method; url: string } & RequestOptions);

  /**
   * Sends one user's requests and measures them. Calls wait for the answer; other users go on. An answer of status 400
   * and above and an error on the way (status 0) are failures in the statistics, never exceptions.
   */
  export interface Client extends Requests<Response> {
    /** The same requests as promises. @example await Promise.all([this.client.async.get("/a"), this.client.async.get("/b")]); */
    readonly async: Requests<Promise<Response>>;
    /** Sends all of them at the same time; the answers come in the order of the list. @example this.client.batch(["/a", ["POST", "/b", { json: {} }]]) */
    batch(requests: readonly BatchRequest[]): Response[];
    /** Asks for JSON and reads it into `response.js`; anything but JSON is a failure. @example this.client.rest("GET", "/cart", {}, r => r.assert(r.js.ok, "no ok")); */
    rest(method: Method, url: string, options?: RequestOptions, verdict?: Verdict): Response;
    rest(method: Method, url: string, verdict: Verdict): Response;
    /** Like rest, with `_=<time>` added to the query so that no cache answers; its row is named `url?_=...`. */
    rest_(method: Method, url: string, options?: RequestOptions, verdict?: Verdict): Response;
    rest_(method: Method, url: string, verdict: Verdict): Response;
    /** All requests sent inside fn go into one row. Gives back what fn returned; the promise of an async fn has to be awaited. @example this.client.named("/item/[id]", () => this.client.get("/item/7")); */
    named<T>(name: string, fn: () => T): T;
    /** Same as named. */
    rename_request<T>(name: string, fn: () => T): T;
    /** This user's cookies. */
    readonly cookies: Cookies;
    /** Headers sent with every request of this user; change them at will. @example this.client.headers["authorization"] = "Bearer x"; */
    headers: { [name: string]: string };
    /** What relative URLs start with: the user's host. */
    readonly baseUrl: string;
    /** User and password for basic authentication. */
    auth: readonly [user: string, password: string] | null | undefined;
  }

  /** One user's cookies for its host. */
  export interface Cookies {
    get(name: string): string | undefined;
    set(name: string, value: string): void;
    clear(): void;
    all(): { [name: string]: string };
  }

  /** Milliseconds of each phase of a request; 0 for a phase that did not occur. */
  export interface Timings {
    readonly dns: number;
    readonly connect: number;
    readonly tls: number;
    readonly send: number;
    /** From the last byte sent to the first byte of the answer. */
    readonly wait: number;
    readonly receive: number;
  }

  /** The answer to a request. Body, headers and JSON are converted only when they are read. */
  export interface Response {
    /** The HTTP status; 0 if there was no answer (see `error`). */
    readonly status: number;
    /** Same as status. */
    readonly status_code: number;
    /** "OK", "Not Found"... */
    readonly statusText: string;
    /** Same as statusText. */
    readonly reason: string;
    /** Status below 400 and no error. */
    readonly ok: boolean;
    /** The body as text. */
    readonly text: string;
    /** Same as text. */
    readonly body: string;
    /** The body as bytes. */
    readonly content: ArrayBuffer;
    /** The body parsed as JSON; throws if it is none. */
    json<T = any>(): T;
    /** The body parsed as JSON; null if it is none. */
    readonly js: any;
    /** Headers under their lower-case names; `get` takes any case. @example r.headers["content-type"] */
    readonly headers: { readonly [name: string]: string | undefined } & { get(name: string): string | undefined };
    /** Cookies that this answer set. */
    readonly cookies: { readonly [name: string]: string };
    /** The URL of the answer, after redirects. */
    readonly url: string;
    /** Milliseconds from the first byte sent to the last byte received, redirects included. */
    readonly elapsed: number;
    /** Why there was no answer (refused, reset, timeout, TLS...); "" if there was one. */
    readonly error: string;
    /** The redirects that led here, first one first. */
    readonly history: ReadonlyArray<{ readonly status: number; readonly url: string }>;
    /** The request as it was sent. */
    readonly request: { readonly method: string; readonly url: string };
    readonly timings: Timings;
    /** Verdict: count it as a success, whatever the status. */
    success(): void;
    /** Verdict: count it as a failure with this text. */
    failure(reason: string | Error): void;
    /** With `catchResponse`: record it now instead of at the end of the task. */
    done(): void;
    /** Verdict: a failure with this text unless the condition holds. Gives back the condition. */
    assert<T>(condition: T, message?: string): T;
  }

  // ----------------------------------------------------------------------------------------------------- load shapes

  /** One stage of a load shape: go to `users` at `rate` users a second; the stage is `duration` seconds long. */
  export interface Stage {
    readonly duration: number;
    readonly users: number;
    readonly rate: number;
    /** Which classes of users; default all. */
    readonly classes?: ReadonlyArray<UserClass | string>;
  }

  /**
   * One stage of an open run: `rate` iterations (tasks) are started a second, or from the first to the second number
   * in a straight line; the stage is `duration` seconds long. Users are made as they are needed, --users at the most.
   */
  export interface OpenStage {
    readonly duration: number;
    /** A number, or two: `[from, to]`. */
    readonly rate: number | readonly number[];
    readonly users?: undefined;
  }

  /** What `tick` gives: how many users, how many to start a second, of which classes (default all); null ends the test. */
  export type Tick =
    | readonly [users: number, rate: number]
    | readonly [users: number, rate: number, classes: ReadonlyArray<UserClass | string>]
    | null;

  /**
   * How many users there are over time; takes the place of --users, --spawn-rate and --run-time. Export one such
   * class, with either `static stages` or `tick()`. Stages without `users` make an open run: see OpenStage.
   * @example export class Wave extends LoadShape { static stages = [{ duration: 60, users: 100, rate: 10 }]; }
   */
  export class LoadShape {
    /** The stages, one after another; the test ends after the last. All with `users` (closed) or all without (open). */
    static stages: readonly Stage[] | readonly OpenStage[];
    /** `true`: a base class for others. Default false. */
    static abstract: boolean;
    /** Let --users, --spawn-rate and --run-time hold, too. Default false. */
    static useCommonOptions: boolean;
    /** Same as useCommonOptions. */
    static use_common_options: boolean;
    /**
     * Asked about once a second: see `Tick`, which TypeScript can take as the result type.
     * @example tick() { return this.runTime < 60 ? [100, 10] : null; }
     */
    tick(): ReadonlyArray<number | ReadonlyArray<UserClass | string>> | null;
    /** Seconds since the test began, or since resetTime(). */
    readonly runTime: number;
    /** Same as runTime. */
    getRunTime(): number;
    /** Same as runTime. */
    get_run_time(): number;
    /** Users that run now; with --shards those of this process. */
    readonly userCount: number;
    /** Same as userCount. */
    getCurrentUserCount(): number;
    /** Same as userCount. */
    get_current_user_count(): number;
    /** Lets runTime start again at 0. */
    resetTime(): void;
    /** Same as resetTime. */
    reset_time(): void;
  }
  export { LoadShape as LoadTestShape };

  // ---------------------------------------------------------------------------------------------------------- events

  /** Something that can be listened to. */
  export interface Event<T> {
    /** Adds a listener. */
    on(listener: (event: T) => unknown): void;
    /** Same as on. */
    addListener(listener: (event: T) => unknown): void;
    /** Same as on. */
    add_listener(listener: (event: T) => unknown): void;
    /** Removes a listener. */
    off(listener: (event: T) => unknown): void;
  }

  export interface TestEvent { readonly environment: Environment; readonly runner: Runner }
  export interface SpawningCompleteEvent extends TestEvent { readonly userCount: number }
  export interface QuitEvent extends TestEvent { readonly exitCode: number }
  /** cpuUsage: per cent of the machine that the generator itself uses. */
  export interface CpuEvent extends TestEvent { readonly cpuUsage: number }
  /** memoryUsage: bytes that the generator itself uses. */
  export interface UsageEvent extends CpuEvent { readonly memoryUsage: number }

  export interface RequestEvent {
    readonly type: string;
    readonly name: string;
    /** Milliseconds; null for a request without a time. */
    readonly responseTime: number | null;
    /** Bytes. */
    readonly responseLength: number;
    /** The text of the failure; null for a success. */
    readonly error: string | null;
    /** The user's context() with the request's own `context` on top. */
    readonly context: { readonly [key: string]: any };
    /** Only for what the client sent. */
    readonly response?: Response;
    /** Seconds since 1970, with fractions. */
    readonly startTime: number;
    /** Only for what the client sent. */
    readonly url?: string;
    readonly user: User;
  }

  export interface UserErrorEvent {
    readonly user: User;
    /** What the error says. */
    readonly error: string;
    /** The stack, with the lines of the original files. */
    readonly traceback: string;
  }

  /** Where a script adds options of its own. */
  export interface ArgumentParser {
    /** @example p.addArgument("--tenant", { default: "acme", env: "TENANT", help: "whose shop to visit" }); */
    addArgument(flag: `--${string}`, options?: ArgumentOptions): void;
    /** Same as addArgument. */
    add_argument(flag: `--${string}`, options?: ArgumentOptions): void;
  }

  export interface ArgumentOptions {
    default?: string | number | boolean | ReadonlyArray<string | number>;
    /** Environment variable that gives the value if the option is not given. */
    env?: string;
    /** The only values allowed. */
    choices?: ReadonlyArray<string | number>;
    /** Default "string". A "bool" takes no value on the command line. */
    type?: "string" | "int" | "float" | "bool";
    /** Text for --help. */
    help?: string;
    /**
     * Not shown in --help, in the log, on the page and in reports; from 8 characters on not even where the script puts the
     * value, as in the address of a request. Tables in the terminal and files other
     * than the report have names as they are. Default false.
     */
    secret?: boolean;
    /** Refuse to start without it. Default false. */
    required?: boolean;
    /** May be given several times; the value is an array. Default false. */
    multiple?: boolean;
  }

  /**
   * What happens in a run. In order: initCommandLine, init, testStart, spawningComplete, testStopping, testStop,
   * quitting, quit. All but `request` and `userError` are told to one copy of the script that runs no user; those two
   * are told to the copy of the user concerned, and cost time on every request.
   */
  export interface Events {
    /** Options can be added. */
    readonly initCommandLine: Event<ArgumentParser>;
    readonly init_command_line: Event<ArgumentParser>;
    readonly init_command_line_parser: Event<ArgumentParser>;
    /** Everything is set up, nothing has been sent. */
    readonly init: Event<TestEvent>;
    /** The test begins. */
    readonly testStart: Event<TestEvent>;
    readonly test_start: Event<TestEvent>;
    /** All users have been started. */
    readonly spawningComplete: Event<SpawningCompleteEvent>;
    readonly spawning_complete: Event<SpawningCompleteEvent>;
    /** The test is about to stop; users still run. */
    readonly testStopping: Event<TestEvent>;
    readonly test_stopping: Event<TestEvent>;
    /** All users have stopped. */
    readonly testStop: Event<TestEvent>;
    readonly test_stop: Event<TestEvent>;
    /** The process is about to end: the place to set `environment.processExitCode`. */
    readonly quitting: Event<TestEvent>;
    /** The last of all. */
    readonly quit: Event<QuitEvent>;
    /** The statistics were reset. */
    readonly resetStats: Event<TestEvent>;
    readonly reset_stats: Event<TestEvent>;
    /** A request of this user was recorded. */
    readonly request: Event<RequestEvent>;
    /** A task of this user threw. */
    readonly userError: Event<UserErrorEvent>;
    readonly user_error: Event<UserErrorEvent>;
    /** The generator itself is short of CPU: its figures are in doubt. */
    readonly cpuWarning: Event<CpuEvent>;
    readonly cpu_warning: Event<CpuEvent>;
    /** What the generator itself uses, from time to time. */
    readonly usageMonitor: Event<UsageEvent>;
    readonly usage_monitor: Event<UsageEvent>;
  }

  /** @example events.testStart.on(({ environment }) => console.log("against", environment.host)); */
  export const events: Events;

  // ----------------------------------------------------------------------------------------------------- environment

  /** The percentiles that there are. */
  export type Fraction = 0.5 | 0.66 | 0.75 | 0.8 | 0.9 | 0.95 | 0.98 | 0.99 | 0.999 | 0.9999 | 1;

  /** The figures of one row. Times are in milliseconds. */
  export interface StatsEntry {
    readonly numRequests: number;
    readonly num_requests: number;
    readonly numFailures: number;
    readonly num_failures: number;
    /** 0 to 1. */
    readonly failRatio: number;
    readonly fail_ratio: number;
    readonly avgResponseTime: number;
    readonly avg_response_time: number;
    readonly medianResponseTime: number;
    readonly median_response_time: number;
    readonly minResponseTime: number;
    readonly min_response_time: number;
    readonly maxResponseTime: number;
    readonly max_response_time: number;
    /** Requests a second over the whole run. */
    readonly totalRps: number;
    readonly total_rps: number;
    /** Requests a second now. */
    readonly currentRps: number;
    readonly current_rps: number;
    /** @example environment.stats.total.percentile(0.95) */
    percentile(fraction: Fraction): number;
    /** Same as percentile. */
    get_response_time_percentile(fraction: Fraction): number;
  }

  /** The statistics of the run, as of the last second. */
  export interface Stats {
    /** All requests together. */
    readonly total: StatsEntry;
    /** The rows. */
    readonly entries: ReadonlyArray<StatsEntry & { readonly method: string; readonly name: string }>;
    /** One row. @example environment.stats.get("GET", "/") */
    get(method: string, name: string): StatsEntry | undefined;
  }

  /** The values of the command line, those of a script's own options included: `--my-option` is `myOption`. */
  export interface ParsedOptions { readonly [name: string]: any }

  export type State = "ready" | "spawning" | "running" | "cleanup" | "stopping" | "stopped" | "missing";

  export interface Runner {
    /** Ends the test and the process. */
    quit(): void;
    /** Ends the test. */
    stop(): void;
    /** Users that run now; with --shards those of this process. */
    readonly userCount: number;
    readonly user_count: number;
    /** Users that there will be when all have been started. */
    readonly targetUserCount: number;
    readonly target_user_count: number;
    readonly state: State;
  }

  /** The run. */
  export interface Environment {
    /** --host, else the host of the user's class. */
    readonly host: string;
    readonly parsedOptions: ParsedOptions;
    readonly parsed_options: ParsedOptions;
    readonly stats: Stats;
    readonly runner: Runner;
    /** Exit code of the process, 0 to 255; null until a script sets it, in `events.quitting` or before. */
    get processExitCode(): number | null;
    set processExitCode(code: number);
    get process_exit_code(): number | null;
    set process_exit_code(code: number);
    /** Name of the load shape's class, if there is one. */
    readonly shapeClass: string | null;
    readonly shape_class: string | null;
    /** Seconds that users get to finish their task when the test stops. */
    readonly stopTimeout: number;
    readonly stop_timeout: number;
  }

  export const environment: Environment;
  export const runner: Runner;

  // ----------------------------------------------------------------------------------------------------- shared data

  /**
   * Who gets which row. unique: each row goes out once in the whole test, in order. loop: one cursor for all users, back to
   * the first row after the last. sequential: each user walks through all rows in order, round and round. random: any row.
   */
  export type FeedMode = "unique" | "sequential" | "random" | "loop";

  export interface FeedOptions {
    /** Default "loop". */
    mode?: FeedMode;
    /** When the rows of mode "unique" are used up: the user stops (default), next() throws, or it gives undefined. */
    onEnd?: "stop" | "error" | "undefined";
  }

  export interface CsvOptions extends FeedOptions {
    /** Default ",". */
    delimiter?: string;
    /** Names of the columns. */
    columns?: readonly string[];
    /** Whether the first line has the names of the columns and is no row. Default true, but false with `columns`. */
    header?: boolean;
  }

  /** Rows that are read once and shared by all users. `Last` is what next() gives after the last unique row. */
  export interface Feeder<Row, Last = never> {
    /** The next row, a copy of this user's own. */
    next(): Readonly<Row> | Last;
    /** How many rows there are. */
    readonly length: number;
    /** Row number i, from 0; -1 is the last. */
    at(i: number): Readonly<Row> | undefined;
  }

  /** A number that all users see. */
  export interface Counter {
    /** Adds 1 and gives the new value: no two users get the same. */
    next(): number;
    /** Adds n and gives the new value. */
    add(n: number): number;
    readonly value: number;
  }

  /** Values that all users see. They are copied in and out as JSON; each call is atomic. */
  export interface SharedMap<V = any> {
    get(key: string): V | undefined;
    set(key: string, value: V): void;
    has(key: string): boolean;
    /** Tells whether there was such a key. */
    delete(key: string): boolean;
    /** Replaces a value by what fn makes of it, and gives that back. If another user comes in between, fn is called again. */
    update(key: string, fn: (value: V | undefined) => V): V;
    keys(): string[];
    readonly size: number;
  }

  /** Data that all users see. (The script's own variables are not shared: every user has its own copy.) */
  export interface Shared {
    /**
     * Rows of a CSV file, found relative to the script; the first line names the columns.
     * @example const users = shared.csv("users.csv", { mode: "unique" });   // users.next().name
     * @example const users = shared.csv<{ name: string }>("users.csv");     // TypeScript
     */
    csv<Row = { [column: string]: string }>(file: string, options: CsvOptions & { onEnd: "undefined" }): Feeder<Row, undefined>;
    csv<Row = string[]>(file: string, options: CsvOptions & { header: false; columns?: undefined }): Feeder<Row>;
    csv<Row = { [column: string]: string }>(file: string, options?: CsvOptions): Feeder<Row>;
    /** The elements of a JSON file that holds an array. @example const items = shared.json("items.json", { mode: "random" }); */
    json<Row = any>(file: string, options: FeedOptions & { onEnd: "undefined" }): Feeder<Row, undefined>;
    json<Row = any>(file: string, options?: FeedOptions): Feeder<Row>;
    /** Rows that the script makes; `make` is called once for all users. @example shared.array("ids", () => [1, 2, 3]) */
    array<Row>(name: string, make: () => readonly Row[], options: FeedOptions & { onEnd: "undefined" }): Feeder<Row, undefined>;
    array<Row>(name: string, make: () => readonly Row[], options?: FeedOptions): Feeder<Row>;
    /** The counter of that name. It begins at `start` (default 0) for whoever asks first. @example const orders = shared.counter("orders"); */
    counter(name: string, start?: number): Counter;
    /** The map of that name. @example const tokens = shared.map("tokens"); */
    map<V = any>(name: string): SharedMap<V>;
  }

  export const shared: Shared;

  // ------------------------------------------------------------------------------------------------------ everything else

  /** Environment variables, without the credentials of the results store (SAS_TOKEN, AWS_*, AZURE_*, ...). @example env.TENANT ?? "acme" */
  export const env: { readonly [name: string]: string | undefined };

  /** Reads a file next to the script, while the script is loaded. @example const page = open("page.html"); */
  export function open(path: string): string;
  /** Reads it as bytes. @example const photo = open("photo.png", "b"); */
  export function open(path: string, mode: "b"): ArrayBuffer;

  /** The same as console. */
  export const log: Console;
}

// ---------------------------------------------------------------------------------------------------------------- globals
// What scripts have of the web platform. The names are those of TypeScript's own library for browsers, so that both go together.

interface Console {
  /** Shown with --loglevel DEBUG only. */
  debug(...values: any[]): void;
  log(...values: any[]): void;
  info(...values: any[]): void;
  warn(...values: any[]): void;
  error(...values: any[]): void;
  /** An error with the stack. */
  trace(...values: any[]): void;
  /** An error unless the condition holds. */
  assert(condition?: boolean, ...values: any[]): void;
  dir(value?: any, options?: any): void;
  dirxml(...values: any[]): void;
  table(rows?: any, columns?: string[]): void;
  count(label?: string): void;
  countReset(label?: string): void;
  time(label?: string): void;
  timeLog(label?: string, ...values: any[]): void;
  timeEnd(label?: string): void;
  group(...values: any[]): void;
  groupCollapsed(...values: any[]): void;
  groupEnd(): void;
}
/** Writes to katydid's log, formatted as Node does. */
declare var console: Console;

/** Calls fn after so many milliseconds, between two steps of the task: timers run while the task awaits something. */
declare function setTimeout(fn: (...args: any[]) => void, milliseconds?: number, ...args: any[]): number;
declare function clearTimeout(timer: number | undefined): void;
declare function setInterval(fn: (...args: any[]) => void, milliseconds?: number, ...args: any[]): number;
declare function clearInterval(timer: number | undefined): void;
declare function setImmediate(fn: (...args: any[]) => void, ...args: any[]): number;
declare function clearImmediate(timer: number | undefined): void;
declare function queueMicrotask(fn: () => void): void;

interface URL {
  hash: string;
  host: string;
  hostname: string;
  href: string;
  toString(): string;
  readonly origin: string;
  password: string;
  pathname: string;
  port: string;
  protocol: string;
  search: string;
  readonly searchParams: URLSearchParams;
  username: string;
  toJSON(): string;
}
declare var URL: {
  prototype: URL;
  new (url: string | URL, base?: string | URL): URL;
};

interface URLSearchParams {
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  toString(): string;
  forEach(fn: (value: string, name: string, parent: URLSearchParams) => void, thisArg?: any): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}
declare var URLSearchParams: {
  prototype: URLSearchParams;
  new (init?: string[][] | Record<string, string> | string | URLSearchParams): URLSearchParams;
};

interface TextEncoder {
  readonly encoding: string;
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
}
declare var TextEncoder: {
  prototype: TextEncoder;
  new (): TextEncoder;
};

interface TextDecoder {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}
declare var TextDecoder: {
  prototype: TextDecoder;
  new (encoding?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder;
};

/** Base64 to binary text. */
declare function atob(data: string): string;
/** Binary text to base64. */
declare function btoa(data: string): string;
/** A deep copy. */
declare function structuredClone<T>(value: T): T;

interface Crypto {
  getRandomValues<T extends ArrayBufferView>(array: T): T;
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
  readonly subtle: SubtleCrypto;
}
declare var crypto: Crypto;

/** What an algorithm of crypto.subtle may need besides its name; lengths are in bits, saltLength in bytes. */
interface CryptoParams {
  name: string;
  /** "SHA-1", "SHA-256", "SHA-384" or "SHA-512": all but AES, Ed25519 and X25519. */
  hash?: string | { name: string };
  /** Of a new AES or HMAC key; of the counter of AES-CTR. */
  length?: number;
  /** AES-CBC, AES-GCM. */
  iv?: ArrayBuffer | ArrayBufferView;
  /** AES-GCM. */
  additionalData?: ArrayBuffer | ArrayBufferView;
  /** AES-GCM, 128 if not given. */
  tagLength?: number;
  /** AES-CTR. */
  counter?: ArrayBuffer | ArrayBufferView;
  /** RSA-OAEP. */
  label?: ArrayBuffer | ArrayBufferView;
  /** RSA-PSS; not 0. */
  saltLength?: number;
  /** A new RSA key. */
  modulusLength?: number;
  /** A new RSA key: 65537, which is new Uint8Array([1, 0, 1]). */
  publicExponent?: Uint8Array;
  /** "P-256", "P-384" or "P-521": keys for ECDSA and ECDH. */
  namedCurve?: string;
  /** The other side's key: ECDH, X25519. */
  public?: CryptoKey;
  /** PBKDF2, HKDF. */
  salt?: ArrayBuffer | ArrayBufferView;
  /** HKDF. */
  info?: ArrayBuffer | ArrayBufferView;
  /** PBKDF2. */
  iterations?: number;
}

/**
 * The Web Cryptography API: AES-CBC, AES-CTR, AES-GCM, AES-KW, HMAC, RSASSA-PKCS1-v1_5, RSA-PSS, RSA-OAEP, ECDSA, ECDH,
 * Ed25519, X25519, PBKDF2, HKDF. Data are bytes: use TextEncoder for text.
 * @example
 * const key = await crypto.subtle.importKey("raw", new TextEncoder().encode("secret"), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
 * const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode("text"));
 */
interface SubtleCrypto {
  encrypt(algorithm: string | CryptoParams, key: CryptoKey, data: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer>;
  decrypt(algorithm: string | CryptoParams, key: CryptoKey, data: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer>;
  sign(algorithm: string | CryptoParams, key: CryptoKey, data: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer>;
  verify(
    algorithm: string | CryptoParams, key: CryptoKey, signature: ArrayBuffer | ArrayBufferView, data: ArrayBuffer | ArrayBufferView,
  ): Promise<boolean>;
  digest(algorithm: string | { name: string }, data: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer>;
  generateKey(
    algorithm: CryptoParams & { name: "AES-CBC" | "AES-CTR" | "AES-GCM" | "AES-KW" | "HMAC" }, extractable: boolean, usages: CryptoKey["usages"],
  ): Promise<CryptoKey>;
  generateKey(
    algorithm: CryptoParams & { name: "RSASSA-PKCS1-v1_5" | "RSA-PSS" | "RSA-OAEP" | "ECDSA" | "ECDH" | "Ed25519" | "X25519" } | "Ed25519" | "X25519",
    extractable: boolean, usages: CryptoKey["usages"],
  ): Promise<CryptoKeyPair>;
  deriveKey(
    algorithm: string | CryptoParams, key: CryptoKey, derived: string | CryptoParams, extractable: boolean, usages: CryptoKey["usages"],
  ): Promise<CryptoKey>;
  /** `length` is in bits; null gives all bits that ECDH and X25519 have. */
  deriveBits(algorithm: string | CryptoParams, key: CryptoKey, length?: number | null): Promise<ArrayBuffer>;
  importKey(format: "jwk", key: JsonWebKey, algorithm: string | CryptoParams, extractable: boolean, usages: CryptoKey["usages"]): Promise<CryptoKey>;
  importKey(
    format: "raw" | "pkcs8" | "spki", key: ArrayBuffer | ArrayBufferView, algorithm: string | CryptoParams, extractable: boolean,
    usages: CryptoKey["usages"],
  ): Promise<CryptoKey>;
  exportKey(format: "jwk", key: CryptoKey): Promise<JsonWebKey>;
  exportKey(format: "raw" | "pkcs8" | "spki", key: CryptoKey): Promise<ArrayBuffer>;
  wrapKey(
    format: "raw" | "pkcs8" | "spki" | "jwk", key: CryptoKey, wrappingKey: CryptoKey, algorithm: string | CryptoParams,
  ): Promise<ArrayBuffer>;
  unwrapKey(
    format: "raw" | "pkcs8" | "spki" | "jwk", wrapped: ArrayBuffer | ArrayBufferView, unwrappingKey: CryptoKey, algorithm: string | CryptoParams,
    keyAlgorithm: string | CryptoParams, extractable: boolean, usages: CryptoKey["usages"],
  ): Promise<CryptoKey>;
}

interface KeyAlgorithm {
  name: string;
}
interface CryptoKey {
  readonly type: "private" | "public" | "secret";
  readonly extractable: boolean;
  readonly algorithm: KeyAlgorithm;
  readonly usages: ("decrypt" | "deriveBits" | "deriveKey" | "encrypt" | "sign" | "unwrapKey" | "verify" | "wrapKey")[];
}
declare var CryptoKey: {
  prototype: CryptoKey;
  new (): CryptoKey;
};
interface CryptoKeyPair {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}
/** RFC 7517. */
interface JsonWebKey {
  alg?: string;
  crv?: string;
  d?: string;
  dp?: string;
  dq?: string;
  e?: string;
  ext?: boolean;
  k?: string;
  key_ops?: string[];
  kty?: string;
  n?: string;
  p?: string;
  q?: string;
  qi?: string;
  use?: string;
  x?: string;
  y?: string;
}

interface Performance {
  /** Milliseconds, with fractions, from a fixed point in time. */
  now(): number;
}
declare var performance: Performance;

/** Reads a file next to the script, while the script is loaded. @example const page = open("page.html"); */
declare function open(path: string): string;
/** Reads it as bytes. @example const photo = open("photo.png", "b"); */
declare function open(path: string, mode: "b"): ArrayBuffer;
