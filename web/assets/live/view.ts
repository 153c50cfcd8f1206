import type { Range } from "./plot";
import type { Theme } from "./theme";

/** How somebody looks at it; every watcher has an own one. */
export interface Looks {
  range: Range | null; // that is zoomed into; null: the latest is followed
  window: number;      // seconds that are shown while it is followed; 0: all
  log: boolean;
  service: boolean;    // of an open run the service times, not the response times
  overview: boolean;   // the charts above the statistics
  theme: Theme;
}

export interface View extends Looks {
  set(part: Partial<Looks>): void;
  zoom(range: Range | null): void;
  look(at: { method: string; name: string } | null): void;
}
