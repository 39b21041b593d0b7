/** Maps values to 0 to 100 so that all of them have room, with a little air on both sides. */
export function scale(values: (number | null | undefined)[]): (value: number) => number {
  const known = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  const low = Math.min(...known, 0);
  const high = Math.max(...known, 0);
  const air = (high - low) * 0.08 || 1;
  const from = low - air;
  const width = high + air - from;
  return (value) => Math.round(Math.min(Math.max(((value - from) / width) * 100, 0), 100) * 10) / 10;
}

/** An estimate that changes, with its interval. */
export interface Reading {
  at: string;
  estimate: number;
  lower: number;
  upper: number;
}

/** The corners of an interval over time: there along its upper ends, and back along its lower ones. */
export function band(readings: Reading[], place: (value: number) => number): string {
  const step = 100 / Math.max(readings.length - 1, 1);
  const along = readings.map((reading, index) => ({ x: Math.round(index * step * 10) / 10, reading }));
  return [
    ...along.map(({ x, reading }) => `${x},${100 - place(reading.upper)}`),
    ...along.reverse().map(({ x, reading }) => `${x},${100 - place(reading.lower)}`),
  ].join(' ');
}
