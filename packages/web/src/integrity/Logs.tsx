import type { LogHealth } from '@koinon/protocol';
import { Address } from '../parts/Address.tsx';
import { Badge } from '../parts/Mark.tsx';
import { Term } from '../parts/Term.tsx';
import { Time } from '../parts/Time.tsx';
import { grouped } from '../words/format.ts';
import { logWords } from './words.ts';

/** How every node's log looks to this one. */
export function Logs({ logs }: { logs: readonly LogHealth[] }) {
  return (
    <section aria-labelledby="logs">
      <h2 id="logs">Logs</h2>
      <p>
        Every node keeps a <Term noun="log" /> of what it signs, <Term noun="anchor">anchored</Term> on the
        blockchain. This node asks the others for theirs and compares what it saw before: a log that changes
        its past, or leaves something out, convicts its owner.
      </p>
      {logs.length === 0 ? (
        <p class="box empty">No log has been looked at yet.</p>
      ) : (
        <table class="cards">
          <caption class="sr">Logs of the network and whether they are consistent</caption>
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">Log</th>
              <th scope="col" class="figure">
                Entries seen
              </th>
              <th scope="col" class="figure">
                On chain
              </th>
              <th scope="col">As of</th>
            </tr>
          </thead>
          <tbody>
            {logs.map(log => {
              const { state, word } = logWords[log.state];
              return (
                <tr key={log.operator}>
                  <th scope="row">
                    <Address of={log.operator} />
                    {log.trouble && <p class="failed-text">{log.trouble}</p>}
                  </th>
                  <td data-label="Log">
                    <Badge state={state} word={word} />
                  </td>
                  <td data-label="Entries seen" class="figure">
                    {grouped(log.size)}
                  </td>
                  <td data-label="On chain" class="figure">
                    {grouped(log.anchoredSize)}
                  </td>
                  <td data-label="As of">
                    {log.checkedAtSeconds === undefined ? (
                      <span class="muted">not yet</span>
                    ) : (
                      <Time seconds={log.checkedAtSeconds} />
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}
