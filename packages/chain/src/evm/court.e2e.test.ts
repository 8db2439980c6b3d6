import { after, before } from 'node:test';
import { type Anvil, startAnvil } from '../devnet/startAnvil.ts';
import { anvilWorld } from '../testing/anvilWorld.ts';
import { courtCompliance } from '../testing/courtCompliance.ts';

let anvil: Anvil;
before(async () => {
  anvil = await startAnvil({ blockTimeSeconds: 0.02, idleBlockSeconds: 3600 });
});
after(() => anvil.stop());

courtCompliance('anvil', options => anvilWorld(anvil.rpcUrl, options));
