import { Address } from '../../parts/Address.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Hash } from '../../parts/Hash.tsx';
import { Term } from '../../parts/Term.tsx';
import { fileSize, grouped, koin } from '../../words/format.ts';
import { policySentences } from '../../words/policyWords.ts';
import type { TimelineStep } from '../timeline.ts';
import { AuditEvidence } from './AuditEvidence.tsx';
import { FilesEvidence } from './FilesEvidence.tsx';
import { InclusionEvidence } from './InclusionEvidence.tsx';
import { ManifestEvidence } from './ManifestEvidence.tsx';
import { StatementEvidence } from './StatementEvidence.tsx';
import type { Surroundings } from './surroundings.ts';
import { TransactionEvidence } from './TransactionEvidence.tsx';
import { VerdictEvidence } from './VerdictEvidence.tsx';

/** The evidence of a step that is done. */
export function Evidence({ item, surroundings }: { item: TimelineStep; surroundings: Surroundings }) {
  const { domains, receipt, dataset } = surroundings;
  const { step } = item;
  if (!step?.result) return <NoEvidence />;
  switch (step.kind) {
    case 'dataset': {
      const it = step.result;
      return (
        <div class="evidence">
          <Facts
            facts={[
              { name: 'dataset', value: <a href={`/data/${it.id}`}>{`${it.id}: ${it.name}`}</a> },
              { name: 'custodian', value: <Address of={it.custodian} />, about: 'Holds the rows.' },
              { name: 'owner', value: <Address of={it.owner} />, about: 'Decides who may use them.' },
              {
                name: 'content',
                value: <Hash of={it.contentRoot} />,
                about:
                  'Fingerprint of the rows, on the blockchain since they were published: other rows would have another.',
              },
              { name: 'to be predicted', value: it.target ?? 'not said' },
            ]}
          />
          <h3>
            <Term noun="policy">Policy</Term>
          </h3>
          <ul>
            {policySentences(it.policy, it.publicTable === undefined ? 0 : 'some').map(sentence => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      );
    }
    case 'draft':
    case 'manifest':
      return <ManifestEvidence cid={step.result.manifest} />;
    case 'permission.asked': {
      const { request } = step.result;
      return (
        <StatementEvidence
          type="GrantRequest"
          signed={request}
          domains={domains}
          signer={request.message.requester}
        />
      );
    }
    case 'permission.given': {
      const { grant } = step.result;
      return (
        <StatementEvidence
          type="Grant"
          noun="grant"
          signed={grant}
          domains={domains}
          signer={dataset?.owner ?? ''}
        />
      );
    }
    case 'channel': {
      const { channel, params, transaction } = step.result;
      return (
        <div class="evidence">
          <h3>
            <Term noun="channel">Payment channel</Term>
          </h3>
          <Facts
            facts={[
              { name: 'channel', value: <Hash of={channel} label="the channel" /> },
              { name: 'payer', value: <Address of={params.payer} /> },
              { name: 'payee', value: <Address of={params.payee} /> },
              {
                name: 'coverage',
                value: `${koin(params.coverage)} KOIN for each KOIN owed`,
                about: 'Free stake the payee must hold while its claims can still be contested.',
              },
            ]}
          />
          {transaction ? (
            <TransactionEvidence hash={transaction} />
          ) : (
            <p>No transaction: an earlier job opened it.</p>
          )}
        </div>
      );
    }
    case 'order': {
      const { order } = step.result;
      return (
        <StatementEvidence
          type="Order"
          noun="order"
          signed={order}
          domains={domains}
          signer={order.message.requester}
        />
      );
    }
    case 'receipt': {
      const it = step.result;
      return (
        <>
          <div class="evidence">
            <h3>What came out</h3>
            <FilesEvidence files={it.outputs} />
            {it.opening ? (
              <Facts
                label="The execution"
                facts={[
                  { name: 'exit code', value: it.opening.exitCode, about: '0: the program ended well.' },
                  {
                    name: 'fuel',
                    value: grouped(it.opening.fuel),
                    about: 'The work it took, the same on every machine.',
                  },
                  {
                    name: 'raw output',
                    value: <Hash of={it.opening.rawOutput} />,
                    about: 'Fingerprint of the files as the program wrote them.',
                  },
                  {
                    name: 'trace',
                    value: <Hash of={it.opening.trace} />,
                    about: 'Fingerprint of everything the program held in memory when it ended.',
                  },
                ]}
              />
            ) : (
              <p>
                Fuel, raw output and trace are sealed: they could tell about the private rows. Only the
                auditor the owner named can open them.
              </p>
            )}
          </div>
          {it.verdict && <VerdictEvidence cid={it.verdict} />}
          <StatementEvidence
            type="Receipt"
            noun="receipt"
            signed={it.receipt}
            domains={domains}
            signer={it.receipt.message.provider}
          />
        </>
      );
    }
    case 'anchor':
      if (!receipt) return null;
      return (
        <InclusionEvidence
          statement={{ type: 'Receipt', signed: receipt.receipt, domains }}
          inclusion={step.result}
        />
      );
    case 'audit': {
      const { audits } = step.result;
      return (
        <>
          {audits.map(audit => (
            <AuditEvidence key={audit.report.signature} audit={audit} surroundings={surroundings} />
          ))}
        </>
      );
    }
    case 'voucher': {
      const { voucher } = step.result;
      if (!voucher) return <p>The job was free.</p>;
      return (
        <StatementEvidence
          type="Voucher"
          noun="voucher"
          signed={voucher}
          domains={domains}
          signer={surroundings.payer ?? ''}
        />
      );
    }
    case 'model': {
      const { model, size } = step.result;
      return (
        <div class="evidence">
          <p>
            An ONNX file of {fileSize(size)} that any ONNX runtime loads:{' '}
            <a href={`/api/blobs/${model}`} download="model.onnx">
              download
            </a>
            . Its name is its fingerprint: <Hash of={model} label="the name of the model" />
          </p>
        </div>
      );
    }
    case 'evaluator':
    case 'provider': {
      const { provider, maxAmount, offersSeen } = step.result;
      return (
        <div class="evidence">
          <Facts
            facts={[
              { name: 'provider', value: <Address of={provider} /> },
              { name: 'price at most', value: `${koin(maxAmount)} KOIN` },
              { name: 'offers compared', value: offersSeen },
            ]}
          />
        </div>
      );
    }
    case 'passport': {
      const { passport } = step.result;
      return (
        <div class="evidence">
          <p>
            <Term noun="passport">Passport</Term> <Hash of={passport} label="the name of the passport" />{' '}
            <a href={`/api/blobs/${passport}`} download>
              download
            </a>
          </p>
        </div>
      );
    }
    case 'registered':
      return (
        <div class="evidence">
          <TransactionEvidence hash={step.result.transaction} />
        </div>
      );
    case 'served': {
      const { name } = step.result;
      return (
        <div class="evidence">
          <p>
            <a href={`/models/${name}`}>Open the model</a>
          </p>
        </div>
      );
    }
    default:
      return <NoEvidence />;
  }
}

function NoEvidence() {
  return <p class="muted">Nothing more is kept of this step.</p>;
}
