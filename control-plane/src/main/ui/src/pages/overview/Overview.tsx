import { Page } from '../../controls/Page';
import { Engines } from './Engines';

export default function Overview() {
  return (
    <Page title="Overview">
      <Engines />
    </Page>
  );
}
