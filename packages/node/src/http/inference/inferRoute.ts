import type { Prediction } from '@koinon/executors';
import type { z } from 'zod';
import type { CatalogueModel } from '../../models/catalogue.ts';
import type { Predictors } from '../../models/predictors.ts';
import { type Api, json } from '../api.ts';
import { busy } from '../errors.ts';
import type { Meter } from '../metrics/meter.ts';
import { badInput, columnsOf } from './columnsOf.ts';
import { inferAnswer, inferRequest } from './protocol.ts';
import { INFER_MAX_BYTES, readInferRequest } from './readInferRequest.ts';

/** Questions read and answered at once; each may take `INFER_MAX_BYTES` and its parsed form. */
const UNDER_WAY_MAX = 32;
const underWay = 0;

export function inferRoute<P extends z.ZodObject>(
  api: Api,
  path: string,
  params: P,
  find: (named: z.output<P>) => CatalogueModel,
  predictors: Predictors,
  meter: Meter,
): void {
  api.add(
    {
      method: 'post',
      path,
      summary: 'Predicts: one tensor per input, a row for each question',
      tag: 'inference',
      params,
      answer: json(inferAnswer),
      needsToken: false,
    },
    () => undefined,
  );
}
