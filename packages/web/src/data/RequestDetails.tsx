import type { GrantCase } from '../api/answers.ts';
import { Facts } from '../parts/Facts.tsx';
import { Hash } from '../parts/Hash.tsx';
import { manifestWords } from '../words/fields.ts';
import { dateTime, fileSize, grouped } from '../words/format.ts';

interface Manifest {
  program: string;
  params: unknown;
  limits: { fuel: number };
  outputs: { name: string; class: string; maxBytes: number }[];
}

/** What a data owner would allow: the program, its settings, and the files that may come out. */
export function RequestDetails({ request }: { request: GrantCase }) {
  const manifest = request.manifest as unknown as Manifest;
  return (
    <Facts
      facts={[
        {
          name: 'program',
          value: <Hash of={manifest.program} label="the program" />,
          about: manifestWords['program'],
        },
        {
          name: 'settings',
          value: <code>{JSON.stringify(manifest.params)}</code>,
          about: manifestWords['params'],
        },
        {
          name: 'may come out',
          value: manifest.outputs
            .map(({ name, class: kind, maxBytes }) => `${name} (${kind}, at most ${fileSize(maxBytes)})`)
            .join(', '),
          about: 'The only files, and each passes the gate first.',
        },
        { name: 'work', value: `at most ${grouped(manifest.limits.fuel)} fuel` },
        { name: 'asked until', value: dateTime(Number(request.request.message['expiresAt']) * 1000) },
        { name: 'request', value: <Hash of={request.digest} label="the request" /> },
      ]}
    />
  );
}
