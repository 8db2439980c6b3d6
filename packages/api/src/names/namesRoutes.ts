import { z } from 'zod';
import { json, routes } from '../route.ts';
import { address, mined } from '../wire.ts';

const RULE = 'a name has up to 32 characters: a to z, 0 to 9, and single hyphens inside';

/** A name as the contract allows it: a to z, 0 to 9, and single hyphens inside; up to 32 characters. */
export const nodeNameSchema = z
  .string()
  .max(32, RULE)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, RULE);
const nameOrNone = z.union([nodeNameSchema, z.literal('')], RULE);

/** What the owner of a node calls it. Two owners may call theirs the same: show the short address beside it. */
export const namedNodeSchema = z.object({ node: address, owner: address, name: nodeNameSchema });
export type NamedNode = z.output<typeof namedNodeSchema>;

export const namesRoutes = routes('names', {
  list: {
    method: 'get',
    path: '/api/names',
    summary: 'What the owners of nodes call them',
    answer: json(z.object({ names: z.array(namedNodeSchema) })),
    needsToken: false,
  },
  set: {
    method: 'post',
    path: '/api/names',
    summary: 'Names this node, or another of the same owner; an empty name takes it away',
    body: json(z.strictObject({ name: nameOrNone, node: address.optional() })),
    answer: json(mined),
    needsToken: true,
  },
});
