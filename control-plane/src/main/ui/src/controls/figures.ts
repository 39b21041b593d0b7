/** How figures are written. Absent ones are a dash, and never a zero. */
const NONE = '–';
type Figure = number | null | undefined;
const isAbsent = (value: Figure): value is null | undefined => value === null || value === undefined || Number.isNaN(value);

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

export const count = (value: Figure) => (isAbsent(value) ? NONE : Math.abs(value) < 100_000 ? whole.format(value) : short.format(value));

export const rate = (value: Figure) => (isAbsent(value) ? NONE : value === 0 ? '0' : value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : count(value));

/** A sign at the beginning of a line would be nobody’s. */
export const percent = (value: Figure, digits?: number) =>
  isAbsent(value) ? NONE : `${(value * 100).toFixed(digits ?? digitsOf(value))}\u00a0%`;

/** So many that two count. */
const digitsOf = (share: number): number => (share === 0 || Math.abs(share) >= 0.1 ? 0 : Math.abs(share) >= 0.01 ? 1 : 2);

/** A difference of shares, in points. */
export const points = (value: Figure) => (isAbsent(value) ? NONE : `${value < 0 ? '−' : ''}${(Math.abs(value) * 100).toFixed(Math.max(digitsOf(value), 1))} pp`);

export function bytes(value: Figure): string {
  if (isAbsent(value)) return NONE;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${unit === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[unit]}`;
}

export function millis(value: Figure): string {
  if (isAbsent(value)) return NONE;
  if (value === 0) return '0 ms';
  if (value < 10) return `${value.toFixed(1)} ms`;
  if (value < 1000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${(value / 1000).toFixed(value < 10_000 ? 2 : 1)} s`;
  return `${Math.floor(value / 60_000)} min ${Math.round((value % 60_000) / 1000)} s`;
}

/** With cents, as sums are written, and with more digits where fewer than two would count: a request costs fractions of a cent. */
export function money(value: Figure): string {
  if (isAbsent(value)) return NONE;
  if (value === 0) return '$0';
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size >= 100_000) return `${sign}$${short.format(size)}`;
  const digits = Math.min(Math.max(1 - Math.floor(Math.log10(size)), 2), 9);
  return `${sign}$${size.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: digits })}`;
}

/** Evidence, which is multiplied. */
export const power = (log10: number): string => `10^${(Math.abs(log10) < 0.05 ? 0 : log10).toFixed(1)}`;

export function ago(then: string | number | Date, now: number): string {
  const seconds = Math.round((now - new Date(then).getTime()) / 1000);
  if (seconds < 0) return 'in the future';
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

const stamp = new Intl.DateTimeFormat('en-CA', {
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'short',
});

/** With the zone: whoever reads it may sit in another one than whoever asks. */
export const moment = (then: string | number | Date) => stamp.format(new Date(then)).replace(',', '');
