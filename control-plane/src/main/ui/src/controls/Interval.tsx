import type { Reading } from './scale';
import { band, scale } from './scale';

/** A difference with its interval beside zero and its limit: where it lies says more than four numbers. They stand beside it, too. */
export function Interval(props: { name: string; lower: number; estimate: number; upper: number; limit?: number }) {
  const { lower, estimate, upper, limit } = props;
  const place = scale([lower, estimate, upper, limit]);
  return (
    <svg className="interval" viewBox="0 0 100 14" preserveAspectRatio="none" role="img" aria-label={`Interval of ${props.name}`}>
      <line className="zero" x1={place(0)} x2={place(0)} y1="0" y2="14" />
      {limit !== undefined && <line className="limit" x1={place(limit)} x2={place(limit)} y1="0" y2="14" />}
      <rect x={place(lower)} width={Math.max(place(upper) - place(lower), 0.5)} y="4" height="6" rx="1" />
      <line className="estimate" x1={place(estimate)} x2={place(estimate)} y1="2" y2="12" />
    </svg>
  );
}

/** How it came to be so. */
export function Spark(props: { name: string; readings: Reading[]; limit?: number }) {
  const { readings, limit } = props;
  if (readings.length < 2) return null;
  const place = scale([...readings.flatMap((reading) => [reading.lower, reading.upper]), limit]);
  const step = 100 / (readings.length - 1);
  return (
    <svg className="spark" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={`${props.name} since it began`}>
      <polygon points={band(readings, place)} />
      <line className="zero" x1="0" x2="100" y1={100 - place(0)} y2={100 - place(0)} />
      {limit !== undefined && <line className="limit" x1="0" x2="100" y1={100 - place(limit)} y2={100 - place(limit)} />}
      <polyline points={readings.map((reading, index) => `${index * step},${100 - place(reading.estimate)}`).join(' ')} />
    </svg>
  );
}
