import { h } from "preact";
import { percent } from "./format";
import type { Session } from "./session";
import type { Ratio } from "./wire";

export function Ratios({ s }: { s: Session }) {
  const { perClass, total } = s.plan!.ratios;
  if (!perClass?.length && !total?.length) return <p class="nothing">The script has no user classes: its scenarios decide what is done.</p>;
  return <div class="halves">
    <section class="card"><h2>Ratio per class</h2><p class="note">How often a user of the class does it.</p><List list={perClass ?? []} /></section>
    <section class="card"><h2>Total ratio</h2><p class="note">How large its part is in all that is done.</p><List list={total ?? []} /></section>
  </div>;
}

function List({ list }: { list: Ratio[] }) {
  return <ul class="ratios">{list.map(r => <li key={r.name}>
    <div><span class="share">{percent(r.share)}</span><span class="amount"><i style={{ width: `${Math.min(100, r.share * 100)}%` }} /></span><span class="name">{r.name}</span></div>
    {r.tasks && r.tasks.length > 0 && <List list={r.tasks} />}
  </li>)}</ul>;
}
