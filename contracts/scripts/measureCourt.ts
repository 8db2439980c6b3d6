import { typedData } from '@koinon/protocol';
import {
  type Abi,
  concat,
  createTestClient,
  encodeAbiParameters,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  hashTypedData,
  http,
  keccak256,
  numberToHex,
  parseSignature,
  publicActions,
  sha256,
  stringToHex,
  walletActions,
  zeroAddress,
  zeroHash,
} from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { foundry } from 'viem/chains';
import { artifact, type ContractName } from './foundry.ts';

const MNEMONIC = 'test test test test test test test test test test test junk';
const WINDOW_SECONDS = 14_000;
const UNIT = 10n ** 18n;

/** Most an operation of the court may cost, gas of the whole transaction. */
export const courtBudgets: Record<string, number> = {
  'accuse by two receipts': 150_000,
  'seal and open a vote': 110_000,
  'resolve: convicted': 130_000,
  'resolve: acquitted': 130_000,
};

/** Gas of a dispute from accusation to the last reward, on a court of its own on the chain at `url`. */
export async function measureCourt(url: string): Promise<Record<string, number>> {
  const chain = createTestClient({ mode: 'anvil', chain: foundry, transport: http(url), pollingInterval: 10 })
    .extend(publicActions)
    .extend(walletActions);
  const [admin, provider, ...jurors] = [4, 5, 6, 7, 8, 9].map(addressIndex =>
    mnemonicToAccount(MNEMONIC, { addressIndex }),
  );
  if (!admin || !provider) throw new Error('unreachable');
  const measured: Record<string, number> = {};
  const addresses = new Map<string, Hex>();
  const digest = (name: string) => keccak256(stringToHex(name));

  const mine = async (from: Hex, to: Hex | null, data: Hex) => {
    const hash = await chain.sendTransaction({ account: from, to, data, gas: 15_000_000n });
    const receipt = await chain.waitForTransactionReceipt({ hash });
    // Calling again says why.
    if (receipt.status !== 'success') await chain.call({ account: from, to, data });
    return { gas: Number(receipt.gasUsed), contract: receipt.contractAddress };
  };
  const deploy = async (name: ContractName, ...args: unknown[]) => {
    const { abi, bytecode } = artifact(name);
    const data = encodeDeployData({ abi: abi as Abi, bytecode: bytecode.object, args });
    const { contract, gas } = await mine(admin.address, null, data);
    if (!contract) throw new Error('unreachable');
    if (name.startsWith('Court')) measured[`deploy ${name}`] = gas;
    addresses.set(name, contract);
    return contract;
  };
  const call = async (
    from: Hex,
    to: ContractName,
    abiOf: ContractName,
    functionName: string,
    ...args: unknown[]
  ) => {
    const data = encodeFunctionData({ abi: artifact(abiOf).abi as Abi, functionName, args });
    return (await mine(from, addresses.get(to) ?? null, data)).gas;
  };
  const nodes = (from: Hex, name: string, ...args: unknown[]) => call(from, 'Nodes', 'Nodes', name, ...args);
  const court = (from: Hex, name: string, ...args: unknown[]) => call(from, 'Court', 'Court', name, ...args);
  const evidence = (from: Hex, name: string, ...args: unknown[]) =>
    call(from, 'Court', 'CourtEvidence', name, ...args);
  const pass = async (seconds: number) => {
    await chain.increaseTime({ seconds });
    await chain.mine({ blocks: 1 });
  };

  const koin = await deploy('KoinToken', admin.address, 10n ** 27n);
  await deploy('Nodes', koin, admin.address, WINDOW_SECONDS, zeroAddress);
  const nodesAddress = addresses.get('Nodes');
  if (!nodesAddress) throw new Error('unreachable');
  await deploy('Escrow', nodesAddress);
  await deploy('BlockBeacon');
  const terms = {
    jurySeats: 15,
    jurorFee: UNIT,
    jurorPenalty: 5n * UNIT,
    accuseBond: 40n * UNIT,
    demandBond: 2n * UNIT,
    absencePenalty: 20n * UNIT,
    lien: 50n * UNIT,
    bounty: 10n * UNIT,
    evidenceBounty: UNIT,
    compensation: 5n * UNIT,
  };
  const wiring = [
    nodesAddress,
    addresses.get('Escrow'),
    zeroAddress,
    addresses.get('BlockBeacon'),
    zeroAddress,
    terms,
  ];
  const courtAddress = await deploy('Court', await deploy('CourtEvidence', ...wiring));
  await nodes(admin.address, 'proposeCourt', courtAddress);
  await pass(4 * WINDOW_SECONDS + 1);
  await nodes(admin.address, 'acceptCourt');

  await call(admin.address, 'KoinToken', 'KoinToken', 'approve', nodesAddress, 10n ** 30n);
  await call(admin.address, 'KoinToken', 'KoinToken', 'approve', courtAddress, 10n ** 30n);
  const stakes = [provider, ...jurors];
  for (const { address } of stakes) {
    await nodes(address, 'register', admin.address, '0x0025080212210102', 2, zeroHash);
    await nodes(admin.address, 'stake', address, 1_000n * UNIT);
  }

  // ── Statements ──
  const domain = { name: 'Koinon', version: '1', chainId: foundry.id, verifyingContract: nodesAddress };
  const digestOf = (primaryType: 'Order' | 'Receipt', message: Record<string, unknown>) =>
    hashTypedData({ domain, types: { [primaryType]: typedData[primaryType] }, primaryType, message });
  const signed = async (hash: Hex) => {
    const { r, s, yParity } = parseSignature(await provider.sign({ hash }));
    return { r, vs: numberToHex(BigInt(s) | (BigInt(yParity) << 255n), { size: 32 }) };
  };
  const leaf = (root: Hex) => sha256(concat(['0x00', root]));
  const job = async (name: string) => {
    const roots = [digest(`${name} 0`), digest(`${name} 1`)] as const;
    const trace = sha256(concat(['0x01', leaf(roots[0]), leaf(roots[1])]));
    const opening = { salt: zeroHash, exitCode: 0, fuel: 1_234_567_890n, rawOutput: digest(name), trace };
    const order = {
      manifest: digest('manifest'),
      requester: admin.address,
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
      expiresAt: 4_000_000_000n,
      nonce: digest(name),
    };
    const execution = sha256(
      concat([
        zeroHash,
        numberToHex(0, { size: 4 }),
        numberToHex(opening.fuel, { size: 8 }),
        opening.rawOutput,
        trace,
      ]),
    );
    const receipt = {
      manifest: order.manifest,
      order: digestOf('Order', order),
      provider: provider.address,
      execution,
      output: digest(`output ${name}`),
      verdict: zeroHash,
      token: koin,
      amount: UNIT,
      logIndex: 1_000n,
      anchorBy: 4_000_000_000n,
    };
    const step = {
      index: 1n,
      count: 2n,
      previousRoot: roots[0],
      previousPath: [leaf(roots[1])],
      root: roots[1],
      path: [leaf(roots[0])],
    };
    const claimed = sha256(
      concat([
        roots[1],
        '0x01',
        numberToHex(0, { size: 4 }),
        numberToHex(opening.fuel, { size: 8 }),
        opening.rawOutput,
      ]),
    );
    const dispute = keccak256(
      encodeAbiParameters(
        [{ type: 'bytes32' }, { type: 'bytes32' }, { type: 'bytes32' }],
        [digestOf('Receipt', receipt), roots[0], claimed],
      ),
    );
    return {
      opening,
      order,
      receipt,
      signature: await signed(digestOf('Receipt', receipt)),
      step,
      claimed,
      dispute,
    };
  };

  // ── Disputes: everybody votes for one outcome ──
  const salt = digest('salt');
  const words = (...values: [type: string, value: unknown][]) =>
    keccak256(
      encodeAbiParameters(
        values.map(([type]) => ({ type })),
        values.map(([, value]) => value),
      ),
    );
  const disputed = async (name: string, isTrue: boolean) => {
    const { opening, order, receipt, signature, step, claimed, dispute } = await job(name);
    const outcome = isTrue ? claimed : digest('another outcome');
    const seal = words(['bytes32', outcome], ['bytes32', salt]);
    const accusing = await court(admin.address, 'accuse', receipt, signature, order, opening, step, seal);
    measured[isTrue ? 'accuse a step' : 'accuse a step, first of the court'] = accusing;
    await pass(1);
    const seals: number[] = [];
    for (const { address } of jurors) {
      const vote = words(
        ['bytes32', dispute],
        ['uint8', 0],
        ['address', address],
        ['bytes32', outcome],
        ['bytes32', salt],
      );
      seals.push(await court(address, 'sealVote', dispute, vote));
    }
    await pass(WINDOW_SECONDS / 14);
    const openings: number[] = [];
    for (const { address } of jurors) openings.push(await court(address, 'openVote', dispute, outcome, salt));
    if (!isTrue) {
      const [first, second, firstOpened, secondOpened] = [seals[0], seals[1], openings[0], openings[1]];
      measured['seal a vote, first of the jury'] = first ?? 0;
      measured['open a vote, first of the jury'] = firstOpened ?? 0;
      measured['seal a vote'] = second ?? 0;
      measured['open a vote'] = secondOpened ?? 0;
      measured['seal and open a vote'] = (second ?? 0) + (secondOpened ?? 0);
      measured['open the seal'] = await court(admin.address, 'openSeal', dispute, outcome, salt);
    }
    await pass((2 * WINDOW_SECONDS) / 14);
    const ending = isTrue ? 'acquitted' : 'convicted';
    measured[`resolve: ${ending}`] = await court(admin.address, 'resolve', dispute);
    if (!isTrue)
      measured['enforce a conviction'] = await court(admin.address, 'enforce', provider.address, dispute);
    for (const { address } of jurors) {
      measured['settle a vote'] = await court(admin.address, 'settleVote', dispute, 0, address);
    }
    if (!isTrue) measured['withdraw from the court'] = await court(jurors[0]!.address, 'withdraw', koin);
  };
  await disputed('true', true);
  const [a, b] = [await job('a'), await job('b')];
  const snapshot = await chain.snapshot();
  measured['accuse by two receipts'] = await evidence(
    admin.address,
    'accuseReceipts',
    a.receipt,
    a.signature,
    a.opening,
    b.receipt,
    b.signature,
    b.opening,
  );
  await chain.revert({ id: snapshot });
  await disputed('false', false);

  await nodes(admin.address, 'stake', provider.address, 1_000n * UNIT);
  const c = await job('c');
  const demand = words(
    ['address', provider.address],
    ['bytes32', digestOf('Receipt', c.receipt)],
    ['uint8', 1],
    ['uint64', 0n],
  );
  measured['demand an opening'] = await evidence(
    admin.address,
    'demand',
    c.receipt,
    c.signature,
    c.order,
    1,
    0n,
  );
  const opened = encodeAbiParameters(
    [{ type: 'bytes32' }, { type: 'uint32' }, { type: 'uint64' }, { type: 'bytes32' }, { type: 'bytes32' }],
    [c.opening.salt, c.opening.exitCode, c.opening.fuel, c.opening.rawOutput, c.opening.trace],
  );
  measured['answer with an opening'] = await evidence(provider.address, 'answer', demand, c.receipt, opened);
  return measured;
}
