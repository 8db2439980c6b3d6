import { Address } from '../../parts/Address.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Hash } from '../../parts/Hash.tsx';
import { Badge } from '../../parts/Mark.tsx';
import { Term } from '../../parts/Term.tsx';
import { manifestWords } from '../../words/fields.ts';
import { dateTime, fileSize, grouped } from '../../words/format.ts';
import { useChecked } from './useChecked.ts';

interface Manifest {
  [name: string]: unknown;
  inputs: {
    name: string;
    source:
      | { cid: string }
      | { candidate: string }
      | { dataset: { id: string; contentRoot: string; rows: 'training' | 'held-back' } };
  }[];
  limits: { fuel: number; memoryPages: number; callDepth: number; outputBytes: number };
  outputs: { name: string; class: string; maxBytes: number }[];
}

/** A manifest, read from its bytes in this browser after comparing their fingerprint with its name. */
export function ManifestEvidence({ cid }: { cid: string }) {
  const checked = useChecked('manifest', { cid });
  return (
    <div class="evidence">
      <h3>
        <Term noun="manifest">Manifest</Term>
      </h3>
      {checked.state === 'checking' && <p role="status">Reading the manifest …</p>}
      {checked.state === 'failed' && (
        <p role="status">
          <Badge state="failed" word="not readable" /> {checked.reason}
        </p>
      )}
      {checked.state === 'checked' && (
        <>
          <p role="status" data-check="manifest" data-state="ok">
            <Badge state="done" word="fingerprint checked" /> The bytes are the ones its name stands for:{' '}
            <Hash of={cid} label="the name of the manifest" />
          </p>
          <Facts label="Parts of the manifest" facts={factsOf(checked.answer as Manifest)} />
          <p>
            <a href={`/api/blobs/${cid}`} download>
              Download the manifest
            </a>
          </p>
        </>
      )}
    </div>
  );
}

function factsOf(manifest: Manifest) {
  return Object.keys(manifestWords).flatMap(name => {
    if (!(name in manifest)) return [];
    return [{ name, value: <Part name={name} manifest={manifest} />, about: manifestWords[name] }];
  });
}

function Part({ name, manifest }: { name: string; manifest: Manifest }) {
  const value = manifest[name];
  switch (name) {
    case 'inputs':
      return (
        <ul class="plain">
          {manifest.inputs.map(input => (
            <li key={input.name}>
              {input.name}:{' '}
              {'dataset' in input.source ? (
                <>
                  {input.source.dataset.rows === 'held-back' ? 'rows held back' : 'rows to train on'} of
                  dataset {input.source.dataset.id}, content <Hash of={input.source.dataset.contentRoot} />
                </>
              ) : 'candidate' in input.source ? (
                <>
                  a model to be measured: <Hash of={input.source.candidate} label={input.name} />
                </>
              ) : (
                <Hash of={input.source.cid} label={input.name} />
              )}
            </li>
          ))}
        </ul>
      );
    case 'outputs':
      return (
        <ul class="plain">
          {manifest.outputs.map(output => (
            <li key={output.name}>
              {output.name}: {output.class}, at most {fileSize(output.maxBytes)}
            </li>
          ))}
        </ul>
      );
    case 'limits': {
      const { fuel, memoryPages, callDepth, outputBytes } = manifest.limits;
      return (
        <>
          {grouped(fuel)} fuel, {grouped((memoryPages * 64) / 1024)} MiB of memory, {grouped(callDepth)}{' '}
          nested calls, {fileSize(outputBytes)} of output
        </>
      );
    }
    case 'params':
      return <code>{JSON.stringify(value)}</code>;
    case 'timeMs':
      return <>{dateTime(Number(value))}</>;
    case 'private':
      return <>{value ? 'yes' : 'no'}</>;
    case 'program':
    case 'seed':
      return <Hash of={String(value)} label={name} />;
    default:
      return /^0x[0-9a-f]{40}$/.test(String(value)) ? <Address of={String(value)} /> : String(value);
  }
}
