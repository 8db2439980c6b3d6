import { decodeNode, jobEvidenceSchema, KoinonError } from '@koinon/protocol';
import { nodeSources } from '@koinon/sdk';
import {
  type Check,
  readBundle,
  type Sources,
  summarize,
  verifyBundle,
  verifyJob,
  verifyPassport,
  verifyStep,
} from '@koinon/verify';
import type { Surroundings } from '../commands/surroundings.ts';
import { byteCount } from '../terminal/amounts.ts';
import { exitCodes } from '../terminal/printError.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress } from '../terminal/progress.ts';
import { styleFor } from '../terminal/style.ts';
import { usageError } from '../terminal/usageError.ts';
import { openChainSources } from './chainSources.ts';
import { exportEvidence } from './exportEvidence.ts';
import { findSubject } from './findSubject.ts';
import { localSources } from './localSources.ts';
import { checkPrinter } from './printChecks.ts';
import { type Reach, reachNodes, readDeployment } from './reach.ts';
import type { Subject } from './subject.ts';

export interface VerifyOptions {
  replay?: boolean;
  offline?: boolean;
  rpc?: string;
  network?: string;
  export?: string;
  details?: boolean;
  /** A step of one job, to be replayed alone. */
  step?: string;
}

/** What of the surroundings a verification needs. */
export type VerifySurroundings = Pick<
  Surroundings,
  'home' | 'node' | 'as' | 'json' | 'environment' | 'stdout' | 'stderr'
>;

/**
 * Checks a model, a passport, a receipt or a file and prints what was found; the exit code. Throws `K_USAGE` and what
 * finding the evidence throws; whatever is wrong with the evidence is a failed check.
 */
export async function verify(
  surroundings: VerifySurroundings,
  what: string,
  options: VerifyOptions = {},
  local: typeof localSources = localSources,
): Promise<number> {
  if (options.offline && options.rpc) {
    throw usageError('--offline and --rpc contradict each other.', 'Leave one of them out.');
  }
  const step = options.step === undefined ? undefined : parseStep(options.step);
  const progress = createProgress(surroundings);
  let reached: Reach | undefined;
  const reach = () => {
    reached ??= reachNodes(surroundings);
    return reached;
  };
  const subject = await findSubject(what, reach);
  if (subject.kind === 'bundle' && options.export) {
    throw usageError(`${subject.title} is such a file already.`, 'Copy it.');
  }
  const own = local({
    replay: options.replay !== false,
    onReplay: executor => progress.doing(`running the ${executor} job again`),
  });
  const { sources, close, word } = await sourcesFor(surroundings, subject, options, reach, own);
  const printer = checkPrinter(surroundings, { details: options.details === true });
  const style = styleFor(surroundings.stdout, surroundings.environment);
  if (!surroundings.json) {
    surroundings.stdout.write(`Checking ${style.bold(subject.title)}. ${style.dim(word)}\n`);
  }
  const checks: Check[] = [];
  try {
    for await (const check of checksOf(subject, sources, step)) {
      progress.stop();
      checks.push(check);
      if (!surroundings.json) printer.print(check);
    }
  } finally {
    progress.stop();
    await close();
  }
  const written =
    options.export && subject.kind !== 'bundle'
      ? await exportEvidence(subject, sources, options.export, step)
      : undefined;
  const summary = summarize(checks);
  if (surroundings.json) {
    const { kind, title } = subject;
    printResult(
      surroundings,
      { kind, title, checks, summary, ...(written ? { export: written } : {}) },
      () => '',
    );
  } else {
    printer.finish(checks);
    if (written) {
      surroundings.stdout.write(
        `  ${written.path}: ${written.blobs} blobs, ${byteCount(written.size)}. Anyone can check it with "koinon verify ${written.path}", without a network.\n`,
      );
    }
  }
  return summary.state === 'ok' ? 0 : exitCodes.checkFailed;
}

function checksOf(subject: Subject, sources: Sources, step: number | undefined): AsyncIterable<Check> {
  if (step !== undefined) return stepChecksOf(subject, sources, step);
  if (subject.kind === 'bundle') return verifyBundle(subject.bytes, sources);
  if (subject.kind === 'job') return verifyJob(subject.evidence, subject.domains, 'job', sources);
  return verifyPassport(subject.bytes, subject.cid, sources);
}

/** A step is one of a job: of a receipt, or of a file about one. Throws `K_USAGE`, and `K_BAD_BUNDLE` for a file that is none. */
function stepChecksOf(subject: Subject, sources: Sources, step: number): AsyncIterable<Check> {
  if (subject.kind === 'job') return verifyStep(subject.evidence, subject.domains, step, sources);
  if (subject.kind === 'bundle') {
    const { root, blobs, domains } = readBundle(subject.bytes);
    const content = blobs.get(root);
    const evidence = content && jobEvidenceSchema.safeParse(decodeNode(content));
    if (evidence?.success && domains) {
      return verifyStep(evidence.data, domains, step, { ...sources, blob: async cid => blobs.get(cid) });
    }
  }
  throw usageError(
    `${subject.title} is made of several jobs, and --step is about one.`,
    'Give the digest of its receipt; "koinon jobs show" prints it.',
  );
}

function parseStep(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`--step cannot be "${text}".`, 'Give a whole number; 0 is the first step.');
}

interface Asked {
  sources: Sources;
  close(): Promise<void>;
  /** Whose word is taken for what, for the person who reads the result. */
  word: string;
}

/** Whom to ask: for a file nobody but this machine, unless a node or an endpoint was named. */
async function sourcesFor(
  surroundings: VerifySurroundings,
  subject: Subject,
  options: VerifyOptions,
  reach: () => Reach,
  own: Partial<Sources>,
): Promise<Asked> {
  const close = async () => undefined;
  const isAlone = subject.kind === 'bundle' && surroundings.node === undefined && options.rpc === undefined;
  if (isAlone) {
    const sources = { blob: async () => undefined, ...own };
    return { sources, close, word: 'From the file alone; nobody is asked.' };
  }
  const base: Sources = {
    blob: cid => reach().blob(cid),
    trace: receipt => nodeSources(reach().client).trace(receipt),
    ...own,
  };
  if (options.offline) return { sources: base, close, word: 'The chain is not asked.' };
  const domains = options.network ? await readDeployment(options.network) : await reach().deployment();
  const rpcUrl = options.rpc ?? reach().rpcUrl;
  if (rpcUrl !== undefined) {
    try {
      const chain = await openChainSources(rpcUrl, domains);
      const word = `Asking chain ${domains.chainId} at ${new URL(rpcUrl).host}.`;
      return { sources: { ...base, domains, ...chain.sources }, close: chain.close, word };
    } catch (error) {
      if (options.rpc !== undefined || !(error instanceof KoinonError)) throw error;
    }
  }
  const { client } = reach();
  return {
    sources: { ...nodeSources(client), ...base, domains },
    close,
    word: `What stands on chain is the word of ${new URL(client.url).host}; --rpc URL asks the chain itself.`,
  };
}
