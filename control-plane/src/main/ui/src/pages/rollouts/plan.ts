import type { GuardOrder, NewRollout, StageOrder, TemplateView } from '../../api/types';

/** A template's stages and guards, as somebody changes them. */
export interface Plan {
  stages: StageOrder[];
  guards: GuardOrder[];
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The part of an order that says how: the template's name, and what is different from it. */
export function orderOf(template: TemplateView | undefined, plan: Plan | undefined): Pick<NewRollout, 'template' | 'stages' | 'guards'> {
  if (!template) return {};
  return {
    template: template.template,
    ...(plan && !same(plan.stages, template.stages) && { stages: plan.stages }),
    ...(plan && !same(plan.guards, template.guards) && { guards: plan.guards }),
  };
}
