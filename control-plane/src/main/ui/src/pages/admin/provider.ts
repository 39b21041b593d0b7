import type { ProviderOrder, ProviderStatus, StandInOrder } from '../../api/types';

/** A model of ours and the provider's that stands in for it, as it is typed. */
export interface Row {
  model: string;
  name: string;
  input: string;
  cachedInput: string;
  output: string;
  /** Of those that the form does not ask for, which stay as they are. */
  outputTokensUnsaid?: number;
}

/** What is typed into the form of a provider. */
export interface Draft {
  name: string;
  shape: string;
  url: string;
  keyFile: string;
  region: string;
  budgetPerDay: string;
  rows: Row[];
}

const NOTHING: Row = { model: '', name: '', input: '', cachedInput: '', output: '' };

export const withAnother = (rows: Row[]): Row[] => [...rows, NOTHING];

/** A provider as it is, or an empty form. */
export function draftOf(provider?: ProviderStatus): Draft {
  if (!provider) return { name: '', shape: 'openai', url: '', keyFile: '', region: '', budgetPerDay: '', rows: [NOTHING] };
  return {
    ...provider,
    budgetPerDay: String(provider.budgetPerDay),
    rows: Object.entries(provider.models).map(([model, { name, input, cachedInput, output, outputTokensUnsaid }]) => ({
      model,
      name,
      input: String(input),
      cachedInput: String(cachedInput),
      output: String(output),
      outputTokensUnsaid,
    })),
  };
}

/** The first model of ours that is named twice: one of the two would be lost. */
export const twice = (rows: Row[]): string | undefined => rows.map((row) => row.model.trim()).find((model, index, all) => all.indexOf(model) < index);

const standIn = (row: Row): StandInOrder => ({
  name: row.name.trim(),
  input: Number(row.input),
  ...(row.cachedInput.trim() && { cachedInput: Number(row.cachedInput) }),
  output: Number(row.output),
  ...(row.outputTokensUnsaid !== undefined && { outputTokensUnsaid: row.outputTokensUnsaid }),
});

/** What the server is told. */
export const orderOf = (draft: Draft): ProviderOrder => ({
  shape: draft.shape,
  url: draft.url.trim(),
  keyFile: draft.keyFile.trim(),
  region: draft.region.trim(),
  budgetPerDay: Number(draft.budgetPerDay),
  models: Object.fromEntries(draft.rows.map((row) => [row.model.trim(), standIn(row)])),
});
