import type { Job } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Address } from '../parts/Address.tsx';
import { Empty, Loaded } from '../parts/Loaded.tsx';
import { Term } from '../parts/Term.tsx';
import { ago, fileSize } from '../words/format.ts';

const REFRESH_MS = 3000;

/** Every job that ran on the owner's rows, and what came out of it. */
export function WhatLeft() {
  const answer = useAnswer('jobs', () => ask('work.jobs'), REFRESH_MS);
  return (
    <section aria-labelledby="left">
      <h2 id="left">What left the building</h2>
      <p>
        Every job that ran on your rows, and the files that went through the <Term noun="gate" />. No job let
        anything else out: no rows, no messages of the program. Rows are public only where you said so when
        you published; each dataset below says how many.
      </p>
      <Loaded answer={answer} what="the jobs">
        {({ jobs }) => {
          const own = jobs.filter(job => job.private);
          if (own.length === 0) {
            return (
              <Empty>
                <p>No program has run on your rows. Nothing left.</p>
              </Empty>
            );
          }
          return (
            <table class="cards">
              <caption class="sr">Jobs on private rows</caption>
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">For</th>
                  <th scope="col">State</th>
                  <th scope="col">Left</th>
                </tr>
              </thead>
              <tbody>
                {[...own].reverse().map(job => (
                  <tr key={job.order}>
                    <th scope="row">{ago(job.createdAtMs, Date.now())}</th>
                    <td data-label="For">
                      <Address of={job.requester} />
                    </td>
                    <td data-label="State">{job.failure ? job.failure.message : job.state}</td>
                    <td data-label="Left">
                      <Left job={job} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          );
        }}
      </Loaded>
    </section>
  );
}

function Left({ job }: { job: Job }) {
  if (job.released) {
    return <>{job.released.map(file => `${file.name} (${fileSize(file.size)})`).join(', ') || 'nothing'}</>;
  }
  return <>{job.receipt ? 'the files its receipt names' : 'nothing'}</>;
}
