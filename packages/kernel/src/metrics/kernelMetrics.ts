import { isAdequate } from '@koinon/executors/port';
import type { Kernel } from '../kernel.ts';
import { type Metric, readings } from './metric.ts';

/** What stands in the kernel's books, its log and the chain. */
export function kernelMetrics({
  ports,
  channels,
  version,
}: Pick<Kernel, 'ports' | 'channels' | 'version'>): Metric[] {
  const { store, chain, signer, clock, executor } = ports;
  const gauge = (name: string, help: string, read: () => number | Promise<number>): Metric => ({
    ...{ name, help, kind: 'gauge' },
    read: async () => [{ value: await read() }],
  });
  return [
    {
      name: 'koinon_build_info',
      help: 'Always 1; the label says what runs.',
      kind: 'gauge',
      label: 'version',
      read: () => [{ label: version, value: 1 }],
    },
    {
      name: 'koinon_sandbox_adequate',
      help: '1 when jobs are kept from network, root, files and privileges, else 0; the label says by what.',
      kind: 'gauge',
      label: 'kind',
      read: async () => {
        const confinement = await executor.confinement?.();
        return confinement ? [{ label: confinement.kind, value: isAdequate(confinement) ? 1 : 0 }] : [];
      },
    },
    {
      name: 'koinon_vouchers_total',
      help: 'Vouchers given and taken.',
      kind: 'counter',
      label: 'direction',
      read: () => readings(channels.counts(signer.address)),
    },
    gauge('koinon_log_entries', 'Entries of this node’s log.', () => store.log.size),
    gauge('koinon_log_anchored_entries', 'Entries under the last anchor.', async () =>
      Number((await chain.nodes.head(signer.address)).size),
    ),
    gauge('koinon_chain_up', '1 when the chain answered, else 0.', () =>
      chain.block('latest').then(
        () => 1,
        () => 0,
      ),
    ),
    gauge(
      'koinon_chain_head_block',
      'Number of the newest block.',
      async () => (await chain.block('latest')).number,
    ),
    gauge('koinon_chain_head_lag_seconds', 'Age of the newest block.', async () =>
      Math.max(0, clock.nowMs() / 1000 - (await chain.block('latest')).timestampSeconds),
    ),
  ];
}
