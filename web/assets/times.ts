// The distributions of a report: one histogram of microseconds for each interval.

/** Counts from bucket `first` on; bucket b holds times from 2^(b/perOctave) to 2^((b+1)/perOctave) microseconds. */
export interface Histogram { first: number; counts: number[] }

/** Reads what pack in counts.go has written. */
export async function unpack(base64: string, intervals: number): Promise<Histogram[]> {
  const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const raw = new Uint8Array(await new Response(inflated).arrayBuffer());
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = raw[at++];
      value += (b & 127) * scale;
      if (b < 128) return value;
    }
  };
  const all: Histogram[] = [];
  for (let i = 0; i < intervals; i++) {
    const first = varint();
    all.push({ first, counts: Array.from({ length: varint() }, varint) });
  }
  return all;
}

/** Adds up histograms. */
export function sum(parts: Histogram[]): Histogram {
  const filled = parts.filter(p => p.counts.length > 0);
  if (filled.length === 0) return { first: 0, counts: [] };
  const first = Math.min(...filled.map(p => p.first));
  const end = Math.max(...filled.map(p => p.first + p.counts.length));
  const counts = new Array<number>(end - first).fill(0);
  for (const p of filled) p.counts.forEach((n, i) => { counts[p.first - first + i] += n; });
  return { first, counts };
}

/** The percentile q (0 to 1) in milliseconds, null if there are too few samples to tell it (see Times.Supported in stats). */
export function percentile(h: Histogram, q: number, perOctave: number): number | null {
  const n = h.counts.reduce((a, b) => a + b, 0);
  if (n === 0 || 1 - Math.pow(q, n) < 0.95) return null;
  return at(h, Math.min(Math.floor(n * q), n - 1), perOctave);
}

/** The same however few there are: for lines, where a gap says less than the slowest of a few. */
export function rough(h: Histogram, q: number, perOctave: number): number | null {
  const n = h.counts.reduce((a, b) => a + b, 0);
  return n === 0 ? null : at(h, Math.min(Math.floor(n * q), n - 1), perOctave);
}

function at(h: Histogram, rank: number, perOctave: number): number | null {
  let below = 0;
  for (let i = 0; i < h.counts.length; i++) {
    below += h.counts[i];
    if (below > rank) return Math.pow(2, (h.first + i + 0.5) / perOctave) / 1000;
  }
  return null;
}
