import { DESCRIPTION_KEY, tableDescriptionSchema } from '@koinon/protocol';
import { z } from 'zod';

/** What a node answers, as far as the command line reads it. Amounts and ids are decimal strings. */
const hex = z.string().regex(/^0x[0-9a-f]*$/i);
const failure = z.object({ code: z.string(), message: z.string(), next: z.string().optional() });
const policy = z.object({
  minGroupRows: z.number(),
  outputs: z.object({ model: z.number(), metrics: z.number(), evaluation: z.number() }),
  weightBits: z.number(),
  groups: z.array(z.string()),
  bits: z.object({
    job: z.number(),
    requesterYear: z.number(),
    year: z.number(),
    total: z.number(),
  }),
  token: hex,
  amount: z.string(),
  dryRunAmount: z.string(),
  auditors: z.array(hex),
  maxFuel: z.number(),
});

export const statusAnswer = z.looseObject({
  name: z.string(),
  operator: hex,
  roles: z.array(z.string()),
  version: z.string(),
  peerId: z.string(),
  multiaddrs: z.array(z.string()),
  deployment: z.looseObject({ chainId: z.number() }),
  block: z.object({ number: z.number(), timestampSeconds: z.number() }),
  log: z.object({ size: z.number(), anchored: z.object({ size: z.string(), block: z.number() }) }),
  pendingRequests: z.number(),
  startedAtMs: z.number(),
  sandbox: z.looseObject({ setting: z.string(), isAdequate: z.boolean(), jobsRunIn: z.string() }).optional(),
});
export const nodesAnswer = z.object({
  nodes: z.array(
    z.looseObject({
      operator: hex,
      owner: hex,
      roles: z.array(z.string()),
      stake: z.string(),
      isSelf: z.boolean(),
    }),
  ),
});

const held = z.looseObject({
  name: z.string(),
  target: z.string().optional(),
  publicTable: z.string().optional(),
  policy,
  autoApprove: z.boolean().optional(),
});
export const datasetAnswer = z.looseObject({
  id: z.string(),
  owner: hex,
  custodian: hex,
  contentRoot: hex,
  epoch: z.string(),
  held: held.optional(),
  said: held.optional(),
  metadata: z
    .looseObject({
      description: z.string().optional(),
      license: z.string().optional(),
      // A stranger wrote the record: what cannot be read is not there.
      'koinon:publicRows': z.number().optional().catch(undefined),
      [DESCRIPTION_KEY]: tableDescriptionSchema.optional().catch(undefined),
    })
    .optional(),
});
export type DatasetAnswer = z.output<typeof datasetAnswer>;
export const datasetsAnswer = z.object({ datasets: z.array(datasetAnswer) });

export const previewAnswer = z.looseObject({
  seed: hex,
  rows: z.object({ training: z.number(), heldBack: z.number(), public: z.number() }),
  columns: z.array(
    z.looseObject({
      name: z.string(),
      type: z.enum(['number', 'category']),
      missing: z.number(),
      words: z.number().optional(),
      foldedWords: z.number().optional(),
    }),
  ),
  description: tableDescriptionSchema,
  publishedBits: z.number(),
  warnings: z.array(z.looseObject({ message: z.string() })),
  singlingOut: z.looseObject({ sentences: z.array(z.string()) }),
  publicRows: z
    .looseObject({
      rows: z.number(),
      columns: z.array(z.string()),
      shown: z.array(z.array(z.string())),
      cid: z.string(),
      consent: hex,
    })
    .optional(),
});
export type PreviewAnswer = z.output<typeof previewAnswer>;

export const publishedAnswer = z.looseObject({
  id: z.string(),
  name: z.string(),
  contentRoot: hex,
  publicTable: z.string().optional(),
  publicRows: z.number(),
  heldBackRows: z.number(),
  transaction: hex,
  gasUsed: z.string(),
  warnings: z.array(z.looseObject({ message: z.string() })),
});
export type PublishedAnswer = z.output<typeof publishedAnswer>;

export const minedAnswer = z.looseObject({ transaction: hex, block: z.number(), gasUsed: z.string() });

/** A step of a study. */
export const stepSchema = z.object({
  name: z.string(),
  status: z.enum(['running', 'done', 'failed']),
  startedAtMs: z.number(),
  endedAtMs: z.number().optional(),
  result: z.unknown(),
  failure: failure.optional(),
});
export type StudyStep = z.output<typeof stepSchema>;
export const studySchema = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  createdAtMs: z.number(),
  request: z.looseObject({ kind: z.string() }),
  failure: failure.optional(),
});
export type StudyRecord = z.output<typeof studySchema>;
export const studyAnswer = z.object({ study: studySchema, steps: z.array(stepSchema) });
export const studiesAnswer = z.object({ studies: z.array(studySchema) });
export const begunAnswer = z.object({ id: z.string() });
export const jobsAnswer = z.object({
  jobs: z.array(
    z.looseObject({
      order: hex,
      requester: hex,
      state: z.string(),
      createdAtMs: z.number(),
      receipt: hex.optional(),
      private: z.boolean(),
      executor: z.string(),
    }),
  ),
});

const catalogueModel = z.object({
  name: z.string(),
  version: z.number(),
  model: z.string(),
  passport: z.string(),
  registeredAtMs: z.number(),
});
export const modelsAnswer = z.object({ models: z.array(catalogueModel) });
const measured = z.looseObject({
  outputs: z.array(z.looseObject({ name: z.string(), cid: z.string() })),
  receipt: z.looseObject({ message: z.looseObject({ provider: hex }) }),
});
export const modelAnswer = z.object({
  model: catalogueModel,
  passport: z.looseObject({
    publisher: hex,
    datasets: z.array(z.looseObject({ id: z.string(), custodian: hex, contentRoot: hex })),
    training: z.looseObject({ receipt: z.looseObject({ message: z.looseObject({ provider: hex }) }) }),
    evaluations: z.array(
      z.union([
        z.looseObject({ data: z.string(), metrics: measured }),
        z.looseObject({ heldBack: z.string(), metrics: measured }),
      ]),
    ),
    parents: z.array(z.unknown()),
  }),
  registered: z.looseObject({ publisher: hex, block: z.number(), transaction: hex }).nullable(),
});
/** A figure that could not be computed, or was not told, is null or not there. */
const figure = z.number().nullish();
export const metricsFile = z.looseObject({
  overall: z.looseObject({
    rows: figure,
    accuracy: figure,
    logLoss: figure,
    rocAuc: figure,
    expectedCalibrationError: figure,
  }),
  groups: z
    .array(
      z.looseObject({
        column: z.string(),
        value: z.string(),
        rows: figure,
        accuracy: figure,
      }),
    )
    .default([]),
});
export const cidAnswer = z.object({ cid: z.string() });
export const tableAnswer = z.object({ cid: z.string(), rows: z.number() });
export const modelMetadata = z.object({
  name: z.string(),
  versions: z.array(z.string()),
  inputs: z.array(z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) })),
});
export const inferAnswer = z.looseObject({
  model_name: z.string(),
  model_version: z.string(),
  outputs: z.array(
    z.looseObject({
      name: z.string(),
      shape: z.array(z.number()),
      parameters: z.record(z.string(), z.unknown()).optional(),
      data: z.array(z.unknown()),
    }),
  ),
});
