import { Navigate, NavLink, Route, Routes } from 'react-router';
import { useSession } from '../../api/session';
import { Page } from '../../controls/Page';
import { Audit } from './Audit';
import { Configuration } from './Configuration';
import { Keys } from './Keys';
import { Limits } from './Limits';
import { Providers } from './Providers';
import { Routing } from './Routing';
import { Tenants } from './Tenants';
import { Users } from './Users';

const TABS = [
  { path: 'keys', name: 'Keys', view: Keys },
  { path: 'tenants', name: 'Tenants', view: Tenants },
  { path: 'users', name: 'Users', view: Users },
  { path: 'limits', name: 'Limits and budgets', view: Limits },
  { path: 'providers', name: 'Providers', view: Providers },
  { path: 'routing', name: 'Routing', view: Routing },
  { path: 'configuration', name: 'Configuration', view: Configuration },
  { path: 'audit', name: 'Audit log', view: Audit },
];

export default function Admin() {
  const { role, may } = useSession();
  return (
    <Page title="Administration" lead={may('admin:administer') ? 'Who may do what, and how Weir is set up.' : `Your role, ${role}, may look at all of it and change a part.`}>
      <nav className="tabs" aria-label="Administration">
        {TABS.map((tab) => (
          <NavLink key={tab.path} to={`/admin/${tab.path}`}>
            {tab.name}
          </NavLink>
        ))}
      </nav>
      <Routes>
        <Route index element={<Navigate to="/admin/keys" replace />} />
        {TABS.map(({ path, view: View }) => (
          <Route key={path} path={path} element={<View />} />
        ))}
      </Routes>
    </Page>
  );
}
