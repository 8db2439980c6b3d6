import { bitsClause, capsOf, ROW_BITS_RULE } from '@koinon/protocol/requestWords';
import type { RequestView } from '../api/answers.ts';
import { grouped } from '../words/format.ts';

/** How much could leave: in all, by part, beside what left before. */
export function BoundDetails({
  request,
  bitsOfRow,
}: {
  request: RequestView;
  bitsOfRow: number | undefined;
}) {
  const { bound, refusals } = request;
  const { uses } = request.request.message;
  return (
    <>
      <h3>What could leave</h3>
      {refusals.map(({ message }) => (
        <p key={message} class="failed-text">
          Not under your policy: {message}
        </p>
      ))}
      {!bound && <p>No bound is known for it, so it cannot be granted.</p>}
      {bound && (
        <>
          <p>
            <strong>{grouped(bound.bits)} bits</strong> a use: {bitsClause(bound.bits, bitsOfRow)}.
            {uses > 1 &&
              ` In ${uses} uses ${grouped(bound.bits * uses)} bits: ${bitsClause(bound.bits * uses, bitsOfRow)}.`}
          </p>
          {bitsOfRow !== undefined && <p class="muted">{ROW_BITS_RULE}</p>}
          {bound.opaqueBits > 0 && (
            <p class="failed-text">
              {grouped(bound.opaqueBits)} bits of them leave as the program writes them; nobody can say what
              is in them.
            </p>
          )}
          <table class="terms">
            <caption class="sr">What the bits tell</caption>
            <thead>
              <tr>
                <th scope="col" class="figure">
                  Bits
                </th>
                <th scope="col">tell</th>
              </tr>
            </thead>
            <tbody>
              {bound.terms.map(({ bits, description }) => (
                <tr key={description}>
                  <td class="figure">{bits.toFixed(1)}</td>
                  <td>{description}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <Caps request={request} />
    </>
  );
}

function Caps({ request }: { request: RequestView }) {
  const caps = capsOf(request);
  if (caps.length === 0) return null;
  return (
    <>
      <h3>Charged so far</h3>
      <dl class="facts">
        {caps.map(({ of, charged, after, cap }) => (
          <div key={of}>
            <dt>{of}</dt>
            <dd>
              <span class="bar-cell">
                <svg class="bar" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="track" x="0" y="2" width="100" height="10" />
                  <rect class="more" x="0" y="2" width={share(after, cap)} height="10" />
                  <rect class="fill" x="0" y="2" width={share(charged, cap)} height="10" />
                </svg>
                <span>
                  {grouped(charged)} bits; {grouped(after)} with this, of {grouped(cap)}
                </span>
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function share(bits: number, cap: number): number {
  return cap === 0 ? 100 : Math.min(100, (100 * bits) / cap);
}
