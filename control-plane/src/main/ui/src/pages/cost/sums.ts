import type { CostRow } from '../../api/types';

const DAY_MILLIS = 86_400_000;

export const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** The model whose output tokens cost most; none where none costs anything. */
export function dearestModel(rows: CostRow[]): string | undefined {
  const priced = rows.filter((row) => row.cost > 0 && row.outputTokens > 0);
  const rate = (row: CostRow) => row.cost / (row.inputTokens + row.outputTokens);
  return priced.sort((one, other) => rate(other) - rate(one))[0]?.tags.model;
}

/** A sum for every day, also for those of which the ledger knows nothing. */
export function perDay(rows: CostRow[], from: string, until: number): { days: string[]; costs: number[] } {
  const costs = new Map(rows.map((row) => [row.tags.day?.slice(0, 10), row.cost]));
  const days: string[] = [];
  for (let day = Date.parse(from); day <= until; day += DAY_MILLIS) days.push(new Date(day).toISOString().slice(0, 10));
  return { days, costs: days.map((day) => costs.get(day) ?? 0) };
}
