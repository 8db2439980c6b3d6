import { rowBits, whyNoYes } from '@koinon/protocol/requestWords';
import type { DatasetRecord } from '@koinon/sdk';
import { useState } from 'preact/hooks';
import type { Dataset, RequestView } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { BoundDetails } from './BoundDetails.tsx';
import { DenyForm } from './DenyForm.tsx';
import { DryRunBox } from './DryRunBox.tsx';
import { GrantDialog } from './GrantDialog.tsx';
import { loadDataset } from './loadDataset.ts';
import { RequestDetails } from './RequestDetails.tsx';

interface Asked {
  request: RequestView;
  dataset?: Dataset;
  record?: DatasetRecord;
}

async function load(digest: string): Promise<Asked> {
  const request = await ask('custody.request', { params: { digest } });
  const known = await loadDataset(request.request.message.dataset).catch(() => undefined);
  return { request, ...known };
}

/** All of a request, and what its owner can do about it. It is asked for anew whenever how it stands changed. */
export function RequestDesk({
  digest,
  status,
  reload,
}: {
  digest: string;
  status: RequestView['status'];
  reload(): void;
}) {
  const answer = useAnswer(`request ${digest} ${status}`, () => load(digest));
  return (
    <Loaded answer={answer} what="the request">
      {asked => <Desk {...asked} reload={reload} />}
    </Loaded>
  );
}

function Desk({ request, dataset, record, reload }: Asked & { reload(): void }) {
  const [doing, setDoing] = useState<'grant' | 'deny'>();
  const description = record?.table;
  const bitsOfRow = description && rowBits(description);
  const fault = whyNoYes(request);
  const dryRunAmount = (dataset?.held ?? dataset?.said)?.policy.dryRunAmount;
  return (
    <>
      <RequestDetails request={request} />
      <BoundDetails request={request} bitsOfRow={bitsOfRow} />
      {request.status === 'pending' && (
        <>
          {fault === undefined && (
            <DryRunBox request={request} description={description} amount={dryRunAmount} />
          )}
          <p class="buttons">
            {fault === undefined && (
              <button type="button" class="primary" onClick={() => setDoing('grant')}>
                Grant …
              </button>
            )}
            <button
              type="button"
              aria-expanded={doing === 'deny'}
              onClick={() => setDoing(doing === 'deny' ? undefined : 'deny')}
            >
              Deny …
            </button>
          </p>
        </>
      )}
      {doing === 'grant' && (
        <GrantDialog
          request={request}
          bitsOfRow={bitsOfRow}
          onClose={() => setDoing(undefined)}
          onGranted={reload}
        />
      )}
      {doing === 'deny' && <DenyForm request={request} onDenied={reload} />}
    </>
  );
}
