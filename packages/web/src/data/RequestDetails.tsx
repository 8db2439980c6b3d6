import { inputClause, outputClause, programClause } from '@koinon/protocol/requestWords';
import type { RequestView } from '../api/answers.ts';
import { Address } from '../parts/Address.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Hash } from '../parts/Hash.tsx';
import { dateTime, grouped, koin } from '../words/format.ts';

/** What a data owner would allow: whom, what runs with which settings on which rows, and the files that may come out. */
export function RequestDetails({ request }: { request: RequestView }) {
  const { manifest, program, requester, amount } = request;
  const { message } = request.request;
  const params = Object.entries(manifest.params).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <Facts
      facts={[
        {
          name: 'who asks',
          value: <Address of={message.requester} />,
          about: requester
            ? `Registered ${dateTime(requester.registeredAt * 1000)}, owned by ${requester.owner === requester.operator ? 'itself' : requester.owner}, with ${koin(requester.stake)} KOIN at stake.`
            : 'Not registered on this network.',
        },
        {
          name: 'program',
          value: (
            <>
              {programClause(program)} <Hash of={program.cid} label="the name of the program" />
            </>
          ),
        },
        {
          name: 'settings',
          value:
            params.length === 0 ? (
              'none'
            ) : (
              <ul class="plain">
                {params.map(([name, value]) => (
                  <li key={name}>
                    <code>
                      {name} = {JSON.stringify(value)}
                    </code>
                  </li>
                ))}
              </ul>
            ),
        },
        {
          name: 'reads',
          value: list(manifest.inputs.map(input => [input.name, inputClause(input)])),
          about: 'Nothing else.',
        },
        {
          name: 'may come out',
          value: list(manifest.outputs.map(output => [output.name, outputClause(output)])),
        },
        { name: 'work', value: `at most ${grouped(manifest.limits.fuel)} fuel` },
        { name: 'uses', value: grouped(message.uses) },
        {
          name: 'price of a use',
          value: `${amount === undefined ? 'unknown' : `${koin(amount)} KOIN`}; who asks pays at most ${koin(message.maxAmount)}`,
        },
        { name: 'waits until', value: dateTime(request.expiresAtMs) },
        { name: 'request', value: <Hash of={request.digest} label="the request" /> },
      ]}
    />
  );
}

function list(named: [string, string][]) {
  return (
    <ul class="plain">
      {named.map(([name, clause]) => (
        <li key={name}>
          <code>{name}</code>: {clause}
        </li>
      ))}
    </ul>
  );
}
