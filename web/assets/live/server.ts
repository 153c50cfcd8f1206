/** Asks the server for something; the text says why not, in its words, "" if it was done. */
export async function ask(url: string, form?: URLSearchParams): Promise<string> {
  try {
    const answer = await fetch(url, form && { method: "POST", body: form });
    const text = (await answer.text()).trim();
    if (!answer.headers.get("Content-Type")?.startsWith("application/json")) return answer.ok ? "" : text || `The server answered ${answer.status}.`;
    const said = JSON.parse(text) as { success?: boolean; message?: string };
    return answer.ok && said.success !== false ? "" : said.message || `The server answered ${answer.status}.`;
  } catch {
    return "The server does not answer. Is katydid still running?";
  }
}
