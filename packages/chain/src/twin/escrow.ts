import { type Domains, type Hex, type Signed, statementDigest, ZERO_ADDRESS } from '@koinon/protocol';
import { refusal } from '../evm/transactions/revert.ts';
import { lower } from '../lower.ts';
import type { ChainEvent } from '../port/chain.ts';
import { channelIdOf } from '../port/channelKey.ts';
import type { ChannelParams, ClaimOutcome, Escrow } from '../port/escrow.ts';
import type { ActionPlace, Ledger } from './ledger.ts';
import { type Maturing, nothing, rolled } from './maturing.ts';
import type { NodeBook } from './nodes.ts';
import type { SignatureCheck } from './signatureCheck.ts';
import type { TokenBook } from './tokens.ts';

interface State {
  params: ChannelParams;
  deposit: bigint;
  claimed: bigint;
  /** Of `claimed`, what went back to the payer. */
  returned: bigint;
  closesAt: number;
}
type Claim = { params: ChannelParams; voucher: Signed<'Voucher'> };

const COVERAGE_UNIT = 10n ** 18n;

/** The rules of Escrow.sol over plain maps; `of` answers the escrow as an account sees it. */
/** The escrow as other contracts of the twin see it. */
export interface EscrowBook {
  /** Moves up to `amount` of the payee's maturing claims to the balance of `to`; answers how much it was. */
  slash(token: Hex, payee: Hex, amount: bigint, to: Hex, timestamp: number): bigint;
  /** Pays `to` out of the balance of a contract. */
  withdrawTo(token: Hex, account: Hex, to: Hex, amount: bigint, timestamp: number, doing: string): void;
  /** Everything that ever left the channel, and what of it went back to the payer by closing. */
  left(params: ChannelParams): { claimed: bigint; returned: bigint };
  of(account: Hex): Escrow;
}

