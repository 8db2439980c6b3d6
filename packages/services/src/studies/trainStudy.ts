import { stepResults, type TrainRequest } from '@koinon/api';
import { nowSeconds } from '@koinon/kernel';
import { modelNumbers } from '@koinon/privacy';
import {
  decodeNode,
  digestOfCid,
  type JobEvidence,
  KoinonError,
  type Passport,
  passportSchema,
  toWire,
  verdictSchema,
} from '@koinon/protocol';
import type { z } from 'zod';
import { askAtCustodian } from './askAtCustodian.ts';
import { lookUpDataset } from './lookUpDataset.ts';
import { planTraining } from './planTraining.ts';
import { requireAllowed } from './requireAllowed.ts';
import type { StudyServices } from './services.ts';
import { testInPublic } from './testInPublic.ts';

/**
 * The main job: train on data nobody sees, test the model (on public rows at a stranger's node, or on rows held back at the
 * custodian's), register it with its passport, and serve it. Durable step by step.
 */
export async function trainStudy(
  services: StudyServices,
  study: string,
  request: TrainRequest,
  signal: AbortSignal,
): Promise<void> {
  const { ports, workflows, serving } = services;
  const { store, clock, chain } = ports;
  const step = <S extends z.ZodType>(
    name: string,
    resultSchema: S,
    run: () => Promise<z.input<S> | z.output<S>>,
  ) => workflows.step(study, name, resultSchema, run, signal);

  const dataset = await step('dataset', stepResults.dataset, () =>
    lookUpDataset(ports, request.dataset, signal),
  );
  const plan = planTraining(services, request, dataset);
  // Both are held against the policy before either is asked about.
  for (const manifest of [plan.train, ...(plan.measure ? [plan.measure] : [])])
    requireAllowed(dataset, manifest);

  const ask = { study, dataset, purpose: request.purpose };
  const train = await askAtCustodian(services, { ...ask, job: 'train', make: () => plan.train }, signal);
  // Both questions are put at once, so that the owner can answer them in one sitting.
  const measure = plan.measure
    ? await askAtCustodian(services, { ...ask, job: 'measure', make: () => plan.measure! }, signal)
    : undefined;
  // Nobody pays for a model that then may not be tested.
  await train.granted();
  await measure?.granted();
  const trained = await train.run();

  const { model } = await step('model', stepResults.model, async () => {
    const file = trained.outputs.find(output => output.name === 'model.onnx');
    if (!file) {
      throw new KoinonError({
        code: 'K_NO_MODEL',
        message: 'The program ended without a model that the gate let out; the custodian keeps its messages.',
        fault: 'user',
        next: 'Try the program on the mock of the dataset ("koinon data mock"), where you see everything.',
      });
    }
    // From here on the researcher lets others see what the gate released: evaluation and serving need it.
    await publishReleased(trained);
    const verdict = trained.verdict ? await store.blobs.get(trained.verdict) : undefined;
    return {
      model: file.cid,
      size: file.size,
      numbers: modelNumbers(dataset.policy, plan.train, dataset.description),
      ...(verdict ? { bits: verdictSchema.parse(decodeNode(verdict)).bits } : {}),
    };
  });

  const evaluation: Passport['evaluations'][number] = measure
    ? { heldBack: dataset.id, metrics: await measure.run(model) }
    : await testInPublic(
        services,
        study,
        { request, dataset, target: plan.target, model, testTable: plan.testTable! },
        signal,
      );

  const { passport } = await step('passport', stepResults.passport, async () => {
    if ('heldBack' in evaluation) await publishReleased(evaluation.metrics);
    const { chainId, nodes, escrow, datasets } = ports.deployment;
    const value: Passport = {
      koinon: 'passport/2',
      name: request.name,
      model,
      publisher: ports.signer.address,
      createdAt: nowSeconds(clock),
      domains: { chainId, nodes, escrow, datasets },
      datasets: [
        {
          id: dataset.id,
          contentRoot: dataset.contentRoot,
          metadata: dataset.metadata,
          custodian: dataset.custodian,
        },
      ],
      training: trained,
      evaluations: [evaluation],
      parents: [],
    };
    passportSchema.parse(value);
    return { passport: await store.blobs.putNode(toWire(value), 'public') };
  });
  await step('registered', stepResults.registered, async () => {
    const digests = { model: digestOfCid(model), passport: digestOfCid(passport) };
    const known = await chain.models.get(digests.model);
    return known
      ? chain.models.amend(digests, { key: `amend:${digests.passport}` })
      : chain.models.register({ ...digests, parents: [] }, { key: `model:${digests.passport}` });
  });
  await step('served', stepResults.served, async () => {
    const { name, version } = serving.serve({
      name: request.name,
      model,
      passport,
      registeredAtMs: clock.nowMs(),
    });
    return { name, version };
  });

  async function publishReleased({ outputs, verdict }: JobEvidence): Promise<void> {
    for (const { cid } of outputs) await store.blobs.publish(cid);
    if (verdict) await store.blobs.publish(verdict);
  }
}
