import type { FindingView, PostMortemView } from '../../api/types';

/** Where a version was worse, and in which rollout that was found. */
export interface Told {
  version: string;
  view: PostMortemView;
}

/** A slice, and what is known of it for each version. */
export interface Row {
  value: string;
  cells: Record<string, FindingView>;
  log10E: number;
}

export const dimensions = (told: Told[]): string[] => [...new Set(told.flatMap(({ view }) => view.findings.map((finding) => finding.dimension)))].sort();

export const metrics = (told: Told[]): FindingView['metric'][] => [...new Set(told.flatMap(({ view }) => view.findings.map((finding) => finding.metric)))];

/** One side of the cube: the slices of a dimension by version, those with most evidence first. */
export function side(told: Told[], dimension: string, metric: FindingView['metric']): Row[] {
  const rows = new Map<string, Row>();
  for (const { version, view } of told) {
    for (const finding of view.findings) {
      if (finding.dimension !== dimension || finding.metric !== metric) continue;
      const row = rows.get(finding.value) ?? { value: finding.value, cells: {}, log10E: finding.log10E };
      const before = row.cells[version];
      // Of two rollouts of one version the one with more evidence counts.
      if (!before || before.log10E < finding.log10E) row.cells[version] = finding;
      row.log10E = Math.max(row.log10E, finding.log10E);
      rows.set(finding.value, row);
    }
  }
  return [...rows.values()].sort((one, other) => other.log10E - one.log10E);
}