export function memoryEscrow(
  ledger: Ledger,
  tokens: TokenBook,
  nodes: NodeBook,
  {
    domains,
    challengeWindowSeconds,
    check,
  }: { domains: Domains; challengeWindowSeconds: number; check: SignatureCheck },
): EscrowBook {
  const address = lower(domains.escrow);
  const balances = new Map<string, bigint>();
  const maturing = new Map<string, Maturing>();
  const exposures = new Map<Hex, Maturing>();
  const channels = new Map<Hex, State>();
  const at = (token: Hex, account: Hex) => `${lower(token)}:${lower(account)}`;
  const windowOf = (timestamp: number) => Math.floor(timestamp / challengeWindowSeconds);
  const claimsNow = (token: Hex, account: Hex, timestamp: number) =>
    rolled(maturing.get(at(token, account)) ?? nothing, windowOf(timestamp));

  function balance(token: Hex, account: Hex, timestamp: number): bigint {
    return (balances.get(at(token, account)) ?? 0n) + claimsNow(token, account, timestamp).matured;
  }

  function mature(token: Hex, account: Hex, timestamp: number): void {
    const { now, matured } = claimsNow(token, account, timestamp);
    maturing.set(at(token, account), now);
    balances.set(at(token, account), (balances.get(at(token, account)) ?? 0n) + matured);
  }

  function debit(token: Hex, account: Hex, asked: bigint, timestamp: number, doing: string): void {
    const available = balance(token, account, timestamp);
    if (asked > available) {
      throw refusal('InsufficientBalance', { token: lower(token), account, asked, available }, doing);
    }
    mature(token, account, timestamp);
    balances.set(at(token, account), available - asked);
  }

  function stateOf(params: ChannelParams, doing: string): State {
    const id = channelIdOf(params);
    const state = channels.get(id);
    if (state === undefined) throw refusal('ChannelUnknown', { channel: id }, doing);
    return state;
  }

  function fund(account: Hex, state: State, amount: bigint, timestamp: number, doing: string): void {
    if (amount === 0n) throw refusal('ZeroAmount', {}, doing);
    const { params, closesAt } = state;
    if (closesAt !== 0) throw refusal('ChannelClosing', { channel: channelIdOf(params), closesAt }, doing);
    debit(params.token, account, amount, timestamp, doing);
    state.deposit += amount;
    channels.set(channelIdOf(params), state);
  }

  /** Which of the claims carry the signature of their channel's signer. */
  function signed(claims: readonly Claim[]): Promise<boolean[]> {
    return Promise.all(
      claims.map(async ({ params, voucher }) => {
        const message = { ...voucher.message, channel: channelIdOf(params) };
        return check(statementDigest('Voucher', message, domains), voucher.signature, params.signer);
      }),
    );
  }

  interface Credit {
    token: Hex;
    payee: Hex;
    amount: bigint;
    exposure: bigint;
  }

  const exposureNow = (payee: Hex, timestamp: number) =>
    rolled(exposures.get(payee) ?? nothing, windowOf(timestamp)).now;

  /** Throws unless the payees' free stake covers all the credits together. */
  function checkCover(credits: readonly Credit[], { timestamp }: ActionPlace, doing: string): void {
    const asked = new Map<Hex, bigint>();
    for (const { payee, exposure } of credits) {
      if (exposure === 0n) continue;
      const now = exposureNow(payee, timestamp);
      const total = (asked.get(payee) ?? now.older + now.newer) + exposure;
      asked.set(payee, total);
      const freeStake = nodes.freeStake(payee);
      if (total > freeStake) throw refusal('StakeTooSmall', { payee, exposure: total, freeStake }, doing);
    }
  }

  function credit({ token, payee, amount, exposure }: Credit, { timestamp }: ActionPlace): void {
    if (amount === 0n) return;
    mature(token, payee, timestamp);
    const claims = maturing.get(at(token, payee))!;
    maturing.set(at(token, payee), { ...claims, newer: claims.newer + amount });
    const exposed = exposureNow(payee, timestamp);
    exposures.set(payee, { ...exposed, newer: exposed.newer + exposure });
  }

  function creditOf({ params }: Claim, amount: bigint): Credit {
    const exposure = (amount * params.coverage + COVERAGE_UNIT - 1n) / COVERAGE_UNIT;
    return { token: params.token, payee: params.payee, amount, exposure };
  }

  function tellChannel(
    tell: (event: ChainEvent) => void,
    params: ChannelParams,
    what: 'opened' | 'closing' | 'closed',
    block: number,
  ): void {
    const { payer, payee } = params;
    tell({ type: 'channel', channel: channelIdOf(params), payer, payee, what, block });
  }

  return {
    slash(token, payee, amount, to, timestamp) {
      mature(token, payee, timestamp);
      const { older, newer, window } = maturing.get(at(token, payee))!;
      const taken = amount < older + newer ? amount : older + newer;
      // What is newest goes first.
      const fromNewer = taken < newer ? taken : newer;
      const left = { older: older - (taken - fromNewer), newer: newer - fromNewer, window };
      maturing.set(at(token, payee), left);
      balances.set(at(token, to), (balances.get(at(token, to)) ?? 0n) + taken);
      return taken;
    },
    withdrawTo(token, account, to, amount, timestamp, doing) {
      debit(token, account, amount, timestamp, doing);
      tokens.move(token, address, to, amount, doing);
    },
    left(params) {
      const { claimed = 0n, returned = 0n } = channels.get(channelIdOf(params)) ?? {};
      return { claimed, returned };
    },
    of: account => ({
      balance: async (token, owner) => balance(token, owner, ledger.head().timestampSeconds),
      deposit: (token, amount, options) =>
        ledger.run(account, options, ({ timestamp }) => {
          if (amount === 0n) throw refusal('ZeroAmount', {}, 'the deposit');
          tokens.move(token, account, address, amount, 'the deposit');
          mature(token, account, timestamp);
          balances.set(at(token, account), balances.get(at(token, account))! + amount);
        }),
      withdraw: (token, amount, options) =>
        ledger.run(account, options, ({ timestamp }) => {
          debit(token, account, amount, timestamp, 'the withdrawal');
          tokens.move(token, address, account, amount, 'the withdrawal');
        }),
      async openChannel({ payee, token, signer = account, number, amount, coverage = 0n }, options) {
        const doing = 'opening the channel';
        const params = {
          payer: account,
          payee: lower(payee),
          token: lower(token),
          signer: lower(signer),
          number,
          coverage,
        };
        const channel = channelIdOf(params);
        const mined = await ledger.run(account, options, ({ timestamp, block }, tell) => {
          if (params.payee === ZERO_ADDRESS || params.signer === ZERO_ADDRESS) {
            throw refusal('ZeroAddress', {}, doing);
          }
          const state = channels.get(channel) ?? {
            params,
            deposit: 0n,
            claimed: 0n,
            returned: 0n,
            closesAt: 0,
          };
          const held = state.deposit - state.claimed;
          if (held !== 0n) throw refusal('ChannelOpen', { channel, held }, doing);
          fund(account, state, amount, timestamp, doing);
          tellChannel(tell, params, 'opened', block);
        });
        return { ...mined, channel, params };
      },
      channelId: channelIdOf,
      async channel(params) {
        const state = channels.get(channelIdOf(params));
        return {
          deposited: state?.deposit ?? 0n,
          claimed: state?.claimed ?? 0n,
          closesAt: state === undefined || state.closesAt === 0 ? undefined : state.closesAt,
        };
      },
      topUp: (params, amount, options) =>
        ledger.run(account, options, ({ timestamp }) => {
          const doing = 'topping up the channel';
          fund(account, stateOf(params, doing), amount, timestamp, doing);
        }),
      async claim(params, voucher, options): Promise<ClaimOutcome> {
        const doing = 'claiming the voucher';
        const channel = channelIdOf(params);
        const [valid] = await signed([{ params, voucher }]);
        const { result, ...mined } = await ledger.run(account, options, place => {
          if (!valid) throw refusal('BadVoucherSignature', { channel, signer: params.signer }, doing);
          const { cumulativeAmount } = voucher.message;
          const state = channels.get(channel);
          const claimed = state?.claimed ?? 0n;
          if (cumulativeAmount <= claimed) {
            throw refusal('VoucherSpent', { channel, cumulativeAmount, claimed }, doing);
          }
          if (state === undefined || cumulativeAmount > state.deposit) {
            const facts = { channel, cumulativeAmount, deposit: state?.deposit ?? 0n };
            throw refusal('VoucherExceedsDeposit', facts, doing);
          }
          const added = creditOf({ params, voucher }, cumulativeAmount - claimed);
          checkCover([added], place, doing);
          state.claimed = cumulativeAmount;
          credit(added, place);
          return added.amount;
        });
        return { ...mined, claimed: result };
      },
      async claimMany(claims, options): Promise<ClaimOutcome> {
        const doing = `claiming ${claims.length} vouchers`;
        const valid = await signed(claims);
        const { result, ...mined } = await ledger.run(account, options, place => {
          const credits: Credit[] = [];
          const totals = new Map<Hex, bigint>();
          claims.forEach((claim, i) => {
            const channel = channelIdOf(claim.params);
            if (!valid[i]) {
              throw refusal('BadVoucherSignature', { channel, signer: claim.params.signer }, doing);
            }
            // A stretch of the same payee and token is credited, and held to its stake, as one.
            let run = credits.at(-1);
            if (run?.payee !== claim.params.payee || run.token !== claim.params.token) {
              run = creditOf(claim, 0n);
              credits.push(run);
            }
            const state = channels.get(channel);
            const claimed = totals.get(channel) ?? state?.claimed ?? 0n;
            const total = claim.voucher.message.cumulativeAmount;
            if (state === undefined || total <= claimed || total > state.deposit) return;
            totals.set(channel, total);
            run.amount += total - claimed;
            run.exposure += creditOf(claim, total - claimed).exposure;
          });
          checkCover(credits, place, doing);
          for (const [channel, total] of totals) channels.get(channel)!.claimed = total;
          for (const added of credits) credit(added, place);
          return credits.reduce((sum, added) => sum + added.amount, 0n);
        });
        return { ...mined, claimed: result };
      },
      requestClose: (params, options) =>
        ledger.run(account, options, ({ timestamp, block }, tell) => {
          const doing = 'asking to close the channel';
          if (params.payer !== account) {
            throw refusal('NotAuthorized', { caller: account, expected: params.payer }, doing);
          }
          const state = stateOf(params, doing);
          if (state.closesAt !== 0) {
            const facts = { channel: channelIdOf(params), closesAt: state.closesAt };
            throw refusal('ChannelClosing', facts, doing);
          }
          state.closesAt = timestamp + 2 * challengeWindowSeconds;
          tellChannel(tell, params, 'closing', block);
        }),
      close: (params, options) =>
        ledger.run(account, options, ({ timestamp, block }, tell) => {
          const doing = 'closing the channel';
          const state = stateOf(params, doing);
          const { closesAt } = state;
          if (params.payee !== account && (closesAt === 0 || timestamp < closesAt)) {
            throw refusal('ChannelNotDue', { channel: channelIdOf(params), closesAt }, doing);
          }
          const key = at(params.token, params.payer);
          balances.set(key, (balances.get(key) ?? 0n) + state.deposit - state.claimed);
          state.returned += state.deposit - state.claimed;
          state.claimed = state.deposit;
          state.closesAt = 0;
          tellChannel(tell, params, 'closed', block);
        }),
      async maturing(token, payee) {
        const { timestampSeconds } = ledger.head();
        const { older, newer } = claimsNow(token, payee, timestampSeconds).now;
        const olderMaturesAt = (windowOf(timestampSeconds) + 1) * challengeWindowSeconds;
        return { older, newer, olderMaturesAt };
      },
      async exposure(payee) {
        const { older, newer } = exposureNow(lower(payee), ledger.head().timestampSeconds);
        return older + newer;
      },
      async channels({ payer, payee }) {
        return [...channels]
          .filter(([, { params }]) => payer === undefined || params.payer === lower(payer))
          .filter(([, { params }]) => payee === undefined || params.payee === lower(payee))
          .map(([channel, { params }]) => ({ channel, params }));
      },
    }),
  };
}
