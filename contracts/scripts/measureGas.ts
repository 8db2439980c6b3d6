import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Abi,
  createPublicClient,
  createWalletClient,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  http,
  keccak256,
  parseSignature,
  stringToHex,
  zeroAddress,
} from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { foundry } from 'viem/chains';
import { startAnvil } from './anvil.ts';
import { artifact, type ContractName, contractsFolder } from './foundry.ts';
import { measureAudits } from './measureAudits.ts';
import { courtBudgets, measureCourt } from './measureCourt.ts';

/** Most an operation may cost, gas of the whole transaction. */
export const budgets: Record<string, number> = {
  'publish a dataset, first of its owner': 150_000,
  'publish a dataset': 150_000,
  'open a channel from a balance': 65_000,
  'claim one voucher': 65_000,
  'claim one voucher, with coverage': 65_000,
  'claimMany, each further voucher': 18_000,
  'claimMany, each further voucher, with coverage': 18_000,
  'anchor a log': 45_000,
  'register a model without parents': 90_000,
  'register a model with a parent': 90_000,
  'name a node': 120_000,
  'record a drand round': 200_000,
  'fund audits': 80_000,
  'hold a drawing': 60_000,
  'redeem a ticket': 300_000,
  'commit to planted faults': 220_000,
  ...courtBudgets,
};

const WINDOW_SECONDS = 3_600;
const MNEMONIC = 'test test test test test test test test test test test junk';
const UNIT = 10n ** 18n;

/**
 * Gas by operation, each measured in the state its budget describes: slots hold something already except those that the
 * call itself brings into being.
 */
export async function measureGas(): Promise<Record<string, number>> {
  const anvil = await startAnvil();
  try {
    return await measure(anvil.url);
  } finally {
    await anvil.stop();
  }
}

