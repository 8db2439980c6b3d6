import { firstDifference, outcomeAt, sealSalt, stepClaim, type Trace } from '@koinon/integrity';
import { auditVerdicts, executionCommitment, type Hex, ZERO_32 } from '@koinon/protocol';
import { type Execution, execute } from '../engine/program.ts';
import { act } from './act.ts';
import { PROGRAM } from './request.ts';
import type { SimNode, Work } from './simNode.ts';
import { EPOCH_SECONDS, type World } from './world.ts';

const TRIES = 5;
const RETRY_SECONDS = 60;

/** Audits a receipt that the lot gave this node, in its own manner, and reports. Being sent twice changes nothing. */
export function audit(
  world: World,
  auditor: SimNode,
  requester: SimNode,
  provider: SimNode,
  work: Work,
  /** The seed of the draw; `isOwed`: a contract can see that this node was drawn. */
  draw: Hex,
  isOwed: boolean,
): void {
  if (auditor.disk.reports.has(work.digest)) return;
  const manner = auditor.behaviour.audits(provider.address);
  if (manner === 'agree') return void auditor.whenUp(() => report(work.receipt.message.execution));
  if (manner === 'copy') copy(1);
  else fetchTrace(1);

  /** Waits for somebody else's report and signs the same; reports nothing when there is none. */
  function copy(attempt: number): void {
    const other = work.reports.find(({ report }) => report.message.auditor !== auditor.address);
    if (other) void auditor.whenUp(() => report(other.report.message.execution));
    else if (attempt < TRIES) world.schedule.after(RETRY_SECONDS, () => copy(attempt + 1));
    else if (isOwed) expectAbsence();
  }

  function expectAbsence(): void {
    const kind = auditor.cheater?.name ?? 'copier';
    const trial = { kind, node: auditor.address, at: world.schedule.now(), predicted: 1 };
    world.score.try(`absent:${work.digest}:${auditor.address}`, trial);
  }

  function fetchTrace(attempt: number): void {
    world.network.ask(
      auditor,
      provider,
      to => (to.behaviour.servesTrace ? work.claimed : undefined),
      claimed => {
        if (claimed) return compare(claimed);
        if (attempt < TRIES) {
          return world.schedule.after(RETRY_SECONDS, () => auditor.whenUp(() => fetchTrace(attempt + 1)));
        }
        return demandTrace();
      },
    );
  }

  /** On chain silence convicts; an answer is public, so everybody has the trace then. */
  async function demandTrace(): Promise<void> {
    // Not served is a report too: it must not look like an auditor that stayed away.
    await report(ZERO_32, auditVerdicts.unavailable);
    const made = await act(world, 'demand', provider.address, () =>
      auditor.chain.court.demand(work.receipt, work.order, 'trace', 0n),
    );
    if (!made) {
      if (world.convicted.has(provider.address)) world.score.caught(`work:${work.digest}`);
      return;
    }
    world.onDemandEnd(made.demand, outcome => {
      if (outcome === 'convicted') return world.score.caught(`work:${work.digest}`);
      void auditor.whenUp(() => compare(work.claimed));
    });
  }

  async function compare(claimed: Execution): Promise<void> {
    const mine = execute(work.job.manifest);
    const step = firstDifference(mine, claimed);
    await report(executionCommitment(mine.opening));
    if (step === undefined) return;
    world.score.caught(`work:${work.digest}`);
    await accuse(world, auditor, work, mine, step);
  }

  async function report(execution: Hex, given?: number): Promise<void> {
    if (auditor.disk.reports.has(work.digest)) return;
    const agrees = given === undefined && execution === work.receipt.message.execution;
    const index = auditor.disk.log.size();
    const message = {
      receipt: work.digest,
      auditor: auditor.address,
      execution,
      verdict: given ?? (agrees ? auditVerdicts.agrees : auditVerdicts.differs),
      draw,
      logIndex: BigInt(index),
      anchorBy: BigInt(world.schedule.now() + 2 * EPOCH_SECONDS),
    };
    const digest = world.digest('AuditReport', message);
    const salt = auditor.random.bytes32();
    auditor.disk.log.append('AuditReport', digest, salt);
    auditor.disk.shownLog.append('AuditReport', digest, salt);
    const signed = { message, signature: await auditor.signer.signDigest(digest) };
    auditor.disk.reports.set(work.digest, { report: signed, agrees, work });
    auditor.disk.unanchored.push({ index, tell: () => learn(agrees) });
    if (manner !== 'replay') expectPlants(digest);
    deliver({ digest, report: signed }, 1);
  }

  /** A record grows once the report stands in an anchored log; a difference counts when the court confirms it. */
  function learn(agrees: boolean): void {
    if (!agrees) return;
    const fact = { node: provider.address, program: PROGRAM, receipt: work.digest, auditor: auditor.address };
    world.trust.add({ ...fact, result: 'agreed' });
  }

  function deliver(sent: Work['reports'][number], attempt: number): void {
    world.network.ask(
      auditor,
      requester,
      () => {
        if (!work.reports.some(({ digest }) => digest === sent.digest)) work.reports.push(sent);
        return true as const;
      },
      got => {
        if (!got && attempt < 2 * TRIES) deliver(sent, attempt + 1);
      },
    );
  }

  /** Whoever does not look agrees with a planted fault as readily as with anything else. */
  function expectPlants(digest: Hex): void {
    if (!auditor.cheater || provider.cheater || requester.cheater) return;
    const { plants } = world.options;
    const trial = { kind: auditor.cheater.name, node: auditor.address, at: world.schedule.now() };
    // A copier copies replays too, and those are right.
    if (manner === 'agree') world.score.try(`report:${digest}`, { ...trial, predicted: plants });
  }
}

/** Takes a step to court, sealed with a salt that a restart computes again. */
export async function accuse(
  world: World,
  accuser: SimNode,
  work: Work,
  mine: Trace,
  step: number,
): Promise<void> {
  const { court } = accuser.chain;
  if ((await court.groundOf(work.digest)) !== undefined) return;
  const own = { outcome: outcomeAt(mine, step), salt: sealSalt(accuser.secret, work.digest) };
  const { receipt, order, claimed } = work;
  const claim = stepClaim(claimed.roots, step);
  const made = await act(world, 'accuse', work.receipt.message.provider, () =>
    court.accuse(receipt, order, claimed.opening, claim, court.sealOf(own.outcome, own.salt)),
  );
  if (made) accuser.disk.seals.set(made.dispute, own);
}
