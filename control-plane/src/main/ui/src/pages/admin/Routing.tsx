import { Link } from 'react-router';
import { Card } from '../../controls/Page';
import { Explain } from './Explain';

export function Routing() {
  return (
    <Card title="Where would a request go?">
      <p className="soft">
        By the rules that serve now. Names of models are taken at their word; <code>weir-auto</code>, tiers and aliases lead somewhere. To change rules, and to
        try the change before it serves, go to the <Link to="/admin/configuration">configuration</Link>.
      </p>
      <Explain />
    </Card>
  );
}
