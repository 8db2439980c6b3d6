import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** A native disclosure whose content is made when it is first opened. */
export function Disclosure({
  label,
  children,
  className,
}: {
  label: ComponentChildren;
  children(): ComponentChildren;
  className?: string;
}) {
  const [wasOpened, setOpened] = useState(false);
  return (
    <details class={className} onToggle={event => event.currentTarget.open && setOpened(true)}>
      <summary>{label}</summary>
      {wasOpened && <div class="disclosed">{children()}</div>}
    </details>
  );
}
