import type { DemandView } from '@koinon/chain';
import { refusalOf } from '@koinon/chain';
import { nextDemandAction, stepClaim } from '@koinon/integrity';
import { numberAnchors, type OwnReceipt, placeOf } from '@koinon/kernel';
import { ascending, encodeNode, fromHex, type Hex, type LogHead, toHex } from '@koinon/protocol';
import type { CourtTools, LookAgain } from './courtPorts.ts';
import { collect } from './workDispute.ts';

/** Answers a demand about what this node signed, or closes one it made itself once its time is over. */
export async function workDemand(tools: CourtTools, demand: Hex): Promise<LookAgain> {
  const { ports } = tools;
  const { court } = ports.chain;
  const view = await court.demandOf(demand);
  if (!view) return undefined;
  const me = ports.signer.address;
  const nowSeconds = await tools.chainSeconds();
  const answer = view.node === me && view.outcome === 'open' ? await answerTo(tools, view) : undefined;
  const action = nextDemandAction(view, { me, nowSeconds, canAnswer: answer !== undefined });
  if (action.do === 'wait') return action.until;
  if (action.do !== 'answerDemand' && action.do !== 'closeDemand') return collect(tools);
  try {
    if (action.do === 'answerDemand') {
      const { transaction } = await answer!();
      ports.journal.note('demand-answered', { demand, what: view.what, transaction });
      await ports.checkpoint('demand-answered');
    } else {
      const receipt =
        tools.evidence.openings.get(view.statement)?.signed ??
        tools.evidence.dossierOf(view.statement)?.receipt;
      const { transaction } = await court.closeDemand(demand, receipt?.message, { key: `close:${demand}` });
      ports.journal.note('demand-closed', { demand, what: view.what, transaction });
    }
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
  }
  return nowSeconds + 1;
}

/** How this node answers, or undefined where it has nothing to show. */
async function answerTo(
  tools: CourtTools,
  view: DemandView,
): Promise<(() => Promise<{ transaction: Hex }>) | undefined> {
  const { ports, evidence } = tools;
  const { court } = ports.chain;
  const { demand, what, statement, index } = view;
  const options = { key: `answer:${demand}` };
  if (what === 'consistency') {
    const found = await consistencyOf(tools, view);
    return found && (() => court.answerConsistency(demand, found.head, found.path, options));
  }
  if (what === 'report') {
    const entry = ports.store.log.byKey(`audit:${statement}`);
    const receipt = tools.evidence.dossierOf(statement)?.receipt.message;
    if (entry?.type !== 'AuditReport' || !receipt) return undefined;
    const report = { message: entry.message, signature: entry.signature };
    return () => court.answerReport(demand, receipt, report, options);
  }
  const own = evidence.own.get(statement);
  if (!own) return undefined;
  const { opening, leafSalt } = own.dossier;
  const receipt = own.dossier.receipt.message;
  switch (what) {
    case 'inclusion': {
      const place = await placeOf(ports, Number(receipt.logIndex), leafSalt);
      return place && (() => court.answerInclusion(demand, receipt, place, options));
    }
    case 'opening':
      return () => court.answerOpening(demand, receipt, opening, options);
    case 'trace': {
      const { roots } = (await evidence.rootsOf(statement)) ?? { roots: [] };
      if (roots.length === 0) return undefined;
      const { root, path, count } = stepClaim(roots, Math.min(Number(index), roots.length - 1));
      return () => court.answerTrace(demand, receipt, { opening, count, root, path }, options);
    }
    case 'preimage': {
      const bytes = await preimageOf(tools, own, index);
      return bytes && (() => court.answerPreimage(demand, receipt, bytes, options));
    }
  }
}

/** The bytes whose digest stands in the receipt: manifest, list of outputs, verdict. */
async function preimageOf(
  { ports }: CourtTools,
  { dossier, released }: OwnReceipt,
  index: bigint,
): Promise<Uint8Array | undefined> {
  if (index === 0n) return dossier.manifest;
  if (index === 1n) {
    const files = released.map(({ name, size, sha256 }) => ({
      name,
      size,
      sha256: fromHex(sha256),
    }));
    return encodeNode(files.sort((a, b) => ascending(a.name, b.name)));
  }
  return dossier.verdict === undefined ? undefined : ports.store.blobs.get(dossier.verdict);
}

/** The head this node signed, and the way from it to the anchor that is asked about, or from that to it. */
async function consistencyOf(
  { ports, heads }: CourtTools,
  { statement, index }: DemandView,
): Promise<{ head: LogHead; path: Hex[] } | undefined> {
  const { store, chain, signer } = ports;
  const head = heads.get(statement);
  const anchor = numberAnchors(await chain.nodes.anchors(signer.address)).find(
    each => BigInt(each.index) === index,
  );
  if (!head || !anchor) return undefined;
  const [older, newer] = [head.size, anchor.size].sort(ascending) as [bigint, bigint];
  return { head, path: store.log.consistency(Number(older), Number(newer)).map(toHex) };
}
