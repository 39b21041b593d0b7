import type { ComponentType } from 'react';
import { lazy } from 'react';
import type { Scope } from '../api/session';

export interface PageEntry {
  path: string;
  name: string;
  /** The second key after g. */
  key: string;
  icon: string;
  needs: Scope;
  page: ComponentType;
}

/** Every page, in the order in which it is offered; each is fetched when it is first looked at. */
export const PAGES: PageEntry[] = [
  { path: '/', name: 'Overview', key: 'o', icon: 'M3 13h6V3H3zm8 8h6V11h-6zM3 21h6v-6H3zm8-18v6h6V3z', needs: 'admin:view', page: lazy(() => import('../pages/overview/Overview')) },
];
