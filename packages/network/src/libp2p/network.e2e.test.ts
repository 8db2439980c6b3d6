import { testCompliance } from '../../test/compliance.ts';
import { libp2pWorld } from '../../test/libp2pWorld.ts';

testCompliance('on libp2p over 127.0.0.1', async () => libp2pWorld());
