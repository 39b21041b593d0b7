import { useAnswer } from '../../api/session';
import { percent } from '../../controls/figures';

const FAILED_SHARE_MAX = 0.02;
const KV_CACHE_MAX = 0.95;
/** More would push the figures off the screen. */
const SHOWN_MAX = 5;

/** What somebody should look at now; nothing where there is nothing. */
export function Alerts(props: { failedShare: number | null }) {
  const engines = useAnswer('GET /admin/engines', {});
  const configuration = useAnswer('GET /admin/configuration', {});
  const told = useAnswer('GET /admin/alerts', {});
  const alerts = (told.data?.firing ?? []).map((alert) => `${alert.summary}${alert.severity === 'PAGE' ? ' (somebody was paged)' : ''}`);
  for (const engine of engines.data ?? []) {
    if (!engine.ready && !engine.draining) alerts.push(`Engine ${engine.name} takes no requests: ${engine.reason ?? 'it does not say why'}`);
    if (engine.load.kvCacheUse > KV_CACHE_MAX) alerts.push(`The KV cache of ${engine.name} is full: requests wait, or lose their place`);
    if (engine.breaker === 'open') alerts.push(`Engine ${engine.name} failed requests and is left alone for a while`);
  }
  if (configuration.data?.refused) alerts.push(`The configuration’s file is not used: ${configuration.data.refused.reasons.join('; ')}`);
  if (props.failedShare !== null && props.failedShare > FAILED_SHARE_MAX) alerts.push(`${percent(props.failedShare, 1)} of the last minute’s requests failed`);
  const distinct = [...new Set(alerts)];
  if (distinct.length === 0) return null;
  const list = (some: string[]) => (
    <ul>
      {some.map((alert) => (
        <li key={alert}>{alert}</li>
      ))}
    </ul>
  );
  return (
    <section className="notice warn" aria-label="Alerts" role="status">
      <strong>▲ {distinct.length === 1 ? 'One thing needs' : `${distinct.length} things need`} attention</strong>
      {list(distinct.slice(0, SHOWN_MAX))}
      {distinct.length > SHOWN_MAX && (
        <details>
          <summary>{distinct.length - SHOWN_MAX} more</summary>
          {list(distinct.slice(SHOWN_MAX))}
        </details>
      )}
    </section>
  );
}
