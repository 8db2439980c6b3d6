import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/**
 * JSON Schema of what stands on the wire for a zod schema. Numbers of up to 256 bits, which in code are bigints, are
 * decimal strings there; schemas that name themselves come under `$defs`.
 */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (!isAmount(zodSchema)) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, { type: 'string', pattern: '^(0|[1-9][0-9]{0,77})$' });
    },
  });
  return rest as JsonSchema;
}

/** The union that `uint` of the protocol is made of, which starts with a bigint. */
function isAmount(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodUnion && schema.options[0] instanceof z.ZodBigInt;
}
