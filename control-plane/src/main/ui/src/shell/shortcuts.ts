import { useLayoutEffect, useRef } from 'react';

/** What keys do: `?`, or two after each other like `g m`. */
export type Shortcuts = Record<string, () => void>;

const PAIR_MILLIS_MAX = 1500;

/** What a key press would trigger, given the key before it; null where it is the first half of a pair. */
export function match(shortcuts: Shortcuts, before: string, key: string): (() => void) | null | undefined {
  const pair = before && shortcuts[`${before} ${key}`];
  if (pair) return pair;
  if (shortcuts[key]) return shortcuts[key];
  return Object.keys(shortcuts).some((name) => name.startsWith(`${key} `)) ? null : undefined;
}

/** Whether a key belongs to what has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Keys without a modifier, heard as soon as the page can be seen; they rest while somebody types or a dialog is open. */
export function useShortcuts(shortcuts: Shortcuts, enabled: boolean) {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useLayoutEffect(() => {
    if (!enabled) return;
    let before = '';
    let beforeAt = 0;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
      const found = match(latest.current, event.timeStamp - beforeAt < PAIR_MILLIS_MAX ? before : '', event.key);
      before = found === null ? event.key : '';
      beforeAt = event.timeStamp;
      if (found) {
        event.preventDefault();
        found();
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [enabled]);
}

/** j and k, and the arrows, walk through the rows that can be opened. */
export function walk(step: 1 | -1) {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')];
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[next]?.focus();
}
