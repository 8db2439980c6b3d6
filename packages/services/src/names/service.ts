import { nodeNameSchema } from '@koinon/api';
import { type Again, type Kernel, type Service, serviceKind } from '@koinon/kernel';
import { asKoinonError } from '@koinon/protocol';
import { z } from 'zod';
import { NodeNames } from './nodeNames.ts';
import type { NamesPort } from './port.ts';
import { namesRoutes } from './routes.ts';

const namesSettings = z.strictObject({
  /** What this node is to be called on chain; its operator key must be its owner. */
  name: nodeNameSchema.optional(),
});

export type NamesNeeds = Pick<Kernel, 'ports' | 'agenda'>;

/** Tells what the owners of nodes call them, and names this node as it is told. */
export const names =
  ({ name }: z.output<typeof namesSettings>) =>
  ({ ports, agenda }: NamesNeeds): Service<NamesPort> => {
    const { chain, signer, journal } = ports;
    const nodeNames = new NodeNames(chain);
    const naming = agenda.matters<string>('names', {
      slots: 1,
      work: async (wanted): Promise<Again> => {
        if (wanted !== name || (await nodeNames.nameOf(signer.address)) === wanted) return undefined;
        const { transaction } = await nodeNames.set(signer.address, wanted);
        journal.note('node-named', { name: wanted, transaction });
        return undefined;
      },
      failed: (wanted, error, isLast) => {
        const { code, message } = asKoinonError(error);
        journal.note('naming-failed', { name: wanted, code, reason: message, isLast });
      },
      // What the contract refuses it refuses again: somebody has to change the name.
      retry: { firstPauseMs: 5_000, longestPauseMs: 60_000, attempts: 5 },
    });
    return {
      name: 'names',
      port: { list: () => nodeNames.list() },
      routes: namesRoutes(nodeNames, signer.address),
      takeUp: () => {
        if (name !== undefined) naming.add(name);
      },
      stop: () => naming.stop(),
    };
  };

export const namesKind = serviceKind({
  name: 'names',
  settings: namesSettings,
  needs: [],
  uses: [],
  roles: () => 0,
  create: names,
});
