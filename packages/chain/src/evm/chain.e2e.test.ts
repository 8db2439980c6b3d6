import { after, before } from 'node:test';
import { type Anvil, startAnvil } from '../devnet/startAnvil.ts';
import { anvilWorld } from '../testing/anvilWorld.ts';
import { chainCompliance } from '../testing/compliance.ts';

let anvil: Anvil;
before(async () => {
  anvil = await startAnvil({ blockTimeSeconds: 0.02, idleBlockSeconds: 3600 });
});
after(() => anvil.stop());

chainCompliance('anvil', () => anvilWorld(anvil.rpcUrl));
