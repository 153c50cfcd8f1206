/** What a stream tells of itself. */
export interface Listener {
  hello(text: string): void;
  tick(text: string): void;
  /** The connection is lost; it is tried again until it is there. */
  lost(): void;
  /** A test goes on: there has to be a tick every second. */
  busy(): boolean;
}

/** When a test goes on and nothing comes for so long, the connection is dead even if nobody has said so: the machine slept. */
const silence = 10_000;

/**
 * Stream keeps a connection for server-sent events open. EventSource alone gives up for good when a proxy answers in the
 * server's place, and does not notice a connection that has died in silence.
 */
export class Stream {
  private source: EventSource | null = null;
  private tries = 0;
  private retry = 0;
  private heard = 0;

  constructor(private url: string, private listener: Listener) {
    setInterval(() => this.look(), 2000);
    addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.look(); });
    addEventListener("pageshow", e => { if (e.persisted) this.now(); });
  }

  open(): void {
    clearTimeout(this.retry);
    this.source?.close();
    const source = this.source = new EventSource(this.url);
    this.heard = performance.now();
    const on = (event: string, f: (text: string) => void) => source.addEventListener(event, e => {
      this.heard = performance.now();
      this.tries = 0;
      f((e as MessageEvent<string>).data);
    });
    on("hello", text => this.listener.hello(text));
    on("tick", text => this.listener.tick(text));
    source.onerror = () => { if (source === this.source) this.again(); };
  }

  private again(): void {
    this.source?.close();
    this.source = null;
    this.listener.lost();
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.open(), Math.min(5000, 500 * 2 ** this.tries++));
  }

  private now(): void {
    if (!this.source) this.open();
  }

  private look(): void {
    if (this.source && this.listener.busy() && performance.now() - this.heard > silence) this.again();
  }
}
