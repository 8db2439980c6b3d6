import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StepStatus } from '@koinon/api';
import fc from 'fast-check';
import { SeenSteps } from './seenSteps.ts';

const statuses = fc.constantFrom<StepStatus>('running', 'done', 'failed');
const stepsOf = (states: readonly StepStatus[]) => states.map((status, i) => ({ name: `step${i}`, status }));

test('a client that went away and came back gets what changed meanwhile, and nothing twice', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(statuses, statuses), { maxLength: 40 }),
      fc.array(statuses, { maxLength: 5 }),
      (changes, begunMeanwhile) => {
        const earlier = stepsOf(changes.map(([status]) => status));
        const first = new SeenSteps(undefined, earlier);
        assert.deepEqual(
          earlier.filter(step => first.see(step)),
          earlier,
        );
        const later = stepsOf([...changes.map(([, status]) => status), ...begunMeanwhile]);
        const second = new SeenSteps(first.id, later);
        const missed = later.filter((step, i) => step.status !== earlier[i]?.status);
        assert.deepEqual(
          later.filter(step => second.see(step)),
          missed,
        );
        assert.equal(second.id, new SeenSteps(second.id, later).id);
      },
    ),
  );
});

test('an id that this node did not give, or of more steps than there are, hides nothing', () => {
  const steps = stepsOf(['done', 'running']);
  const strange = new SeenSteps('17', steps);
  assert.deepEqual(
    steps.filter(step => strange.see(step)),
    steps,
  );
  const long = new SeenSteps('ddrr', steps);
  assert.ok(long.see(steps[1]!) === true && long.see({ name: 'next', status: 'running' }));
});