async function measure(url: string): Promise<Record<string, number>> {
  const transport = http(url);
  const chain = createPublicClient({ chain: foundry, transport, pollingInterval: 10, cacheTime: 0 });
  const [payer, operator, signer, requester] = [0, 1, 2, 3].map(addressIndex =>
    mnemonicToAccount(MNEMONIC, { addressIndex }),
  );
  if (!payer || !operator || !signer || !requester) throw new Error('unreachable');
  const wallets = new Map(
    [payer, operator, signer].map(account => [
      account.address,
      createWalletClient({ account, chain: foundry, transport }),
    ]),
  );
  const addresses = new Map<ContractName, Hex>();

  async function mine(from: Hex, to: Hex | undefined, data: Hex): Promise<{ gas: number; contract: Hex }> {
    const hash = await wallets.get(from)!.sendTransaction({ ...(to ? { to } : {}), data });
    const receipt = await chain.waitForTransactionReceipt({ hash });
    if (receipt.status !== 'success') throw new Error(`A transaction was reverted: ${hash}`);
    return { gas: Number(receipt.gasUsed), contract: receipt.contractAddress ?? '0x' };
  }
  async function deploy(name: ContractName, ...args: unknown[]): Promise<Hex> {
    const { abi, bytecode } = artifact(name);
    const data = encodeDeployData({ abi: abi as Abi, bytecode: bytecode.object, args });
    const { contract, gas } = await mine(payer!.address, undefined, data);
    addresses.set(name, contract);
    measured[`deploy ${name}`] = gas;
    return contract;
  }
  async function send(
    from: Hex,
    name: ContractName,
    functionName: string,
    ...args: unknown[]
  ): Promise<number> {
    const data = encodeFunctionData({ abi: artifact(name).abi as Abi, functionName, args });
    return (await mine(from, addresses.get(name)!, data)).gas;
  }
  async function pass(seconds: number): Promise<void> {
    await chain.request({ method: 'evm_increaseTime' as never, params: [seconds] as never });
    await chain.request({ method: 'evm_mine' as never, params: [] as never });
  }
  /** Gives every slot that a call would touch, and that is empty, a value: as if the ring had gone round once. */
  async function fillSlots(
    from: Hex,
    name: ContractName,
    functionName: string,
    ...args: unknown[]
  ): Promise<void> {
    const address = addresses.get(name)!;
    const data = encodeFunctionData({ abi: artifact(name).abi as Abi, functionName, args });
    const { accessList } = await chain.createAccessList({ account: from, to: address, data });
    for (const slot of accessList.flatMap(entry => entry.storageKeys)) {
      if (BigInt((await chain.getStorageAt({ address, slot })) ?? 0n) !== 0n) continue;
      const params = [address, slot, `0x${'0'.repeat(63)}1`];
      await chain.request({ method: 'anvil_setStorageAt' as never, params: params as never });
    }
  }
  /** A digest whose bytes depend on its name alone. */
  const digest = (name: string | number) => keccak256(stringToHex(`${name}`));

  const measured: Record<string, number> = {};
  const koin = await deploy('KoinToken', payer.address, 10n ** 27n);
  const nodes = await deploy('Nodes', koin, payer.address, WINDOW_SECONDS, zeroAddress);
  const escrow = await deploy('Escrow', nodes);
  await deploy('Datasets');
  await deploy('Models');

  // ── Nodes ──
  const peerId = `0x002508021221${digest('key').slice(2)}02` as Hex;
  measured['register a node'] = await send(
    operator.address,
    'Nodes',
    'register',
    payer.address,
    peerId,
    3,
    digest('m'),
  );
  await send(payer.address, 'KoinToken', 'approve', nodes, 10n ** 30n);
  measured['stake, first'] = await send(payer.address, 'Nodes', 'stake', operator.address, 1_000n * UNIT);
  measured['stake'] = await send(payer.address, 'Nodes', 'stake', operator.address, 1_000n * UNIT);
  measured['anchor a log, new place in the ring'] = await send(
    operator.address,
    'Nodes',
    'anchor',
    1n,
    digest('root 1'),
  );
  await fillSlots(operator.address, 'Nodes', 'anchor', 1_000_000n, digest('root 2'));
  measured['anchor a log'] = await send(operator.address, 'Nodes', 'anchor', 1_000_000n, digest('root 2'));

  // ── Escrow ──
  await send(payer.address, 'KoinToken', 'approve', escrow, 10n ** 30n);
  measured['deposit, first'] = await send(payer.address, 'Escrow', 'deposit', koin, 1_000n * UNIT);
  measured['deposit'] = await send(payer.address, 'Escrow', 'deposit', koin, 1_000n * UNIT);
  const domain = { name: 'Koinon', version: '1', chainId: foundry.id, verifyingContract: escrow };
  const types = {
    Voucher: [
      { name: 'channel', type: 'bytes32' },
      { name: 'cumulativeAmount', type: 'uint128' },
      { name: 'receiptsRoot', type: 'bytes32' },
    ],
  };
  const abi = artifact('Escrow').abi as Abi;
  const keyOf = (number: number, coverage: bigint) => ({
    payer: payer.address,
    payee: operator.address,
    token: koin,
    signer: signer.address,
    coverage,
    number: BigInt(number),
  });
  async function voucher(number: number, coverage: bigint, cumulativeAmount: bigint) {
    const key = keyOf(number, coverage);
    const channel = (await chain.readContract({
      address: escrow,
      abi,
      functionName: 'channelId',
      args: [key],
    })) as Hex;
    const receiptsRoot = digest(`${number} ${cumulativeAmount}`);
    const message = { channel, cumulativeAmount, receiptsRoot };
    const signature = parseSignature(
      await signer!.signTypedData({ domain, types, primaryType: 'Voucher', message }),
    );
    const s = BigInt(signature.s) | (BigInt(signature.yParity) << 255n);
    return {
      key,
      cumulativeAmount,
      receiptsRoot,
      r: signature.r,
      vs: `0x${s.toString(16).padStart(64, '0')}`,
    };
  }
  for (const [suffix, coverage, base] of [
    ['', 0n, 100],
    [', with coverage', UNIT, 200],
  ] as const) {
    for (let i = 0; i < 12; i += 1) {
      const gas = await send(payer.address, 'Escrow', 'openChannel', keyOf(base + i, coverage), 10n * UNIT);
      if (coverage === 0n && i === 1) measured['open a channel from a balance'] = gas;
    }
    const claim = async (number: number, total: bigint) =>
      send(operator!.address, 'Escrow', 'claim', await voucher(base + number, coverage, total));
    const claimMany = async (count: number, total: bigint) =>
      send(
        operator!.address,
        'Escrow',
        'claimMany',
        await Promise.all(Array.from({ length: count }, (_, i) => voucher(base + 1 + i, coverage, total))),
      );
    measured[`claim one voucher, first of the payee${suffix}`] = await claim(0, UNIT);
    measured[`claim one voucher${suffix}`] = await claim(0, UNIT + UNIT / 3n);
    await claimMany(11, UNIT / 7n);
    const one = await claimMany(1, UNIT / 5n);
    const eleven = await claimMany(11, UNIT / 3n);
    measured[`claimMany, each further voucher${suffix}`] = Math.round((eleven - one) / 10);
    // The window has turned: what was claimed moves on, and some of it matures into the balance.
    await pass(WINDOW_SECONDS);
    await claim(0, 2n * UNIT);
    await pass(WINDOW_SECONDS);
    await claim(0, 3n * UNIT);
    await pass(WINDOW_SECONDS);
    const turned = `claim one voucher, first of a window${suffix}`;
    measured[turned] = await claim(0, 4n * UNIT);
  }
  measured['top up a channel'] = await send(payer.address, 'Escrow', 'topUp', keyOf(100, 0n), UNIT);
  measured['request to close a channel'] = await send(
    payer.address,
    'Escrow',
    'requestClose',
    keyOf(100, 0n),
  );
  await pass(2 * WINDOW_SECONDS + 1);
  measured['close a channel'] = await send(payer.address, 'Escrow', 'close', keyOf(100, 0n));
  measured['withdraw'] = await send(payer.address, 'Escrow', 'withdraw', koin, UNIT, payer.address);

  // ── Datasets ──
  const publish = (name: string) =>
    send(
      payer.address,
      'Datasets',
      'publish',
      digest(`metadata ${name}`),
      digest(`content ${name}`),
      operator.address,
      digest(`policy ${name}`),
      50_000_000n,
    );
  await send(operator.address, 'Datasets', 'publish', digest(1), digest(2), operator.address, digest(3), 1n);
  measured['publish a dataset, first of its owner'] = await publish('a');
  measured['publish a dataset'] = await publish('b');
  const grant = {
    dataset: 2n,
    epoch: 1n,
    requester: signer.address,
    terms: digest('terms'),
    purpose: digest('purpose'),
    policy: digest('policy a'),
    token: koin,
    amount: UNIT,
    bits: 569n,
    microRho: 1_000_000n,
    uses: 10,
    auditor: operator.address,
    validFrom: 0n,
    expiresAt: 4_000_000_000n,
    nonce: digest('nonce'),
  };
  const grantDigest = (await chain.readContract({
    address: addresses.get('Datasets')!,
    abi: artifact('Datasets').abi as Abi,
    functionName: 'grantDigestOf',
    args: [grant],
  })) as Hex;
  const signature = await payer.sign({ hash: grantDigest });
  const reserve = (order: string) =>
    send(operator.address, 'Datasets', 'reserve', grant, signature, digest(order), 1_000_000n);
  measured['reserve budget, first of a dataset and grant'] = await reserve('order 1');
  measured['reserve budget'] = await reserve('order 2');
  measured['spend budget'] = await send(
    operator.address,
    'Datasets',
    'spend',
    2n,
    digest('order 1'),
    900_000n,
  );
  measured['release budget'] = await send(
    operator.address,
    'Datasets',
    'release',
    2n,
    grantDigest,
    digest('order 2'),
  );

  // ── Models ──
  const register = (model: string, parents: Hex[]) =>
    send(payer.address, 'Models', 'register', digest(model), digest(`passport ${model}`), parents);
  measured['register a model without parents'] = await register('model a', []);
  measured['register a model with a parent'] = await register('model b', [digest('model a')]);
  measured['amend a passport'] = await send(
    payer.address,
    'Models',
    'amend',
    digest('model b'),
    digest('newer passport'),
  );

  // ── Names ──
  await deploy('Names', nodes);
  const setName = (name: string) => send(payer.address, 'Names', 'setName', operator.address, name);
  measured['name a node'] = await setName('longest-name-that-is-32-letters');
  measured['name a node anew'] = await setName('another-name-that-is-long-enough');
  measured['take the name of a node'] = await setName('');

  // ── Beacons ──
  const beacon = await deploy('BlockBeacon');
  const block = await chain.getBlockNumber();
  measured['record a block'] = await send(payer.address, 'BlockBeacon', 'record', block, '0x');
  const { quicknet } = JSON.parse(
    readFileSync(join(contractsFolder, '..', 'vectors', 'drand.json'), 'utf8'),
  ) as { quicknet: { genesisTime: number; publicKeyPoint: Hex; rounds: { round: string; proof: Hex }[] } };
  await deploy('DrandBeacon', BigInt(quicknet.genesisTime), 3n, quicknet.publicKeyPoint, 30n);
  const [{ round, proof }] = quicknet.rounds as [{ round: string; proof: Hex }];
  measured['record a drand round'] = await send(payer.address, 'DrandBeacon', 'record', BigInt(round), proof);

  // ── Audits ──
  await send(signer.address, 'Nodes', 'register', signer.address, peerId, 2, digest('m'));
  await send(operator.address, 'Nodes', 'update', operator.address, peerId, 4, digest('m'));
  async function ask(
    from: Hex,
    name: ContractName,
    functionName: string,
    ...args: unknown[]
  ): Promise<unknown> {
    const { abi } = artifact(name);
    const request = { abi: abi as Abi, functionName, args, address: addresses.get(name)!, account: from };
    return (await chain.simulateContract(request)).result;
  }
  const ofAudits = await measureAudits({
    payer,
    provider: signer,
    auditor: operator,
    requester,
    koin,
    nodes,
    beacon,
    chainId: foundry.id,
    deploy,
    send,
    ask,
    blockHash: async number => (await chain.getBlock({ blockNumber: number })).hash,
    timeSeconds: async () => Number((await chain.getBlock()).timestamp),
    pass,
    digest,
  });
  return { ...measured, ...ofAudits, ...(await measureCourt(url)) };
}
