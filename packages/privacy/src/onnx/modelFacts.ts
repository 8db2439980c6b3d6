import { z } from 'zod';
import { gateReasons, Withheld, withholdUnless } from '../gate/reasons.ts';
import { rowsWith, type Vocabulary } from '../gate/vocabulary.ts';
import { word } from '../gate/word.ts';

/** What a model says about itself under "koinon.model"; counts of classes have no place in it. */
export const modelFactsSchema = z.strictObject({
  version: z.literal(1),
  target: word,
  classes: z.array(word).min(2).max(64),
  features: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ name: word, type: z.literal('number') }),
        z.strictObject({ name: word, type: z.literal('category'), categories: z.array(word).max(1001) }),
      ]),
    )
    .min(1)
    .max(1024),
  rows: z.number().int().min(0).max(2_000_000_000),
});
export type ModelFacts = z.infer<typeof modelFactsSchema>;

export interface NameRule {
  minGroupRows: number;
  vocabulary: Vocabulary | undefined;
  checksNames: boolean;
}

export function readFacts(text: string, rule: NameRule): ModelFacts {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Withheld(gateReasons.schema);
  }
  const parsed = modelFactsSchema.safeParse(json);
  withholdUnless(parsed.success, gateReasons.schema);
  const facts = parsed.data;
  withholdUnless(facts.rows >= rule.minGroupRows, gateReasons.tooFewRows);
  withholdUnless(
    isUnique(facts.classes) && isUnique(facts.features.map(({ name }) => name)),
    gateReasons.schema,
  );
  for (const feature of facts.features) {
    withholdUnless(feature.type === 'number' || isUnique(feature.categories), gateReasons.schema);
    withholdUnless(feature.name !== facts.target, gateReasons.graph);
  }
  if (rule.checksNames) requireKnown(facts, rule);
  return facts;
}

/** Every name is one of the dataset's, in the dataset's own order, so that not even an order is free to choose. */
function requireKnown(facts: ModelFacts, { vocabulary, minGroupRows }: NameRule): void {
  withholdUnless(vocabulary !== undefined, gateReasons.unknownName);
  withholdUnless(facts.rows <= vocabulary.rows, gateReasons.inconsistent);
  const target = vocabulary.columns.get(facts.target);
  withholdUnless(target !== undefined && target === vocabulary.target, gateReasons.unknownName);
  for (const label of facts.classes) {
    const rows = rowsWith(target, label);
    withholdUnless(rows > 0, gateReasons.unknownName);
    withholdUnless(rows >= minGroupRows, gateReasons.rareClass);
  }
  if (target.type === 'category') requireOrder(facts.classes, target.words);
  else
    withholdUnless(
      facts.classes.every((label, i) => i === 0 || Number(facts.classes[i - 1]) < Number(label)),
      gateReasons.unknownName,
    );
  requireOrder(
    facts.features.map(({ name }) => name),
    [...vocabulary.columns.keys()],
  );
  for (const feature of facts.features) {
    const column = vocabulary.columns.get(feature.name);
    withholdUnless(column?.type === feature.type, gateReasons.unknownName);
    if (feature.type === 'category' && column.type === 'category')
      requireOrder(feature.categories, column.words);
  }
}

function requireOrder(names: readonly string[], known: readonly string[]): void {
  const places = new Map(known.map((name, place) => [name, place]));
  let last = -1;
  for (const name of names) {
    const place = places.get(name) ?? -1;
    withholdUnless(place > last, gateReasons.unknownName);
    last = place;
  }
}

function isUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
