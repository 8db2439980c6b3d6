import {
  decodeManifest,
  decodeNode,
  digestOfCid,
  isNodeCid,
  KoinonError,
  passportSchema,
  rolesOf,
  schema,
  toHex,
  toWire,
} from '@koinon/protocol';
import type { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import type { KoinonNode } from '../createNode.ts';
import { ask } from '../peers/ask.ts';
import { unknownStudy } from '../studies/studyService.ts';
import { notFound } from './errors.ts';
import { requireToken } from './loopbackGuard.ts';

/** What the page and the command line read. Amounts go out as decimal strings. */
export function addReadRoutes(
  app: Hono,
  node: KoinonNode,
  about: { name: string; token: string; startedAtMs: number },
): void {
  const { chain, network, store, signer, deployment } = node.ports;

  app.get('/api/status', async context => {
    const size = store.log.size;
    return context.json(
      toWire({
        name: about.name,
        operator: signer.address,
        roles: rolesOf(node.options.roles),
        version: node.options.version,
        peerId: network.peerId,
        multiaddrs: network.multiaddrs(),
        deployment,
        block: await chain.block('latest'),
        log: { size, root: toHex(store.log.root(size)), anchored: await chain.nodes.head(signer.address) },
        pendingRequests: node.grants.list().filter(request => request.status === 'pending').length,
        startedAtMs: about.startedAtMs,
      }) as object,
    );
  });

  app.get('/api/nodes', async context => {
    const records = await chain.nodes.list();
    const nodes = await Promise.all(
      records.map(async record => ({
        ...record,
        roles: rolesOf(record.roles),
        log: await chain.nodes.head(record.operator),
        isSelf: record.operator === signer.address,
      })),
    );
    return context.json(toWire({ nodes }) as object);
  });

  const held = (id: bigint) => {
    const dataset = node.datasets.get(id);
    if (!dataset) return {};
    const { name, target, policy, mock, metadata, publicTable, autoApprove } = dataset;
    return { held: { name, target, policy, mock, metadata, publicTable, autoApprove } };
  };
  app.get('/api/datasets', async context => {
    const records = await chain.datasets.list();
    return context.json(
      toWire({ datasets: records.map(record => ({ ...record, ...held(record.id) })) }) as object,
    );
  });
  app.get('/api/datasets/:id', async context => {
    const id = parse(schema.uint(256), context.req.param('id'));
    const record = await chain.datasets.get(id);
    if (!record) throw notFound(`dataset ${id}`);
    const said = await ask(network, record.custodian, 'dataset.get', { id }, { timeoutMs: 5_000 }).catch(
      () => undefined,
    );
    const bytes = said && (await blobOf(said.metadata, record.custodian));
    return context.json(
      toWire({ ...record, ...held(id), said, metadata: bytes && decodeNode(bytes) }) as object,
    );
  });
  app.get('/api/datasets/:id/mock', async context => {
    const id = parse(schema.uint(256), context.req.param('id'));
    const record = await chain.datasets.get(id);
    if (!record) throw notFound(`dataset ${id}`);
    const said = await ask(network, record.custodian, 'dataset.get', { id });
    return new Response((await blobOf(said.mock, record.custodian)) as BodyInit, {
      headers: { 'content-type': 'text/csv; charset=utf-8' },
    });
  });

  app.get('/api/requests', context => {
    requireToken(context.req.header('authorization'), about.token);
    const requests = node.grants.list().map(({ manifest, ...request }) => ({
      ...request,
      manifest: decodeManifest(manifest),
    }));
    return context.json(jsonable({ requests }));
  });

  app.get('/api/studies', context => context.json(toWire({ studies: node.studies.list() }) as object));
  app.get('/api/studies/:id', context => {
    const id = context.req.param('id');
    const study = node.studies.get(id);
    if (!study) throw unknownStudy(id);
    return context.json(toWire({ study, steps: node.workflows.list(id) }) as object);
  });
  app.get('/api/studies/:id/events', context => {
    const id = context.req.param('id');
    if (!node.studies.get(id)) throw unknownStudy(id);
    return streamSSE(context, async stream => {
      const send = (event: string, value: unknown) =>
        stream.writeSSE({ event, data: JSON.stringify(toWire(value)) });
      const stop = node.workflows.watch(step => {
        if (step.workflow === id) void send('step', step);
      });
      stream.onAbort(stop);
      for (const step of node.workflows.list(id)) await send('step', step);
      const study = await node.studies.settled(id);
      stop();
      await send('study', study);
    });
  });

  app.get('/api/jobs', context => {
    const jobs = node.jobs.list().map(job => {
      const manifest = decodeManifest(job.manifest);
      return {
        order: job.orderDigest,
        requester: job.order.message.requester,
        state: job.state,
        createdAtMs: job.createdAtMs,
        receipt: job.receiptDigest,
        failure: job.failure,
        private: manifest.private,
        executor: manifest.executor,
      };
    });
    return context.json(toWire({ jobs }) as object);
  });
  app.get('/api/audits', context => context.json(toWire({ audits: node.audits.list() }) as object));

  app.get('/api/models', context => context.json({ models: node.catalogue.list() }));
  app.get('/api/models/:name', async context => {
    const name = context.req.param('name');
    const version = context.req.query('version');
    const entry =
      version === undefined
        ? node.catalogue.latest(name)
        : node.catalogue.get(name, parse(z.coerce.number().int().positive(), version));
    const bytes = entry && (await store.blobs.get(entry.passport));
    if (!entry || !bytes) throw modelUnknown(name);
    const passport = passportSchema.parse(decodeNode(bytes));
    const registered = await chain.models.get(digestOfCid(entry.model));
    return context.json(toWire({ model: entry, passport, registered: registered ?? null }) as object);
  });

  app.get('/api/blobs/:cid', async context => {
    const cid = parse(schema.cid, context.req.param('cid'));
    const bytes = store.blobs.visibility(cid) === 'public' ? await store.blobs.get(cid) : undefined;
    if (!bytes) throw notFound(`public blob ${cid}`);
    return new Response(bytes as BodyInit, {
      headers: {
        'content-type': isNodeCid(cid) ? 'application/vnd.ipld.dag-cbor' : 'application/octet-stream',
        'content-disposition': `attachment; filename="${cid}"`,
        'cache-control': 'public, max-age=31536000, immutable',
      },
    });
  });
  app.get('/api/anchors/:operator', async context => {
    const operator = parse(schema.address, context.req.param('operator'));
    const size = parse(schema.uint(64), context.req.query('size') ?? '1');
    const anchor = await chain.nodes.anchorTransaction(operator, size);
    return context.json(toWire({ anchor: anchor ?? null }) as object);
  });
  app.get('/api/transactions/:hash', async context => {
    const mined = await chain.mined(parse(schema.bytes32, context.req.param('hash')));
    if (!mined) throw notFound('such transaction');
    return context.json(toWire(mined) as object);
  });

  async function blobOf(cid: string, custodian: `0x${string}`): Promise<Uint8Array> {
    const own = await store.blobs.get(cid);
    return own ?? network.fetchBlob(custodian, cid, { maxBytes: 2 ** 24 });
  }
}

/** Parses a part of a request. Throws `K_BAD_REQUEST`. */
export function parse<S extends z.ZodType>(valueSchema: S, value: unknown): z.output<S> {
  const parsed = valueSchema.safeParse(value);
  if (parsed.success) return parsed.data as z.output<S>;
  throw new KoinonError({
    code: 'K_BAD_REQUEST',
    message: `The request is malformed: ${z.prettifyError(parsed.error)}.`,
    fault: 'user',
  });
}

export function modelUnknown(name: string): KoinonError {
  return new KoinonError({
    code: 'K_MODEL_UNKNOWN',
    message: `No model "${name.slice(0, 80)}" is served here.`,
    fault: 'user',
    next: '"koinon models ls" lists them.',
  });
}

function jsonable(value: unknown): object {
  return JSON.parse(
    JSON.stringify(toWire(value), (_, member) => (member instanceof Uint8Array ? toHex(member) : member)),
  );
}
