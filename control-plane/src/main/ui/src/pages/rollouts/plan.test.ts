import { describe, expect, it } from 'vitest';
import type { TemplateView } from '../../api/types';
import { changed } from '../../controls/rows';
import { orderOf } from './plan';

const template: TemplateView = {
  template: 'UNJUDGED',
  stages: [{ kind: 'CANARY', candidateShare: 0.05, holdSeconds: 60 }, { kind: 'WARM', candidateShare: 1, holdSeconds: 60 }],
  guards: [{ metric: 'ERROR', role: 'GUARDRAIL', limit: 0.02 }],
};

describe('a plan', () => {
  it('that is the template’s is only named', () => expect(orderOf(template, { stages: [...template.stages], guards: template.guards })).toEqual({ template: 'UNJUDGED' }));

  it('says what is different', () => {
    const stages = changed(template.stages, 0, { holdSeconds: 3 });
    expect(orderOf(template, { stages, guards: template.guards })).toEqual({ template: 'UNJUDGED', stages });
    expect(stages[0]).toEqual({ kind: 'CANARY', candidateShare: 0.05, holdSeconds: 3 });
  });

  it('loses a stage', () => expect(changed(template.stages, 0, null)).toEqual([template.stages[1]]));
});
