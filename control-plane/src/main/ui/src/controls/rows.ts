/** One element changed, or taken away where the change is null. */
export const changed = <T>(all: T[], index: number, change: Partial<T> | null): T[] =>
  change === null ? all.filter((_, at) => at !== index) : all.map((one, at) => (at === index ? { ...one, ...change } : one));
