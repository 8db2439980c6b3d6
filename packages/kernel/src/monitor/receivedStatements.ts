import type { Network } from '@koinon/network';
import { type Domains, type Hex, schema, signedSchema, verifyStatement } from '@koinon/protocol';
import { z } from 'zod';
import type { LoggedStatement } from './fault.ts';

/** Answers in which another node hands out a statement it signed, whatever else they say. */
const answers = z.union([
  z.object({ receipt: signedSchema('Receipt'), leafSalt: schema.bytes32 }),
  z.object({ report: signedSchema('AuditReport'), leafSalt: schema.bytes32 }),
]);
const METHODS = new Set(['order.submit', 'job.status', 'audit.material', 'audit.request']);

/**
 * The network, with every receipt and report that a node hands out for itself shown to `received` before whoever asked
 * gets it. So no caller can forget to have a statement watched.
 */
export function noticingStatements(
  network: Network,
  domains: Domains,
  received: (statement: LoggedStatement) => void,
): Network {
  return {
    ...network,
    request: async (to, method, payload, options) => {
      const answer = await network.request(to, method, payload, options);
      const statement = METHODS.has(method) ? await statementIn(answer, to, domains) : undefined;
      if (statement) received(statement);
      return answer;
    },
  };
}

/** The statement in an answer, if the node that answered signed it. What is no such thing is the asker's business. */
async function statementIn(
  answer: unknown,
  from: Hex,
  domains: Domains,
): Promise<LoggedStatement | undefined> {
  const parsed = answers.safeParse(answer);
  if (!parsed.success) return undefined;
  const { leafSalt } = parsed.data;
  try {
    if ('receipt' in parsed.data) {
      const signed = parsed.data.receipt;
      await verifyStatement('Receipt', signed, domains, from);
      return signed.message.provider === from.toLowerCase()
        ? { type: 'Receipt', signed, leafSalt }
        : undefined;
    }
    const signed = parsed.data.report;
    await verifyStatement('AuditReport', signed, domains, from);
    return signed.message.auditor === from.toLowerCase()
      ? { type: 'AuditReport', signed, leafSalt }
      : undefined;
  } catch {
    return undefined;
  }
}
