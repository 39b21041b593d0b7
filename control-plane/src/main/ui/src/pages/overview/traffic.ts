import type { LiveFigures, Slot } from '../../api/types';

/** Slots without a gap: where nothing happened there is a slot that says so. */
export interface Traffic {
  slotSeconds: number;
  slots: Slot[];
}

const SLOTS_MAX = 180;

const empty = (start: number): Slot => ({
  start: new Date(start).toISOString(), calls: 0, failed: 0, known: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0, firstTokenMillis: null, firstTokenMillisP95: null, tokenMillis: null,
});

/** What is known after new figures have come; what they say of a time that is known already replaces it. */
export function follow(known: Traffic | undefined, figures: LiveFigures): Traffic {
  const stepMillis = figures.slotSeconds * 1000;
  const told = new Map(figures.slots.map((slot) => [Date.parse(slot.start), slot]));
  const from = Date.parse(figures.from);
  const before = (known?.slots ?? []).filter((slot) => Date.parse(slot.start) < from);
  const last = before.at(-1);
  const slots = [...before];
  for (let start = last ? Date.parse(last.start) + stepMillis : from; start < Date.parse(figures.to); start += stepMillis) {
    slots.push(told.get(start) ?? empty(start));
  }
  return { slotSeconds: figures.slotSeconds, slots: slots.slice(-SLOTS_MAX) };
}

/** Sums and medians of the last slots. */
export function recent(traffic: Traffic | undefined, count: number) {
  const slots = traffic?.slots.slice(-count) ?? [];
  const seconds = Math.max(slots.length * (traffic?.slotSeconds ?? 1), 1);
  const sum = (of: (slot: Slot) => number) => slots.reduce((total, slot) => total + of(slot), 0);
  const calls = sum((slot) => slot.calls);
  return {
    perSecond: calls / seconds,
    outputPerSecond: sum((slot) => slot.outputTokens) / seconds,
    failedShare: calls === 0 ? null : sum((slot) => slot.failed) / calls,
    knownShare: calls === 0 ? null : sum((slot) => slot.known) / calls,
    cachedShare: calls === 0 ? null : sum((slot) => slot.cachedTokens) / Math.max(sum((slot) => slot.inputTokens), 1),
    firstTokenMillis: median(slots.map((slot) => slot.firstTokenMillis)),
    firstTokenMillisP95: median(slots.map((slot) => slot.firstTokenMillisP95)),
    tokenMillis: median(slots.map((slot) => slot.tokenMillis)),
  };
}

export function median(values: (number | null | undefined)[]): number | null {
  const sorted = values.filter((value) => typeof value === 'number').sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
