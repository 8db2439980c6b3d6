import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { glossary, type Noun } from '../words/glossary.ts';

/**
 * A noun with its definition one key press, click or hover away. Escape hides it again, and the pointer may move onto
 * it (WCAG 1.4.13).
 */
export function Term({ noun, children }: { noun: Noun; children?: ComponentChildren }) {
  const [isShown, setShown] = useState(false);
  const id = useId();
  const { title, text } = glossary[noun];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only adds to what the button does.
    <span class="term" onMouseEnter={() => setShown(true)} onMouseLeave={() => setShown(false)}>
      <button
        type="button"
        class="term-word"
        aria-describedby={isShown ? id : undefined}
        aria-expanded={isShown}
        onClick={() => setShown(true)}
        onFocus={() => setShown(true)}
        onBlur={() => setShown(false)}
        onKeyDown={event => event.key === 'Escape' && setShown(false)}
      >
        {children ?? title.toLowerCase()}
      </button>
      {isShown && (
        <span role="tooltip" id={id} class="tip">
          <strong>{title}.</strong> {text}
        </span>
      )}
    </span>
  );
}
