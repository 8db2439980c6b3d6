import type { Trace } from '@koinon/integrity';
import type { Dossier, JobLimits, NodePorts } from '@koinon/kernel';
import { gatherInputs, Turns, traceOf } from '@koinon/kernel';
import { decodeManifest, type Hex, KoinonError } from '@koinon/protocol';
import type { ReplayBook } from './replayBook.ts';

/** Runs disputed manifests, one at a time: what a stranger brings before the court takes no more of this machine. */
export class Replays {
  readonly #ports: Pick<NodePorts, 'store' | 'network' | 'executor' | 'gate'>;
  readonly #book: ReplayBook;
  readonly #limits: Pick<JobLimits, 'maxRunMs' | 'maxMemoryBytes'>;
  readonly #turns = new Turns();

  constructor(
    ports: Pick<NodePorts, 'store' | 'network' | 'executor' | 'gate'>,
    book: ReplayBook,
    { maxRunMs, maxMemoryBytes }: Pick<JobLimits, 'maxRunMs' | 'maxMemoryBytes'>,
  ) {
    this.#ports = ports;
    this.#book = book;
    this.#limits = { maxRunMs, maxMemoryBytes };
  }

  /** This node's own execution: the one it has, or a run now. */
  async once(receipt: Hex, dossier: Dossier, peers: readonly Hex[], signal: AbortSignal): Promise<Trace> {
    return this.#turns.take('run', async () => {
      const known = this.#book.get(receipt);
      if (known) return known.trace;
      const trace = await this.#run(dossier, peers, signal);
      this.#book.keep(receipt, trace);
      return trace;
    });
  }

  /**
   * The execution after two runs that came to the same: nobody is accused on the word of a machine that errs. Throws
   * `K_REPLAY_UNSTABLE`.
   */
  async twice(receipt: Hex, dossier: Dossier, peers: readonly Hex[], signal: AbortSignal): Promise<Trace> {
    const first = await this.once(receipt, dossier, peers, signal);
    return this.#turns.take('run', async () => {
      if ((this.#book.get(receipt)?.runs ?? 0) >= 2) return first;
      const second = await this.#run(dossier, peers, signal);
      if (!isSameTrace(first, second)) {
        throw new KoinonError({
          code: 'K_REPLAY_UNSTABLE',
          message: `Two runs of the manifest of receipt ${receipt} on this machine came to different results.`,
          fault: 'platform',
          data: { receipt },
          next: 'Check this machine: memory, disk, processor. Nobody was accused.',
        });
      }
      this.#book.confirm(receipt);
      return first;
    });
  }

  async #run(dossier: Dossier, peers: readonly Hex[], signal: AbortSignal): Promise<Trace> {
    const manifest = decodeManifest(dossier.manifest);
    const parties = [dossier.receipt.message.provider, dossier.order.message.requester, ...peers];
    if (manifest.private)
      throw new KoinonError({ code: 'K_DOSSIER_WRONG', message: 'The work is private.', fault: 'peer' });
    const inputs = await gatherInputs(this.#ports, manifest, parties, undefined, signal);
    const job = { manifest, program: inputs.program, inputs: inputs.files };
    const trace = traceOf(await this.#ports.executor.run(job, { signal, ...this.#limits }));
    if (trace) return trace;
    throw new KoinonError({
      code: 'K_NO_STEPS',
      message: `The executor for "${manifest.executor}" tells no steps, so no step of its work can be disputed.`,
      fault: 'platform',
    });
  }
}

function isSameTrace(a: Trace, b: Trace): boolean {
  return (
    a.roots.join() === b.roots.join() &&
    a.end.exitCode === b.end.exitCode &&
    a.end.fuel === b.end.fuel &&
    a.end.rawOutput === b.end.rawOutput
  );
}
