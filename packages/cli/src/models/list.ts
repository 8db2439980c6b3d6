import { servingRoutes } from '@koinon/api';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { age } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { table } from '../terminal/table.ts';

export async function listModels(surroundings: Surroundings): Promise<void> {
  const { client } = chooseNode(surroundings, 'researcher');
  const answer = await client.call(servingRoutes.models);
  const nowMs = Date.now();
  printResult(surroundings, answer, style =>
    answer.models.length === 0
      ? 'No model yet. Train one: koinon train DATASET --purpose "…"'
      : table(
          ['NAME', 'VERSION', 'AGE', 'MODEL'],
          answer.models.map(model => [
            model.name,
            String(model.version),
            age(nowMs - model.registeredAtMs),
            model.model,
          ]),
          style,
        ),
  );
}
