import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createPrivateKey,
  encryptKey,
  type Keystore,
  keystoreSchema,
  LOCAL_SCRYPT_N,
  readJson,
  servicesFor,
} from '@koinon/node/process';
import type { Deployment, Hex } from '@koinon/protocol';
import type { Member } from './members.ts';

const PRICE_PER_JOB = 10n ** 16n;
const PRICE_PER_GIGAFUEL = 10n ** 15n;
/** A local network anchors at once; a real one once an epoch. */
const ANCHOR_DELAY_MS = 20;
const POLLING_MS = 30;

export interface MemberHome {
  member: Member;
  home: string;
  operator: Hex;
  isNew: boolean;
}

/** The folder of a member, made with a fresh key the first time. */
export async function createMember(folder: string, member: Member): Promise<MemberHome> {
  const home = join(folder, member.name);
  const keyPath = join(home, 'key.json');
  const isNew = !existsSync(keyPath);
  if (isNew) {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const password = randomBytes(24).toString('base64url');
    writeFileSync(join(home, 'password'), password, { mode: 0o600 });
    const keystore = await encryptKey(createPrivateKey(), password, LOCAL_SCRYPT_N);
    writeFileSync(keyPath, JSON.stringify(keystore, undefined, 2), { mode: 0o600 });
  }
  const keystore: Keystore = readJson(keyPath, keystoreSchema);
  return { member, home, operator: `0x${keystore.address.replace(/^0x/, '').toLowerCase()}`, isNew };
}

/** Writes what the node reads at its start; done at every start, since the chain's port is a new one. */
export function configureMember(
  { member, home }: MemberHome,
  network: { rpcUrl: string; deployment: Deployment; owner: Hex; httpPort: number },
): void {
  const config = {
    koinon: 'node/2',
    name: member.name,
    services: servicesFor(
      member.roles,
      {
        token: network.deployment.token,
        baseAmount: PRICE_PER_JOB.toString(),
        gigafuelAmount: PRICE_PER_GIGAFUEL.toString(),
        maxFuel: '1000000000000',
      },
      // Whoever owns another's node names that one too: see nameOwned.ts.
      member.ownedBy === undefined ? member.name : undefined,
    ),
    rpcUrls: [network.rpcUrl],
    deployment: 'deployment.json',
    http: { host: '127.0.0.1', port: network.httpPort },
    owner: network.owner,
    // A demonstration among one's own nodes runs wherever it is tried; it says what in.
    sandbox: 'available',
    anchorDelayMs: ANCHOR_DELAY_MS,
    pollingMs: POLLING_MS,
  };
  writeFileSync(join(home, 'config.json'), `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  writeFileSync(join(home, 'deployment.json'), `${JSON.stringify(network.deployment, undefined, 2)}\n`);
}
