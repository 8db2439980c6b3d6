import type { DisputeDetail, DisputeSummary, IntegrityView } from '@koinon/protocol';

/** Times, addresses and digests of an invented network, one dispute of which went all the way. */
const at = (offset: number): number => Math.floor(Date.now() / 1000) - 600 + offset;
const address = (n: number): `0x${string}` => `0x${n.toString(16).padStart(40, 'ab')}`;
const digest = (n: number): `0x${string}` => `0x${n.toString(16).padStart(64, 'c0')}`;
const koin = (amount: number): string => `${BigInt(amount * 1000) * 10n ** 15n}`;

export const accused = address(1);
const accuser = address(2);
const juror = address(3);
const owner = address(4);
const ZERO_32 = `0x${'00'.repeat(32)}` as const;

export const convicted: DisputeSummary = {
  id: digest(17),
  kind: 'jury',
  accused,
  accuser,
  statement: digest(5),
  outcome: 'convicted',
  ground: 'jury',
  slashed: koin(10_000),
  openedAtSeconds: at(0),
  settledAtSeconds: at(80),
  stage: 'settled',
};
export const open: DisputeSummary = {
  id: digest(18),
  kind: 'demand',
  accused: juror,
  accuser,
  statement: digest(6),
  outcome: 'open',
  slashed: '0',
  openedAtSeconds: at(300),
  stage: 'answer',
  until: at(4000),
};

const risk: IntegrityView['providers'][number]['risk'] = {
  program: digest(9),
  agreements: 12,
  recordRatePpm: 83_334,
  bondRatePpm: 20_000,
  auditRatePpm: 83_334,
  detectionPpm: 1_000_000,
  adversarialSharePpm: 333_333,
  auditors: 1,
  collusionPpm: 333_333,
  undetectedPpm: 944_444,
  lossOnDetection: koin(9_990),
  gain: koin(0.011),
  gainInFlight: koin(0.02),
};

export const integrity: IntegrityView = {
  atSeconds: at(400),
  block: 4711,
  beacon: 'block',
  challengeWindowSeconds: 280,
  audits: {
    receipts: 40,
    drawn: 12,
    done: 11,
    agrees: 9,
    differs: 1,
    unavailable: 1,
    latest: [
      {
        receipt: digest(5),
        provider: accused,
        auditor: accuser,
        by: 'lot',
        state: 'differs',
        drawnAtSeconds: at(-20),
        reportedAtSeconds: at(-10),
      },
      {
        receipt: digest(7),
        provider: owner,
        auditor: juror,
        by: 'owner',
        state: 'agrees',
        drawnAtSeconds: at(-90),
        reportedAtSeconds: at(-80),
      },
      {
        receipt: digest(8),
        provider: juror,
        auditor: accuser,
        by: 'lot',
        state: 'due',
        drawnAtSeconds: at(390),
      },
    ],
  },
  disputes: { open: 1, convicted: 1, acquitted: 0, undecided: 0 },
  convictions: [
    {
      accused,
      statement: digest(5),
      dispute: convicted.id,
      ground: 'jury',
      accuser,
      slashed: koin(10_000),
      block: 4690,
      transaction: digest(40),
      timeSeconds: at(80),
    },
  ],
  slashed: koin(10_000),
  providers: [
    {
      operator: owner,
      roles: ['custody'],
      stake: koin(10_000),
      freeStake: koin(9_990),
      exposure: koin(120),
      convictions: 0,
      risk,
    },
    {
      operator: accused,
      roles: ['provide', 'audit'],
      stake: '0',
      freeStake: '0',
      exposure: '0',
      convictions: 1,
      risk: {
        ...risk,
        agreements: 0,
        recordRatePpm: 1_000_000,
        bondRatePpm: 1_000_000,
        auditRatePpm: 1_000_000,
        undetectedPpm: 333_333,
        lossOnDetection: '0',
        gainInFlight: '0',
      },
    },
  ],
  logs: [
    {
      operator: owner,
      state: 'ok',
      size: '14',
      anchoredSize: '14',
      anchoredAtBlock: 4700,
      checkedAtSeconds: at(395),
    },
    {
      operator: accused,
      state: 'forked',
      size: '9',
      anchoredSize: '8',
      anchoredAtBlock: 4680,
      checkedAtSeconds: at(395),
      trouble: 'It showed two different trees of 9 entries.',
    },
    { operator: juror, state: 'unseen', size: '0', anchoredSize: '0', anchoredAtBlock: 0 },
  ],
};

/** The dispute with its timeline; `work` is what a browser replays. */
export function disputeOf(claimed: `0x${string}`, work?: DisputeDetail['work'], step = '0'): DisputeDetail {
  const fact = (
    what: DisputeDetail['timeline'][number]['what'],
    offset: number,
    details: Record<string, string> = {},
    who?: `0x${string}`,
  ) => ({
    what,
    id: convicted.id,
    details,
    timeSeconds: at(offset),
    block: 4600 + offset,
    transaction: digest(100 + offset),
    ...(who ? { who } : {}),
  });
  return {
    ...convicted,
    timeline: [
      fact('accused', 0, { step }, accuser),
      fact('jury-called', 1, { round: '0', seats: '7' }),
      fact('vote-sealed', 6, { round: '0' }, juror),
      fact('vote-opened', 25, { round: '0', seats: '5' }, juror),
      fact('seal-opened', 30, {}, accuser),
      fact('resolved', 60, { outcome: 'convicted', majority: digest(60) }),
      fact('convicted', 60, { ground: 'jury', slashed: koin(10_000) }, accused),
      fact('vote-settled', 70, { reward: koin(1), penalty: '0' }, juror),
      fact('refunded', 80, { amount: koin(0.011) }, owner),
    ],
    jury: {
      step,
      claimed,
      opened: digest(60),
      majority: digest(60),
      stakeBlock: 4599,
      rounds: [
        {
          round: 0,
          beaconRound: '4602',
          commitUntil: at(20),
          revealUntil: at(40),
          appealUntil: at(60),
          seats: 7,
          revealedSeats: 5,
          leading: digest(60),
          leadingSeats: 5,
        },
        {
          round: 1,
          beaconRound: '4609',
          commitUntil: at(70),
          revealUntil: at(75),
          appealUntil: at(78),
          seats: 15,
          revealedSeats: 0,
          leading: ZERO_32,
          leadingSeats: 0,
        },
      ],
    },
    ...(work ? { work } : {}),
  };
}
