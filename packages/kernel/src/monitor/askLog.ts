import { asKoinonError, type Hex, type Signed, verifyStatement } from '@koinon/protocol';
import { ask } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';

/** How long a node may take for an answer about its log, milliseconds. */
const ANSWER_MS = 10_000;

/** Whatever a node does but answer: not there, too slow, an error, or something that is no answer. */
export const SILENT = 'silent';
export type Silent = typeof SILENT;

/** Questions about another node's log. Nothing here throws: a node that does not answer is silent. */
export interface LogQuestions {
  /** A head the node signed just now. */
  head(node: Hex): Promise<Signed<'LogHead'> | Silent>;
  inclusion(node: Hex, index: bigint, size: bigint): Promise<readonly Hex[] | Silent>;
  consistency(node: Hex, first: bigint, second: bigint): Promise<readonly Hex[] | Silent>;
}

export function logQuestions(
  { network, deployment }: Pick<NodePorts, 'network' | 'deployment'>,
  signal: AbortSignal,
): LogQuestions {
  const options = { timeoutMs: ANSWER_MS, signal };
  const orSilent = async <T>(question: Promise<T>): Promise<T | Silent> => {
    try {
      return await question;
    } catch (error) {
      // A mistake of ours must not look like somebody's silence.
      if (asKoinonError(error).code === 'K_UNEXPECTED') throw error;
      return SILENT;
    }
  };
  return {
    head: node =>
      orSilent(
        ask(network, node, 'log.head', {}, options).then(async ({ head }) => {
          await verifyStatement('LogHead', head, deployment, node);
          return head.message.node.toLowerCase() === node ? head : SILENT;
        }),
      ),
    inclusion: (node, index, size) =>
      orSilent(
        ask(network, node, 'log.inclusion', { index: Number(index), size: Number(size) }, options).then(
          ({ path }) => path,
        ),
      ),
    consistency: (node, first, second) =>
      orSilent(
        ask(network, node, 'log.consistency', { first: Number(first), second: Number(second) }, options).then(
          ({ path }) => path,
        ),
      ),
  };
}
