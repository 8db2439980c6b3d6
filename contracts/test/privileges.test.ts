import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type Abi,
  type AbiFunction,
  BaseError,
  createTestClient,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  http,
  publicActions,
  toFunctionSelector,
  walletActions,
  zeroAddress,
} from 'viem';
import { foundry } from 'viem/chains';
import { type Anvil, startAnvil } from '../scripts/anvil.ts';
import { artifact, type ContractName, contractNames } from '../scripts/foundry.ts';

/**
 * Every function that changes anything, with whose doing it is. `self` and `anyone` touch only what belongs to the
 * caller or what the caller gives; the others act on what somebody else has.
 */
const actors: Record<ContractName, Record<string, string>> = {
  KoinToken: {
    approve: 'self',
    burn: 'self',
    burnFrom: 'whom the holder approved',
    delegate: 'self',
    delegateBySig: 'whoever holds the signature',
    permit: 'whoever holds the signature',
    transfer: 'self',
    transferFrom: 'whom the holder approved',
  },
  Nodes: {
    acceptCourt: 'anyone',
    anchor: 'self',
    announce: 'self',
    lock: 'court',
    proposeCourt: 'governor',
    register: 'self',
    requestUnstake: 'owner of the node',
    slash: 'court',
    stake: 'self',
    stakeWithPermit: 'self',
    unlock: 'court',
    update: 'operator or owner of the node',
    withdraw: 'owner of the node',
  },
  Escrow: {
    claim: 'anyone',
    claimMany: 'anyone',
    close: 'payee; anyone after the delay',
    deposit: 'self',
    depositFor: 'self',
    depositWithPermit: 'self',
    multicall: 'self',
    openChannel: 'self',
    requestClose: 'payer of the channel',
    slash: 'court',
    topUp: 'self',
    withdraw: 'self',
  },
  Datasets: {
    approve: 'owner of the dataset',
    publish: 'self',
    release: 'custodian of the dataset',
    reserve: 'custodian of the dataset',
    revokeAll: 'owner of the dataset',
    revokeGrant: 'owner of the dataset',
    safeTransferFrom: 'owner of the dataset or whom it approved',
    setApprovalForAll: 'self',
    setCustodian: 'owner of the dataset',
    setMetadata: 'owner of the dataset',
    setPolicy: 'owner of the dataset',
    spend: 'custodian of the dataset',
    transferFrom: 'owner of the dataset or whom it approved',
  },
  Models: { amend: 'publisher of the model', register: 'self' },
  BlockBeacon: { record: 'anyone' },
  DrandBeacon: { record: 'anyone' },
  Audits: {
    closePlants: 'anyone',
    commitPlants: 'self',
    fund: 'self',
    hold: 'anyone',
    redeem: 'anyone',
    refund: 'self',
    requestRefund: 'self',
    revealPlant: 'whoever holds the consent',
  },
  Court: {
    accuse: 'anyone, with a bond',
    appeal: 'anyone, with a bond',
    burn: 'anyone',
    enforce: 'anyone',
    openSeal: 'anyone who knows what was sealed',
    openVote: 'self',
    refund: 'anyone; it goes to the payer',
    resolve: 'anyone',
    sealVote: 'self',
    settleVote: 'anyone',
    sweep: 'anyone',
    withdraw: 'self',
  },
  CourtEvidence: {
    accuseByArithmetic: 'anyone',
    accuseHead: 'anyone',
    accuseHeads: 'anyone',
    accuseMisplacedReceipt: 'anyone',
    accuseOmittedReceipt: 'anyone',
    accuseOmittedReport: 'anyone',
    accuseReceipts: 'anyone',
    accuseReport: 'anyone',
    answer: 'anyone',
    answerConsistency: 'anyone',
    closeDemand: 'anyone',
    demand: 'anyone, with a bond',
    demandConsistency: 'anyone, with a bond',
    demandReport: 'anyone, with a bond',
    plead: 'anyone',
  },
  Names: { setName: 'owner of the node' },
};

const notAuthorized = toFunctionSelector('NotAuthorized(address,address)');

/** What the contract reverted with; `0x` for nothing. */
function revertData(error: unknown): Hex {
  const cause = error instanceof BaseError ? error.walk(inner => 'data' in (inner as object)) : null;
  return cause && 'data' in cause && typeof cause.data === 'string' ? (cause.data as Hex) : '0x';
}

let anvil: Anvil;
before(async () => {
  anvil = await startAnvil();
});
after(() => anvil.stop());

function changing(name: ContractName): AbiFunction[] {
  return (artifact(name).abi as Abi).filter(
    (item): item is AbiFunction =>
      item.type === 'function' && item.stateMutability !== 'view' && item.stateMutability !== 'pure',
  );
}

test('every function that changes anything is accounted for', () => {
  for (const name of contractNames) {
    const found = [...new Set(changing(name).map(item => item.name))].sort();
    assert.deepEqual(found, Object.keys(actors[name]).sort(), name);
  }
});

test('no function takes coins, and none can be sent any', () => {
  for (const name of contractNames) {
    for (const item of artifact(name).abi as Abi) {
      assert.notEqual(item.type, 'receive');
      // Only the court has one, for the code of its other half.
      if (item.type === 'fallback') assert.equal(`${name} ${item.stateMutability}`, 'Court nonpayable');
      if (item.type === 'function') assert.notEqual(item.stateMutability, 'payable', `${name}.${item.name}`);
    }
  }
});

test('what court and governor may do is closed to everybody else', async () => {
  const chain = createTestClient({
    mode: 'anvil',
    chain: foundry,
    transport: http(anvil.url),
    pollingInterval: 10,
  })
    .extend(publicActions)
    .extend(walletActions);
  const [account, stranger] = await chain.getAddresses();
  assert(account && stranger);
  const addresses = new Map<string, Hex>();
  const deploy = async (name: ContractName, ...args: unknown[]) => {
    const { abi, bytecode } = artifact(name);
    const data = encodeDeployData({ abi: abi as Abi, bytecode: bytecode.object, args });
    const hash = await chain.sendTransaction({ account, data });
    const { contractAddress } = await chain.waitForTransactionReceipt({ hash });
    assert(contractAddress);
    addresses.set(name, contractAddress);
    return contractAddress;
  };
  const koin = await deploy('KoinToken', account, 1n);
  await deploy('Escrow', await deploy('Nodes', koin, account, 60, zeroAddress));

  let tried = 0;
  for (const name of contractNames) {
    for (const item of changing(name)) {
      const actor = actors[name][item.name];
      if (actor !== 'court' && actor !== 'governor') continue;
      const args = item.inputs.map(input => (input.type === 'address' ? zeroAddress : 0n));
      const data = encodeFunctionData({ abi: [item], functionName: item.name, args });
      await assert.rejects(
        chain.call({ account: stranger, to: addresses.get(name)!, data }),
        (error: unknown) => revertData(error).startsWith(notAuthorized),
        `${name}.${item.name}`,
      );
      tried += 1;
    }
  }
  assert.equal(tried, 5);
});
