import type { Chain } from '@koinon/chain';
import type { Hex } from '@koinon/protocol';
import { escrowAbi, koinTokenAbi, nodesAbi } from '@koinon/protocol/abi';
import { TREASURY } from '../chain/genesis.ts';
import type { Broken, Evidence } from './check.ts';

/** Base units of a thousand million KOIN, all that was ever made. */
const MINTED = 10n ** 27n;

/**
 * Nothing came from nowhere and nothing went there: what was minted is what accounts and contracts hold and what was burnt,
 * and each contract holds what it owes.
 */
export async function moneyIsConserved({ world, reader, plans }: Evidence): Promise<Broken[]> {
  const broken: Broken[] = [];
  const say = (subject: string, what: string) => broken.push({ checker: 'money', subject, what });
  const { deployment } = world.chain;
  const token = { address: deployment.token as Hex, abi: koinTokenAbi };
  const held = (account: string) => reader.contracts.read(token, 'balanceOf', [account as Hex]);
  const operators = plans.map(({ name }) => world.operatorOf(name));

  const supply = await reader.contracts.read(token, 'totalSupply', []);
  const { escrow, nodes, court, audits } = deployment;
  const holders = [TREASURY, ...operators, escrow, nodes, court, audits];
  const all = sum(await Promise.all(holders.map(held)));
  if (all !== supply) say('the token', `accounts hold ${all} of ${supply}`);
  if (supply > MINTED) say('the token', `${supply - MINTED} were made from nothing`);

  const inEscrow = sum(
    await Promise.all(operators.map(account => insideEscrow(reader, token.address, account))),
  );
  const courts = await insideEscrow(reader, token.address, court as Hex);
  const owed = await reader.contracts.read({ address: escrow as Hex, abi: escrowAbi }, 'owed', [
    token.address,
  ]);
  if (inEscrow + courts !== owed)
    say('the escrow', `accounts have ${inEscrow + courts} in it, it owes ${owed}`);
  if ((await held(escrow)) < owed) say('the escrow', `it holds ${await held(escrow)} and owes ${owed}`);

  const stakes = sum(
    await Promise.all(operators.map(operator => stakeIn(reader, deployment.nodes as Hex, operator))),
  );
  if ((await held(nodes)) !== stakes)
    say('the registry', `it holds ${await held(nodes)}, stakes are ${stakes}`);
  return broken;
}

/** Base units of the account in the escrow: free, maturing, and in channels it pays from. */
export async function insideEscrow({ escrow }: Chain, token: Hex, account: Hex): Promise<bigint> {
  const { older, newer } = await escrow.maturing(token, account);
  let inside = (await escrow.balance(token, account)) + older + newer;
  for (const { params } of await escrow.channels({ payer: account })) {
    const { deposited, claimed } = await escrow.channel(params);
    inside += deposited - claimed;
  }
  return inside;
}

/** Base units of the node's stake, with what is held or on its way out. */
export async function stakeIn({ contracts }: Chain, registry: Hex, operator: Hex): Promise<bigint> {
  const { active, unstaking } = await contracts.read({ address: registry, abi: nodesAbi }, 'stakeOf', [
    operator,
  ]);
  return active + unstaking;
}

export const sum = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((total, amount) => total + amount, 0n);
