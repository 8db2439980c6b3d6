import { KoinonError, schema, toWire } from '@koinon/protocol';
import { encodeTable, inferSchema, parseTable, TABLE_LIMITS } from '@koinon/tabular';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { KoinonNode } from '../createNode.ts';
import { publishDataset, requireDatasetName } from '../custody/publishDataset.ts';
import { studyRequestSchema } from '../studies/studyBook.ts';
import { parse } from './readRoutes.ts';

const list = z.string().transform(text => text.split(',').filter(name => name !== ''));
const flag = z.enum(['true', 'false']).transform(text => text === 'true');

const publishQuery = z.object({
  name: z.string(),
  description: z.string().max(4096).default('A table in private custody.'),
  license: z.string().max(256).default('https://koinon.invalid/licenses/by-grant-only'),
  target: z.string().max(128).optional(),
  exclude: list.optional(),
  publicShare: z.coerce.number().min(0).max(0.9).default(0.2),
  minGroupRows: z.coerce.number().int().min(2).default(10),
  amount: schema.uint(128),
  auditor: schema.address,
  maxFuel: z.coerce.number().int().positive().max(1e13).default(1e12),
  autoApprove: flag.default(false),
});

/** Largest program a requester hands to the network through this API, bytes. */
const PROGRAM_MAX_BYTES = 64 * 2 ** 20;

/** What signs, spends or changes; the guard has seen the token. */
export function addChangeRoutes(app: Hono, node: KoinonNode): void {
  const { store, chain, deployment } = node.ports;

  app.post('/api/datasets', async context => {
    const query = parse(publishQuery, context.req.query());
    requireDatasetName(query.name);
    const csv = await bodyBytes(context, TABLE_LIMITS.fileBytes);
    const { auditor, minGroupRows, amount, maxFuel, ...request } = query;
    const published = await publishDataset(node.ports, node.datasets, {
      ...request,
      csv,
      policy: {
        minGroupRows,
        amount,
        maxFuel,
        token: deployment.token,
        auditors: [auditor],
        artefactClasses: ['model', 'metrics'],
        maxArtefactBytes: 2 ** 24,
        maxTotalBytes: 2 ** 25,
        maxRunMs: node.options.maxRunMs,
      },
    });
    const { dataset, transaction, gasUsed, warnings } = published;
    const { id, name, contentRoot, metadata, mock, publicTable } = dataset;
    return context.json(
      toWire({
        id,
        name,
        contentRoot,
        metadata,
        mock,
        publicTable,
        transaction,
        gasUsed,
        warnings,
      }) as object,
    );
  });

  app.post('/api/datasets/:id/revoke', async context => {
    const id = parse(schema.uint(256), context.req.param('id'));
    const { grant } = parse(z.strictObject({ grant: schema.bytes32.optional() }), await jsonBody(context));
    const mined = grant ? await chain.datasets.revokeGrant(id, grant) : await chain.datasets.revokeAll(id);
    return context.json(toWire(mined) as object);
  });

  app.post('/api/requests/:digest/approve', async context => {
    const grant = await node.grants.approve(parse(schema.bytes32, context.req.param('digest')));
    return context.json(toWire({ grant }) as object);
  });
  app.post('/api/requests/:digest/deny', async context => {
    const { reason } = parse(z.strictObject({ reason: z.string().max(1000) }), await jsonBody(context));
    await node.grants.deny(parse(schema.bytes32, context.req.param('digest')), reason);
    return context.json({});
  });

  app.post('/api/blobs', async context => {
    const bytes = await bodyBytes(context, PROGRAM_MAX_BYTES);
    return context.json({ cid: await store.blobs.put(bytes, 'public') });
  });
  app.post('/api/tables', async context => {
    const { target } = parse(z.object({ target: z.string().max(128).optional() }), context.req.query());
    const raw = parseTable(await bodyBytes(context, TABLE_LIMITS.fileBytes));
    const table = encodeTable(raw, inferSchema(raw, target === undefined ? {} : { target }), {});
    return context.json({ cid: await store.blobs.put(table, 'public'), rows: raw.rows });
  });

  app.post('/api/studies', async context => {
    const id = node.studies.begin(parse(studyRequestSchema, await jsonBody(context)));
    return context.json({ id });
  });
  app.post('/api/studies/:id/resume', context => {
    node.studies.resume(context.req.param('id'));
    return context.json({});
  });
}

async function jsonBody(context: Context): Promise<unknown> {
  const bytes = await bodyBytes(context, 2 ** 20);
  try {
    return bytes.length === 0 ? {} : JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new KoinonError({ code: 'K_BAD_REQUEST', message: 'The body is not JSON.', fault: 'user', cause });
  }
}

/** The body, refused by its declared size before it is read and by its true size while it is. Throws `K_HTTP_TOO_LARGE`. */
export async function bodyBytes(context: Context, maxBytes: number): Promise<Uint8Array> {
  if (Number(context.req.header('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of context.req.raw.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function tooLarge(maxBytes: number): KoinonError {
  return new KoinonError({
    code: 'K_HTTP_TOO_LARGE',
    message: `The body is larger than ${maxBytes} bytes.`,
    fault: 'user',
    data: { maxBytes },
    next: 'Send less, or split the file.',
  });
}
