import {
  type AuditReport,
  type Domains,
  drawId,
  fromHex,
  type Hex,
  type Message,
  type Order,
  type Receipt,
  type StatementType,
  statementDigest,
} from '@koinon/protocol';
import { concatHex, parseSignature, sha256, zeroAddress, zeroHash } from 'viem';
import type { ContractName } from './foundry.ts';

interface Account {
  address: Hex;
  sign(what: { hash: Hex }): Promise<Hex>;
}

/** What it needs of a chain that has nodes: `provider` and `auditor` are operators, and only the auditor has stake. */
export interface AuditBench {
  payer: Account;
  provider: Account;
  auditor: Account;
  /** Signs orders and has never sent a transaction. */
  requester: Account;
  koin: Hex;
  nodes: Hex;
  beacon: Hex;
  chainId: number;
  deploy(name: ContractName, ...args: unknown[]): Promise<Hex>;
  send(from: Hex, name: ContractName, functionName: string, ...args: unknown[]): Promise<number>;
  /** What the function answers to `from`; changes nothing. */
  ask(from: Hex, name: ContractName, functionName: string, ...args: unknown[]): Promise<unknown>;
  blockHash(number: bigint): Promise<Hex>;
  timeSeconds(): Promise<number>;
  pass(seconds: number): Promise<void>;
  digest(name: string | number): Hex;
}

const UNIT = 10n ** 18n;
/** Of the path in a log of a million entries. */
const LEVELS = 20;
const RECEIPT_ENTRY = 1;
const REPORT_ENTRY = 2;

/** Gas of what auditors, requesters and planters do. Each order wins, since the odds are one in one. */
export async function measureAudits(bench: AuditBench): Promise<Record<string, number>> {
  const { payer, provider, auditor, requester, koin, nodes, digest, send } = bench;
  const domains: Domains = { chainId: bench.chainId, nodes, escrow: zeroAddress, datasets: zeroAddress };
  const digestOf = <T extends StatementType>(type: T, message: Message<T>) =>
    statementDigest(type, message, domains);
  const measured: Record<string, number> = {};
  const audits = await bench.deploy('Audits', nodes, koin, bench.beacon, 1n, 10n * UNIT);

  async function signature(account: Account, hash: Hex) {
    const { r, s, yParity } = parseSignature(await account.sign({ hash }));
    return { r, vs: `0x${(BigInt(s) | (BigInt(yParity) << 255n)).toString(16).padStart(64, '0')}` };
  }

  const path = Array.from({ length: LEVELS }, (_, level) => digest(`sibling ${level}`));
  const size = 2n ** BigInt(LEVELS);
  /** Anchors a log of `size` entries (a million for the first) that holds the leaf at `index`, and says where. */
  async function anchor(account: Account, entryType: number, statement: Hex, index: bigint) {
    const leaf = sha256(concatHex(['0x00', `0x0${entryType}`, statement, zeroHash]));
    let root = leaf;
    for (const [level, sibling] of path.entries()) {
      const isRight = (index >> BigInt(level)) & 1n;
      root = sha256(concatHex(isRight ? ['0x01', sibling, root] : ['0x01', root, sibling]));
    }
    await send(account.address, 'Nodes', 'anchor', size, root);
    const count = (await bench.ask(payer.address, 'Nodes', 'anchorCount', account.address)) as bigint;
    return { leaf, place: { leafSalt: zeroHash, anchorIndex: count - 1n, path } };
  }

  async function newOrder(name: string): Promise<Order> {
    return {
      manifest: digest('manifest'),
      requester: requester.address,
      provider: provider.address,
      grant: zeroHash,
      channel: digest('channel'),
      token: koin,
      maxAmount: UNIT,
      assurance: 2,
      replicas: 1,
      auditRatePpm: 1_000_000,
      auditAmount: UNIT,
      comparator: zeroHash,
      auditor: zeroAddress,
      expiresAt: BigInt((await bench.timeSeconds()) + 60),
      nonce: digest(name),
    };
  }

  // ── Funds ──
  await send(payer.address, 'KoinToken', 'approve', audits, 2n ** 256n - 1n);
  const fund = () => send(payer.address, 'Audits', 'fund', koin, requester.address, 100n * UNIT);
  await fund();
  measured['fund audits'] = await fund();

  // ── A ticket ──
  const order = await newOrder('order');
  const orderDigest = digestOf('Order', order);
  const receipt: Receipt = {
    manifest: order.manifest,
    order: orderDigest,
    provider: provider.address,
    execution: digest('execution'),
    output: digest('output'),
    verdict: zeroHash,
    token: koin,
    amount: UNIT,
    logIndex: 700_000n,
    anchorBy: order.expiresAt,
  };
  const receiptDigest = digestOf('Receipt', receipt);
  const received = await anchor(provider, RECEIPT_ENTRY, receiptDigest, receipt.logIndex);
  const at = (await bench.ask(payer.address, 'Nodes', 'head', provider.address)) as { blockNumber: number };
  await bench.pass(1);
  await bench.pass(1);
  const value = await bench.blockHash(BigInt(at.blockNumber) + 1n);
  const report: AuditReport = {
    receipt: receiptDigest,
    auditor: auditor.address,
    execution: receipt.execution,
    verdict: 1,
    draw: drawId(value, fromHex(received.leaf)),
    logIndex: 1_000_005n,
    anchorBy: order.expiresAt,
  };
  const reportDigest = digestOf('AuditReport', report);
  const reported = await anchor(auditor, REPORT_ENTRY, reportDigest, report.logIndex);
  const [drawing, heldFrom] = (await bench.ask(payer.address, 'Audits', 'drawingOf', order.expiresAt)) as [
    bigint,
    bigint,
  ];
  await bench.pass(Number(heldFrom) - (await bench.timeSeconds()));
  measured['hold a drawing'] = await send(payer.address, 'Audits', 'hold', drawing);
  await bench.pass(1);
  await bench.pass(1);
  measured['redeem a ticket'] = await send(auditor.address, 'Audits', 'redeem', {
    order,
    orderSignature: await signature(requester, orderDigest),
    receipt,
    receiptSignature: await signature(provider, receiptDigest),
    receiptPlace: received.place,
    report,
    reportSignature: await signature(auditor, reportDigest),
    reportPlace: reported.place,
    k: 0,
  });

  // ── Planted faults ──
  await send(payer.address, 'KoinToken', 'transfer', provider.address, 100n * UNIT);
  await send(provider.address, 'KoinToken', 'approve', audits, 2n ** 256n - 1n);
  const plants = await Promise.all(['plant 0', 'plant 1'].map(newOrder));
  const leaves = plants.map(plant => sha256(concatHex(['0x00', digestOf('Order', plant), zeroHash])));
  const root = sha256(concatHex(['0x01', ...leaves]));
  const commit = (name: string) => send(provider.address, 'Audits', 'commitPlants', digest(name), 1);
  await commit('another');
  const set = await bench.ask(provider.address, 'Audits', 'commitPlants', root, 2);
  measured['commit to planted faults'] = await send(provider.address, 'Audits', 'commitPlants', root, 2);
  for (const [index, plant] of plants.entries()) {
    const consent = await signature(requester, digestOf('Plant', { order: digestOf('Order', plant) }));
    const beside = [leaves[1 - index]];
    measured['reveal a planted fault'] = await send(
      payer.address,
      'Audits',
      'revealPlant',
      set,
      plant,
      consent,
      zeroHash,
      index,
      beside,
    );
  }
  measured['close planted faults'] = await send(payer.address, 'Audits', 'closePlants', set);
  return measured;
}
