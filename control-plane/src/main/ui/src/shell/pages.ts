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
  { path: '/models', name: 'Models', key: 'm', icon: 'M10 2 1 6.5v11L10 22l9-4.5v-11zM3.2 7.5 10 4.2l6.8 3.3L10 10.9zM3 9.4l6 3v6.7l-6-3zm8 9.7v-6.7l6-3v6.7z', needs: 'admin:view', page: lazy(() => import('../pages/models/Models')) },
  { path: '/rollouts', name: 'Rollouts', key: 'l', icon: 'M2 20h4v-4h4v-4h4V8h4V4h-6v4H8v4H4v4H2z', needs: 'admin:view', page: lazy(() => import('../pages/rollouts/Rollouts')) },
  { path: '/experiments', name: 'Experiments', key: 'x', icon: 'M7 2h6v2h-1v5l5.5 10a2 2 0 0 1-1.8 3H4.3a2 2 0 0 1-1.8-3L8 9V4H7zm2.8 9-2.2 4h4.8l-2.2-4z', needs: 'admin:view', page: lazy(() => import('../pages/experiments/Experiments')) },
  { path: '/playground', name: 'Playground', key: 'p', icon: 'M2 4h16v12H8l-4 4v-4H2z', needs: 'inference', page: lazy(() => import('../pages/playground/Playground')) },
  { path: '/requests', name: 'Requests', key: 'r', icon: 'M2 4h16v3H2zm0 6h16v3H2zm0 6h10v3H2z', needs: 'admin:view', page: lazy(() => import('../pages/requests/Requests')) },
  { path: '/cost', name: 'Cost', key: 'c', icon: 'M3 20V10h4v10zm5 0V4h4v16zm5 0v-7h4v7z', needs: 'admin:view', page: lazy(() => import('../pages/cost/Cost')) },
  { path: '/evaluations', name: 'Evaluations', key: 'e', icon: 'M7.5 18 2 12.5l2-2 3.5 3.5L16 5.5l2 2z', needs: 'admin:view', page: lazy(() => import('../pages/evaluations/Evaluations')) },
  { path: '/review', name: 'Review', key: 'v', icon: 'M10 5C5.5 5 2 9 .8 12 2 15 5.5 19 10 19s8-4 9.2-7C18 9 14.5 5 10 5m0 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8m0 2a2 2 0 1 0 0 4 2 2 0 0 0 0-4', needs: 'admin:view', page: lazy(() => import('../pages/review/Review')) },
  { path: '/monitoring', name: 'Monitoring', key: 'd', icon: 'M2 3h16v13H2zm2 2v9h12V5zm1 6 3-3 2 2 4-4 1.4 1.4L10 13l-2-2-1.6 1.6zM7 18h6v3H7z', needs: 'admin:view', page: lazy(() => import('../pages/monitoring/Monitoring')) },
  { path: '/admin', name: 'Administration', key: 'a', icon: 'M10 2 2 5v6c0 5 3.4 9 8 11 4.6-2 8-6 8-11V5zm0 3 5 1.9V11c0 3.3-2 6.2-5 7.7z', needs: 'admin:view', page: lazy(() => import('../pages/admin/Admin')) },
];
