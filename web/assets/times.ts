// The distributions of a report: one histogram of microseconds for each interval.

/** Counts from bucket `first` on; bucket b holds times from 2^(b/perOctave) to 2^((b+1)/perOctave) microseconds. */
export interface Histogram { first: number; counts: number[] }

/** Reads what pack in counts.go has written; empty histograms if that is nothing. */
export async function unpack(base64: string, intervals: number): Promise<Histogram[]> {
  const all: Histogram[] = Array.from({ length: intervals }, () => ({ first: 0, counts: [] }));
  if (!base64) return all;
  const { raw, varint, at } = await reader(base64);
  const low = varint(), buckets = varint(), start = at();
  all.forEach((h, i) => {
    for (let b = 0; b < buckets; b++) {
      const n = raw[start + b * intervals + i];
      if (n === 0) continue;
      if (h.counts.length === 0) h.first = low + b;
      while (h.counts.length < low + b - h.first) h.counts.push(0);
      h.counts.push(n < 8 ? n : (4 + n % 4) * Math.pow(2, Math.floor(n / 4) - 1));
    }
  });
  return all;
}

/** Reads what packNumbers in counts.go has written. */
export async function numbers(base64: string, n: number): Promise<number[]> {
  const { varint } = await reader(base64);
  return Array.from({ length: n }, varint);
}

/** Reads what packJSON in data.go has written. */
export const json = async <T>(base64: string): Promise<T> => await inflated(base64).json() as T;

function inflated(base64: string): Response {
  const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")));
}

async function reader(base64: string) {
  const raw = new Uint8Array(await inflated(base64).arrayBuffer());
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = raw[at++];
      value += (b & 127) * scale;
      if (b < 128) return value;
    }
  };
  return { raw, varint, at: () => at };
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
  const n = total(h);
  if (n === 0 || 1 - Math.pow(q, n) < 0.95) return null;
  return at(h, Math.min(Math.floor(n * q), n - 1), perOctave);
}

/** The same however few there are: for lines, where a gap says less than the slowest of a few. */
export function rough(h: Histogram, q: number, perOctave: number): number | null {
  const n = total(h);
  return n === 0 ? null : at(h, Math.min(Math.floor(n * q), n - 1), perOctave);
}

/** The mean in milliseconds, null if there is nothing. */
export function mean(h: Histogram, perOctave: number): number | null {
  const n = total(h);
  return n === 0 ? null : h.counts.reduce((s, c, i) => s + c * middle(h.first + i, perOctave), 0) / n;
}

/** How the times are distributed: each time, with the lowest fraction that it is reached at, as 1/(1-fraction). */
export function curve(h: Histogram, perOctave: number): [number, number][] {
  const n = total(h), points: [number, number][] = [];
  let above = n;
  h.counts.forEach((c, i) => {
    if (c > 0) points.push([n / above, middle(h.first + i, perOctave)]);
    above -= c;
    if (c > 1 && above === 0) points.push([n, middle(h.first + i, perOctave)]);
  });
  return points;
}

export const total = (h: Histogram): number => h.counts.reduce((a, b) => a + b, 0);

/** The middle of a bucket in milliseconds. */
const middle = (bucket: number, perOctave: number): number => Math.pow(2, (bucket + 0.5) / perOctave) / 1000;

function at(h: Histogram, rank: number, perOctave: number): number | null {
  let below = 0;
  for (let i = 0; i < h.counts.length; i++) {
    below += h.counts[i];
    if (below > rank) return middle(h.first + i, perOctave);
  }
  return null;
}
