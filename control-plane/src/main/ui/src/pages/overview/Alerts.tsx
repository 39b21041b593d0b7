import { useAnswer } from '../../api/session';

const FAILED_SHARE_MAX = 0.02;
const KV_CACHE_MAX = 0.95;

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
  if (props.failedShare !== null && props.failedShare > FAILED_SHARE_MAX) alerts.push(`${(props.failedShare * 100).toFixed(1)} % of the last minute’s requests failed`);
  if (alerts.length === 0) return null;
  return (
    <section className="notice warn" aria-label="Alerts" role="status">
      <strong>▲ {alerts.length === 1 ? 'One thing needs' : `${alerts.length} things need`} attention</strong>
      <ul>
        {alerts.map((alert) => (
          <li key={alert}>{alert}</li>
        ))}
      </ul>
    </section>
  );
}
