// Written by scripts/reference.ts from the examples in the doc comments. Do not edit.
import { connect } from '../../connect.ts';
import type { ExampleNeeds } from '../exampleNeeds.ts';

export const examples = (needs: ExampleNeeds) => {
  const { koinon, url, token, csv, auditor, request, bits, unwanted, dataset, program, table, study } = needs;
  return {
    connect: async (): Promise<void> => {
      const koinon = connect({ url, token });
      console.log(`${(await koinon.models()).length} models are served at ${koinon.client.url}`);
    },
    publish: async (): Promise<void> => {
      const { id, heldBackRows } = await koinon.publish(csv, {
        name: 'cohort',
        target: 'heart_disease',
        auditor,
        amount: 10n ** 17n,
        publicShare: 0.2,
        consent: ({ publicRows }) => publicRows !== undefined && publicRows.rows < 100,
      });
      console.log(`dataset ${id} has ${heldBackRows} rows to test models on`);
    },
    requests: async (): Promise<void> => {
      for await (const { digest, request, bound } of koinon.requests({ status: 'pending' }))
        console.log(digest, request.message.purpose, `at most ${bound?.bits} bits a use`);
    },
    approve: async (): Promise<void> => {
      const { message } = await koinon.approve(request, { bits });
      console.log(`may be used ${message.uses} times, ${message.bits} bits each`);
    },
    deny: async (): Promise<void> => {
      await koinon.deny(unwanted, 'Not for this purpose.');
    },
    quote: async (): Promise<void> => {
      const { totalAmount, risk } = await koinon.quote({ program, assurance: { kind: 'replay' } });
      console.log(`at most ${totalAmount}; unfound ${risk.undetectedPpm / 10_000} %`);
    },
    train: async (): Promise<void> => {
      const { id } = await koinon.train({
        dataset,
        name: 'heart-risk',
        purpose: 'Estimate the risk of single patients, for doctors.',
      });
      console.log(`study ${id} waits for the owner of the data`);
    },
    run: async (): Promise<void> => {
      const { id } = await koinon.run({
        program,
        inputs: [{ name: 'table.safetensors', source: { cid: table } }],
        params: { target: 'heart_disease' },
        outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: 65_536 }],
      });
      const { outputs } = await koinon.result(id);
      console.log(outputs.map(({ name, size }) => `${name}: ${size} bytes`));
    },
    follow: async (): Promise<void> => {
      for await (const step of koinon.follow(study)) {
        if (step.kind === 'receipt' && step.result)
          console.log(`${step.job} ran at ${step.result.receipt.message.provider}`);
      }
    },
    result: async (): Promise<void> => {
      const { model } = await koinon.result(study);
      console.log(`${model?.name}, version ${model?.version}, is served`);
    },
    models: async (): Promise<void> => {
      for (const { name, version } of await koinon.models()) console.log(`${name}@${version}`);
    },
    predict: async (): Promise<void> => {
      const [prediction] = await koinon.predict('heart', [{ age: 61, sex: 'female' }]);
      console.log(prediction?.label, prediction?.probabilities);
    },
    verify: async (): Promise<void> => {
      const { state, checks } = await koinon.verify({ model: 'heart' });
      console.log(state, checks.filter(({ state }) => state === 'failed').map(({ title }) => title));
    },
  };
};
