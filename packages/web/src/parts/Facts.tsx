import type { ComponentChildren } from 'preact';

export interface Fact {
  name: string;
  value: ComponentChildren;
  /** What the name means. */
  about?: ComponentChildren;
}

/** Names and values; what each name means stands below it. */
export function Facts({ facts, label }: { facts: Fact[]; label?: string }) {
  return (
    <dl class="facts" aria-label={label}>
      {facts.map(({ name, value, about }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <div class="value">{value}</div>
            {about && <div class="about">{about}</div>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
