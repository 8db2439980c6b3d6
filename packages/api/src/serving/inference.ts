import { z } from 'zod';

/** The JSON of the Open Inference Protocol (KServe v2), as far as a client sends it. */
const parameters = z.record(z.string(), z.unknown());
const tensor = z.looseObject({
  name: z.string().max(256),
  shape: z.array(z.number().int().nonnegative()).min(1).max(8),
  datatype: z.string().max(16),
  parameters: parameters.optional(),
  /** Flat, or nested as the shape says; a missing cell is null or one of the words a table knows it by. */
  data: z.array(z.unknown()),
});
export type RequestTensor = z.output<typeof tensor>;

export const inferRequest = z.looseObject({
  id: z.string().max(256).optional(),
  parameters: parameters.optional(),
  inputs: z.array(tensor).min(1).max(4096),
  outputs: z
    .array(z.looseObject({ name: z.string().max(256), parameters: parameters.optional() }))
    .max(64)
    .optional(),
});

/** And as this server answers. */
const described = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number().int()),
});
export const serverMetadata = z.object({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
});
export const modelMetadata = z.object({
  name: z.string(),
  versions: z.array(z.string()),
  platform: z.string(),
  inputs: z.array(described),
  outputs: z.array(described),
});
export const inferAnswer = z.object({
  model_name: z.string(),
  model_version: z.string(),
  id: z.string().optional(),
  outputs: z.array(
    described.extend({
      parameters: z.record(z.string(), z.string()).optional(),
      data: z.array(z.union([z.string(), z.number()])),
    }),
  ),
});
