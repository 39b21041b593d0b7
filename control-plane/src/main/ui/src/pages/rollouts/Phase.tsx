import type { RolloutSummary } from '../../api/types';
import type { Mood } from '../../controls/Status';
import { Status } from '../../controls/Status';

const PHASES: Record<RolloutSummary['phase'], [Mood, string]> = {
  PLANNED: ['idle', 'planned'], RUNNING: ['busy', 'running'], PAUSED: ['warn', 'paused'], INCONCLUSIVE: ['warn', 'needs a person'], COMPLETED: ['good', 'completed'], ROLLED_BACK: ['bad', 'rolled back'],
};

export function Phase(props: { of: RolloutSummary }) {
  const { phase, held } = props.of;
  const [mood, said] = PHASES[phase];
  return phase === 'RUNNING' && held ? <Status mood="warn">held</Status> : <Status mood={mood}>{said}</Status>;
}
