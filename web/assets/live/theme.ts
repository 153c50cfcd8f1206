/** Light or dark: as stored, or else as the system has it. */
export type Theme = "light" | "dark";

const system = matchMedia("(prefers-color-scheme: dark)");

export function theme(): Theme {
  const kept = keep("theme");
  return kept === "light" || kept === "dark" ? kept : system.matches ? "dark" : "light";
}

/** Calls f with the theme now, and whenever the system's changes. */
export function followTheme(f: (t: Theme) => void): void {
  const tell = () => {
    document.documentElement.dataset.theme = theme();
    f(theme());
  };
  system.addEventListener("change", tell);
  tell();
}

/** Stores the theme; the system's own needs no storing, and is followed again. */
export function chooseTheme(t: Theme): void {
  keep("theme", t === (system.matches ? "dark" : "light") ? null : t);
  document.documentElement.dataset.theme = t;
}

/** Reads what the browser keeps for the page, or stores it; null forgets it. A browser may keep nothing. */
export function keep(key: string, value?: string | null): string | null {
  try {
    if (value === undefined) return localStorage.getItem("katydid." + key);
    if (value === null) localStorage.removeItem("katydid." + key);
    else localStorage.setItem("katydid." + key, value);
  } catch { /* as if nothing was stored */ }
  return null;
}
