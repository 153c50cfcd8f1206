// Plain values and functions for others to import.
export const pages = ["home", "news"];

/** The row of a page: one for all ids, so that there are as many rows as pages, not as users. */
export function pageName(page, id = 0) {
  return id ? `/${page}/[id]` : `/${page}`;
}
