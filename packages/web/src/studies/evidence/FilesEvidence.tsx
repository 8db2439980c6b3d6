import type { OutputFile } from '../../api/answers.ts';
import { Hash } from '../../parts/Hash.tsx';
import { fileSize } from '../../words/format.ts';

/** Files that came out of a job, each to be had where it is public. */
export function FilesEvidence({ files }: { files: readonly OutputFile[] }) {
  if (files.length === 0) return <p>Nothing came out.</p>;
  return (
    <ul class="plain">
      {files.map(file => (
        <li key={file.name}>
          {file.cid ? (
            <a href={`/api/blobs/${file.cid}`} download={file.name}>
              {file.name}
            </a>
          ) : (
            file.name
          )}
          , {fileSize(file.size)}, fingerprint{' '}
          <Hash of={file.sha256} label={`the fingerprint of ${file.name}`} />
        </li>
      ))}
    </ul>
  );
}
