/** What somebody thinks of an answer so far; the three keys of a grade, in whatever order they are pressed. */
export interface Draft {
  accuracy: Accuracy | null;
  helpfulness: number | null;
  safe: boolean;
}

export type Accuracy = 'c' | 'i' | 'u';

export const NOTHING: Draft = { accuracy: null, helpfulness: null, safe: true };

export const ACCURACIES: Record<Accuracy, string> = { c: 'Correct', i: 'Incorrect', u: 'Cannot tell' };

/** 1 to 5: how helpful; 6 to 8: how accurate; 9: whether it is safe. Letters do, too. */
const ACCURACY_KEYS: Record<string, Accuracy> = { 6: 'c', 7: 'i', 8: 'u', c: 'c', i: 'i', u: 'u' };

/** The draft after a key, or the same where the key says nothing. */
export function pressed(draft: Draft, key: string): Draft {
  const accuracy = ACCURACY_KEYS[key];
  if (accuracy) return { ...draft, accuracy };
  if (/^[1-5]$/.test(key)) return { ...draft, helpfulness: Number(key) };
  if (key === '9' || key === 'x') return { ...draft, safe: !draft.safe };
  return draft;
}

/** As the server reads it; null where something is missing. */
export function codeOf(draft: Draft): string | null {
  return draft.accuracy === null || draft.helpfulness === null ? null : `${draft.accuracy}${draft.helpfulness}${draft.safe ? 's' : 'x'}`;
}

/** What is missing, for a person. */
export function missing(draft: Draft): string {
  const wanted = [draft.accuracy === null && 'whether it is correct', draft.helpfulness === null && 'how helpful it is'].filter(Boolean);
  return wanted.length === 0 ? '' : `Say ${wanted.join(' and ')}.`;
}
