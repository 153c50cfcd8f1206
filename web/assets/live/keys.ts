import { useEffect, useRef } from "preact/hooks";
import type { Session } from "./session";
import type { Steering } from "./steering";

/** + and − change the users, or the rate of an open run, unless somebody types or is in a chart or a dialog. */
export function useKeys(s: Session, steering: Steering): void {
  const now = useRef(steering);
  now.current = steering;
  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      const at = e.target as HTMLElement;
      if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || now.current.dialog || at.closest("input:not([type=checkbox]), select, textarea, dialog")) return;
      const by = e.key === "+" || e.key === "=" ? 1 : e.key === "-" || e.key === "−" ? -1 : 0;
      if (by === 0) return;
      e.preventDefault();
      now.current.step(by);
    };
    addEventListener("keydown", on);
    return () => removeEventListener("keydown", on);
  }, [s]);
}
