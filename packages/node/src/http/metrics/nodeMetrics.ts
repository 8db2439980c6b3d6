import { isAdequate } from '@koinon/executors';
import type { Registry } from 'prom-client';
import type { KoinonNode } from '../../createNode.ts';
import type { Predictors } from '../../models/predictors.ts';
import { countBooks, jobSeconds } from './countBooks.ts';
import type { PromClient } from './meter.ts';

const JOB_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** Adds what stands in the node's books, its log and the chain: read when somebody looks, kept nowhere twice. */
export function addNodeMetrics(
  prom: PromClient,
  registry: Registry,
  node: KoinonNode,
  predictors: Predictors,
): () => Promise<void> {
  const { store, chain, signer, clock, executor } = node.ports;
  const registers = [registry];
  const gauge = (name: string, help: string) => new prom.Gauge({ name, help, registers });
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new prom.Counter({ name, help, labelNames, registers });

  new prom.Gauge({
    name: 'koinon_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node_version'],
    registers,
  }).set({ version: node.options.version, node_version: process.versions.node }, 1);
  const sandbox = new prom.Gauge({
    name: 'koinon_sandbox_adequate',
    help: '1 when jobs are kept from network, root, files and privileges, else 0; the label says by what.',
    labelNames: ['kind'],
    registers,
  });
  const jobs = counter('koinon_jobs_total', 'Jobs that came as far as the state.', 'state');
  const jobsUnderWay = gauge('koinon_jobs_under_way', 'Jobs accepted and not yet sealed or failed.');
  const jobDuration = new prom.Histogram({
    name: 'koinon_job_duration_seconds',
    help: 'Time public jobs ran here; private ones are left out.',
    buckets: JOB_SECONDS,
    registers,
  });
  const audits = counter('koinon_audits_total', 'Receipts replayed, or refused to be.', 'result');
  const auditsUnderWay = gauge('koinon_audits_under_way', 'Receipts waiting for their replay.');
  const cases = new prom.Gauge({
    name: 'koinon_court_cases',
    help: 'Receipts this node found false, by what became of them.',
    labelNames: ['state'],
    registers,
  });
  const replays = gauge(
    'koinon_court_replays',
    'Executions this node has of its own, for audits and juries.',
  );
  const vouchers = counter('koinon_vouchers_total', 'Vouchers given and taken.', 'direction');
  const grants = new prom.Gauge({
    name: 'koinon_grant_requests',
    help: 'Requests for the use of data here.',
    labelNames: ['status'],
    registers,
  });
  const datasets = gauge('koinon_datasets', 'Datasets held here.');
  const models = gauge('koinon_models_loaded', 'Models loaded and ready.');
  const entries = gauge('koinon_log_entries', 'Entries of this node’s log.');
  const anchored = gauge('koinon_log_anchored_entries', 'Entries under the last anchor.');
  const chainUp = gauge('koinon_chain_up', '1 when the chain answered, else 0.');
  const headBlock = gauge('koinon_chain_head_block', 'Number of the newest block.');
  const headLag = gauge('koinon_chain_head_lag_seconds', 'Age of the newest block.');

  const readChain = async (): Promise<void> => {
    const [block, head] = await Promise.all([chain.block('latest'), chain.nodes.head(signer.address)]);
    headBlock.set(block.number);
    headLag.set(Math.max(0, clock.nowMs() / 1000 - block.timestampSeconds));
    anchored.set(Number(head.size));
  };

  /** Reads everything anew. A chain that does not answer leaves its last figures, and `koinon_chain_up` at 0. */
  return async () => {
    const counts = countBooks(store.database, signer.address);
    sandbox.reset();
    const confinement = await executor.confinement?.();
    if (confinement) sandbox.set({ kind: confinement.kind }, isAdequate(confinement) ? 1 : 0);
    jobs.reset();
    for (const [state, amount] of Object.entries(counts.jobs)) jobs.inc({ state }, amount);
    audits.reset();
    for (const [result, amount] of Object.entries(counts.audits)) audits.inc({ result }, amount);
    vouchers.reset();
    for (const [direction, amount] of Object.entries(counts.vouchers)) vouchers.inc({ direction }, amount);
    for (const [status, amount] of Object.entries(counts.grantRequests)) grants.set({ status }, amount);
    jobsUnderWay.set(counts.jobsUnderWay);
    auditsUnderWay.set(counts.auditsUnderWay);
    for (const [state, amount] of Object.entries(counts.courtCases)) cases.set({ state }, amount);
    replays.set(counts.courtReplays);
    datasets.set(counts.datasets);
    jobDuration.reset();
    jobDuration.zero({});
    for (const seconds of jobSeconds(store.database)) jobDuration.observe(seconds);
    models.set(predictors.size);
    entries.set(store.log.size);
    const isUp = await readChain().then(
      () => true,
      () => false,
    );
    chainUp.set(isUp ? 1 : 0);
  };
}
