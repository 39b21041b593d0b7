import type { ReviewQueue, ReviewTask } from '../../api/types';

/** What is left to grade of what was told, which is no more than a page, and how many wait in all. */
export function leftOf(told: ReviewQueue, graded: ReadonlySet<string>): { tasks: ReviewTask[]; waitingCount: number } {
  const tasks = told.tasks.filter((task) => !graded.has(task.id));
  return { tasks, waitingCount: told.waitingCount - (told.tasks.length - tasks.length) };
}

/** Whether all that was told is graded while others wait behind it. */
export function isDone(told: ReviewQueue, graded: ReadonlySet<string>): boolean {
  const { tasks, waitingCount } = leftOf(told, graded);
  return tasks.length === 0 && told.tasks.length > 0 && waitingCount > 0;
}
